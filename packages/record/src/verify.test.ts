import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attacks } from '../testing/attacks.ts'
import { createExampleKey, createExampleLog } from '../testing/example-record.ts'
import { forgeForIdentity } from '../testing/unsound-keys.ts'
import { createCosigner } from './cosignature.ts'
import { openSection } from './sections.ts'
import { createNoteVerifier, noteAlgorithms } from './signed-note.ts'
import { createTrust } from './trust.ts'
import { verdictExitCodes } from './verdict.ts'
import { verifyBundle } from './verify.ts'

const log = createExampleLog()
const pinned = { recordKeys: [log.recordKey.pem], logVkeys: [log.vkey] }
const trust = createTrust(pinned)

describe('verifyBundle', () => {
  it.each(['ed25519', 'p256'] as const)('P4.5: finds a record signed with %s valid, step by step', (algorithm) => {
    const { bytes, recordKey, vkey } = createExampleLog({ algorithm })
    const report = verifyBundle(bytes, createTrust({ recordKeys: [recordKey.publicKey.spki], logVkeys: [vkey] }))
    expect(report).toMatchObject({ verdict: 'valid', exitCode: 0, position: { index: 4n, size: 11n } })
    expect(report.steps.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      'format passed',
      'entry passed',
      'inclusion passed',
      'checkpoint passed',
      'consistency passed',
      'witnesses unchecked',
      'signature passed',
      'statement passed',
      'key_hints passed',
      'section passed',
      'section passed',
      'section unchecked',
    ])
    expect(report.steps.slice(-3).map(({ sentence, detail }) => `${sentence}: ${detail}`)).toEqual([
      'The section "before" is what was sealed: 41 bytes are disclosed',
      'The section "after" is what was sealed: 41 bytes are disclosed',
      'The section "rationale" was not compared: it was withheld',
    ])
  })

  it.each(attacks)('P4.5: to "$name" answers $verdict', ({ verdict, commit }) => {
    const { bytes, kept } = commit(log)
    const report = verifyBundle(
      bytes,
      createTrust({ ...pinned, ...(kept === undefined ? {} : { earlierCheckpoint: kept }) }),
    )
    expect(report).toMatchObject({ verdict, exitCode: verdictExitCodes[verdict] })
    expect(report.steps.some(({ outcome }) => outcome === 'failed')).toBe(verdict !== 'payload_erased')
  })

  it('P4.5: never finds a bundle valid when any one of its bytes has its last bit flipped', () => {
    for (const at of log.bytes.keys()) {
      const flipped = log.bytes.map((byte, position) => (position === at ? byte ^ 1 : byte))
      expect(verifyBundle(flipped, trust).verdict).not.toBe('valid')
    }
  })

  it('P4.5: never finds a bundle valid when any of its bytes became any other', () => {
    fc.assert(
      fc.property(fc.nat(log.bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const changed = log.bytes.map((byte, position) => (position === at ? byte ^ difference : byte))
        expect(verifyBundle(changed, trust).verdict).not.toBe('valid')
      }),
      { numRuns: 2000 },
    )
  })

  it('P4.5: never throws, whatever the bytes', () => {
    const files = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => new TextEncoder().encode(text)),
    )
    fc.assert(
      fc.property(files, (bytes) => {
        expect(verifyBundle(bytes, trust).verdict).toBe('malformed')
      }),
    )
  })

  it('P4.5: any record of any log verifies', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(39), fc.nat(39), (size, at, earlier) => {
        const options = { size, index: at % size, earlierSize: 1 + (earlier % size) }
        const example = createExampleLog(options)
        const own = { recordKeys: [example.recordKey.pem], logVkeys: [example.vkey] }
        const earlierCheckpoint = example.checkpointAt(BigInt(options.earlierSize))
        expect(verifyBundle(example.bytes, createTrust({ ...own, earlierCheckpoint })).verdict).toBe('valid')
      }),
      { numRuns: 40 },
    )
  })
})

describe('what the auditor pinned', () => {
  it('may be the id of the record key alone: the bundle supplies the key', () => {
    const byId = { recordKeyids: [log.recordKey.publicKey.keyid], logVkeys: [log.vkey] }
    expect(verifyBundle(log.bytes, createTrust(byId)).verdict).toBe('valid')
    const other = { ...byId, recordKeyids: ['ab'.repeat(32)] }
    expect(verifyBundle(log.bytes, createTrust(other)).verdict).toBe('unknown_key')
  })

  it('may be nothing that fits: every key is unknown then', () => {
    expect(verifyBundle(log.bytes, createTrust({ logVkeys: [] })).verdict).toBe('unknown_key')
    expect(verifyBundle(log.bytes, createTrust({ ...pinned, logVkeys: [] })).verdict).toBe('unknown_key')
  })

  it('may be a checkpoint of the same size: the roots must be equal', () => {
    const same = createTrust({ ...pinned, earlierCheckpoint: log.checkpointAt(11n) })
    expect(verifyBundle(log.bytes, same).verdict).toBe('valid')
  })

  it('must be keys and checkpoints that can be used', () => {
    const stranger = createExampleLog()
    const inputs = [
      { ...pinned, recordKeys: ['no key'] },
      { ...pinned, logVkeys: ['no vkey'] },
      { ...pinned, earlierCheckpoint: stranger.checkpointAt(5n) },
      { ...pinned, witnessPolicy: { quorum: 1, vkeys: [] } },
      { ...pinned, witnessPolicy: { quorum: 1, vkeys: [log.vkey] } },
    ]
    const codes = inputs.map((input) => {
      try {
        return createTrust(input)
      } catch (error) {
        return Object(error).code
      }
    })
    expect(codes).toEqual(['bad_key', 'bad_key', 'unknown_key', 'bad_field', 'bad_key'])
  })
})

describe('a forgery for the identity as the key', () => {
  const { bytes, pem, vkey } = forgeForIdentity(log)

  it('P4.5: finds no verifier that takes such a key: not pinned, and not from the bundle', () => {
    const refused = expect.objectContaining({ code: 'bad_key' })
    expect(() => createTrust({ recordKeys: [pem], logVkeys: [log.vkey] })).toThrow(refused)
    expect(() => createTrust({ recordKeys: [log.recordKey.pem], logVkeys: [vkey] })).toThrow(refused)
    const keyid = JSON.parse(Buffer.from(bytes).toString()).dsseEnvelope.signatures[0].keyid
    expect(verifyBundle(bytes, createTrust({ recordKeyids: [keyid], logVkeys: [log.vkey] })).verdict).toBe(
      'invalid_signature',
    )
  })
})

describe('inputs beyond their limits', () => {
  it('P4.5: are refused before they are parsed', () => {
    const large = `${log.checkpointAt(5n)}${' '.repeat(65_536)}`
    const codes = [
      { ...pinned, recordKeys: [log.recordKey.pem + '\n'.repeat(65_536)] },
      { ...pinned, logVkeys: [`${'a'.repeat(1_024)}${log.vkey}`] },
      { ...pinned, earlierCheckpoint: large },
    ].map((input) => {
      try {
        return createTrust(input)
      } catch (error) {
        return Object(error).code
      }
    })
    expect(codes).toEqual(['too_large', 'too_large', 'too_large'])
  })

  it('P4.5: leave room for a bundle of over a megabyte', () => {
    const rationale = { name: 'rationale', value: { text: 'a'.repeat(1_000_000) } } as const
    const { bytes, recordKey, vkey } = createExampleLog({
      sections: [rationale, { name: 'after', value: {} }],
      disclose: (sections) =>
        sections.map((section) => ({ section: section.name, salt: section.salt, bytes: openSection(section) })),
    })
    expect(bytes.length).toBeGreaterThan(1_000_000)
    expect(verifyBundle(bytes, createTrust({ recordKeys: [recordKey.pem], logVkeys: [vkey] })).verdict).toBe('valid')
  })
})

describe('witnesses', () => {
  const [one, two] = ['one.example', 'two.example'].map((name) => ({ name, keys: createExampleKey() }))
  const vkeys = [one, two].map((witness) =>
    witness === undefined
      ? ''
      : createNoteVerifier(witness.name, witness.keys.publicKey, noteAlgorithms.cosignature).vkey,
  )
  const cosigners = one === undefined ? [] : [createCosigner(one.name, one.keys, 1_763_892_000)]
  const witnessed = createExampleLog({ cosigners })
  const own = { recordKeys: [witnessed.recordKey.pem], logVkeys: [witnessed.vkey] }

  it('P4.5: of the quorum make the record valid', () => {
    const asked = createTrust({ ...own, witnessPolicy: { quorum: 1, vkeys } })
    expect(verifyBundle(witnessed.bytes, asked).verdict).toBe('valid')
  })

  it('P4.5: too few leave it unwitnessed', () => {
    const asked = createTrust({ ...own, witnessPolicy: { quorum: 2, vkeys } })
    expect(verifyBundle(witnessed.bytes, asked)).toMatchObject({ verdict: 'unwitnessed', exitCode: 15 })
  })

  it('P4.5: are counted by their keys: one under two names, or the key of the log or of its records, is none', () => {
    const vkeyOf = (name: string, key: typeof log.logKey): string =>
      createNoteVerifier(name, key.publicKey, noteAlgorithms.cosignature).vkey
    const other = createExampleKey()
    const refusals = [
      [vkeyOf('one.example', other), vkeyOf('two.example', other)],
      [vkeyOf('one.example', other), vkeyOf('two.example', witnessed.logKey)],
      [vkeyOf('one.example', other), vkeyOf('two.example', witnessed.recordKey)],
    ].map((both) => {
      try {
        return createTrust({ ...own, witnessPolicy: { quorum: 1, vkeys: both } })
      } catch (error) {
        return Object(error).message
      }
    })
    expect(refusals).toEqual([
      'two witnesses have the same key',
      'a witness has the key of the log or of its records',
      'a witness has the key of the log or of its records',
    ])
  })

  it('P4.5: that sign under two names with one key are one', () => {
    const keys = createExampleKey()
    const names = ['one.example', 'two.example']
    const twice = createExampleLog({ cosigners: names.map((name) => createCosigner(name, keys, 1_763_892_000)) })
    const witnesses = names.map((name) => createNoteVerifier(name, keys.publicKey, noteAlgorithms.cosignature))
    const trust = createTrust({ recordKeys: [twice.recordKey.pem], logVkeys: [twice.vkey] })
    const asked = { ...trust, witnessPolicy: { quorum: 2, witnesses } }
    expect(verifyBundle(twice.bytes, asked).verdict).toBe('unwitnessed')
  })
})
