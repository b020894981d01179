import { describe, expect, it } from 'vitest'
import { mutantsOf } from '../testing/corpus.ts'
import { createExampleLog } from '../testing/example-record.ts'
import { bundleOfStatement, documentOf } from '../testing/mutations.ts'
import { noteSpellings, spellingsOf, wholeSpellings } from '../testing/spellings.ts'
import { runScriptOnAll } from '../testing/verify-script.ts'
import { canonicalBytes, concatBytes, createTrust, equalBytes, utf8, verifyBundle } from './index.ts'
import type { JsonValue } from './index.ts'

const log = createExampleLog()
const document = documentOf(log.bytes)
const statement = documentOf(Buffer.from(log.bundle.dsseEnvelope.payload, 'base64'))
const entry = documentOf(log.bundle.entry)
const trust = createTrust({ recordKeys: [log.recordKey.pem], logVkeys: [log.vkey] })

interface Case {
  readonly name: string
  readonly bytes: Uint8Array
}

const verdictOf = (bytes: Uint8Array): string => verifyBundle(bytes, trust).verdict

// Where they differ, by the name of the mutation.
async function disagreements(cases: readonly Case[]): Promise<readonly string[]> {
  const words = await runScriptOnAll(
    cases.map(({ bytes }) => bytes),
    log,
  )
  return cases.flatMap(({ name, bytes }, at) => {
    const verdict = verdictOf(bytes)
    return words[at] === verdict ? [] : [`${name}: ${verdict} in verify.ts, ${words[at]} in verify.sh`]
  })
}

type Shown = Readonly<Record<'section' | 'salt' | 'bytes', string>>

function withDisclosures(change: (shown: readonly Shown[]) => JsonValue): Uint8Array {
  const fields = Object(document) as { disclosures: readonly Shown[] }
  return canonicalBytes({ ...fields, disclosures: change(fields.disclosures) })
}

function withFields(fields: Record<string, JsonValue>): Uint8Array {
  return canonicalBytes({ ...Object(document), ...fields })
}

const { tlogProof, dsseEnvelope, consistencyProof } = log.bundle
const earlierCheckpoint = consistencyProof?.earlierCheckpoint ?? ''
const otherSignature = `${'A'.repeat(90)}==`

const bent: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['disclosures keyed by section', withDisclosures((shown) => Object.fromEntries(shown.map((it) => [it.section, it])))],
  ['disclosures that are an object with nothing in it', withDisclosures(() => ({}))],
  ['no disclosures', withDisclosures(() => [])],
  ['a section with a blank', withDisclosures((shown) => shown.map((it) => ({ ...it, section: `${it.section} ` })))],
  [
    'a section shown twice, once with a blank',
    withDisclosures((shown) => [...shown, ...shown.map((it) => ({ ...it, section: `${it.section} ` }))]),
  ],
  ['a salt that spells erased', withDisclosures((shown) => shown.map((it) => ({ ...it, salt: 'erased' })))],
  ['a salt of 31 bytes', withDisclosures((shown) => shown.map((it) => ({ ...it, salt: `${'A'.repeat(42)}==` })))],
  [
    'a salt that spells the mark of an erased section',
    withDisclosures((shown) => shown.map((it) => ({ ...it, salt: '-' }))),
  ],
  ['a section that is a number', withDisclosures((shown) => shown.map((it) => ({ ...it, section: 1 })))],
  ['an erased section beside others', withDisclosures((shown) => [...shown, { section: 'rationale', erased: true }])],
  ['an erased section with a salt', withDisclosures(([first]) => [{ ...first, erased: true }])],
  ['consistency hashes that are an object', withFields({ consistencyProof: { earlierCheckpoint, hashes: {} } })],
  [
    'an earlier checkpoint without its last newline',
    withFields({ consistencyProof: { earlierCheckpoint: earlierCheckpoint.slice(0, -1), hashes: [] } }),
  ],
  [
    'an earlier checkpoint with another signature',
    withFields({
      consistencyProof: { earlierCheckpoint: earlierCheckpoint.replace(/.{9}\n$/, 'AAAAAAA=\n'), hashes: [] },
    }),
  ],
  ['a proof without its last newline', withFields({ tlogProof: tlogProof.slice(0, -1) })],
  [
    'a proof with an index of 19 digits',
    withFields({ tlogProof: tlogProof.replace('index 4', 'index 9999999999999999999') }),
  ],
  ['a proof with extra data', withFields({ tlogProof: tlogProof.replace('index', 'extra AAAA\nindex') })],
  ['a checkpoint also signed by someone unknown', withFields({ tlogProof: `${tlogProof}— other ${otherSignature}\n` })],
  [
    'a checkpoint also signed by someone with a blank name',
    withFields({ tlogProof: `${tlogProof}— \u2003 ${otherSignature}\n` }),
  ],
  ['a checkpoint with a signature of 4 bytes', withFields({ tlogProof: `${tlogProof}— other AAAAAA==\n` })],
  [
    'a checkpoint signed over 100 times',
    withFields({ tlogProof: tlogProof + `— other ${otherSignature}\n`.repeat(100) }),
  ],
  [
    'a checkpoint signed again, wrongly',
    withFields({ tlogProof: tlogProof + (tlogProof.split('\n').at(-2) ?? '').replace(/.{9}$/, 'AAAAAAA=\n') }),
  ],
  ['an envelope that nobody signed', withFields({ dsseEnvelope: { ...dsseEnvelope, signatures: [] } })],
  [
    'an envelope signed twice',
    withFields({
      dsseEnvelope: {
        ...dsseEnvelope,
        signatures: [...dsseEnvelope.signatures, ...dsseEnvelope.signatures].map((it) => ({ ...it })),
      },
    }),
  ],
  [
    'a payload type with a newline',
    withFields({ dsseEnvelope: { ...Object(dsseEnvelope), payloadType: `${dsseEnvelope.payloadType}\n` } }),
  ],
  [
    'a payload type with a null character',
    withFields({ dsseEnvelope: { ...Object(dsseEnvelope), payloadType: `${dsseEnvelope.payloadType}\0` } }),
  ],
  ['another value before the bundle', concatBytes(utf8('[]'), log.bytes)],
  ['another value after the bundle', concatBytes(log.bytes, utf8('[]'))],
  ['an empty file', new Uint8Array()],
  ['a bundle in a bundle of arrays', utf8(`${'['.repeat(20_000)}${']'.repeat(20_000)}`)],
]

describe('two verifiers', () => {
  it('P4.5: verify.ts and docs/verify.sh agree about each bundle that was bent by hand', async () => {
    expect(await disagreements(bent.map(([name, bytes]) => ({ name, bytes })))).toEqual([])
  })

  it('P4.5: verify.ts and docs/verify.sh agree about each way to bend a value of the bundle', async () => {
    const cases = mutantsOf(document, 1).map(([name, mutant]) => ({ name, bytes: canonicalBytes(mutant) }))
    expect(await disagreements(cases)).toEqual([])
  }, 1_200_000)

  it('P4.5: no other spelling of a bundle is valid, in verify.ts or in docs/verify.sh', async () => {
    const cases = [...wholeSpellings(log.bytes), ...spellingsOf(log.bytes, 240, 1)].filter(
      ({ bytes }) => !equalBytes(bytes, log.bytes),
    )
    expect(cases.filter(({ bytes }) => verdictOf(bytes) === 'valid').map(({ name }) => name)).toEqual([])
    expect(await disagreements(cases)).toEqual([])
  }, 1_200_000)

  it('P4.5: a line in a checkpoint by an unknown key is all that may be added, once, after the log’s own', async () => {
    const cases = noteSpellings(log.bytes)
    expect(cases.filter(({ bytes }) => verdictOf(bytes) === 'valid').map(({ name }) => name)).toEqual([
      'a line under its name by another key',
      'a hundred signatures',
    ])
    expect(await disagreements(cases)).toEqual([])
  })

  it('P4.5: verify.ts and docs/verify.sh agree about entries with a value bent', async () => {
    const cases = mutantsOf(entry, 2).map(([name, mutant]) => ({
      name,
      bytes: withFields({ entry: Buffer.from(canonicalBytes(mutant)).toString('base64') }),
    }))
    expect(await disagreements(cases)).toEqual([])
  }, 1_200_000)

  it('P4.5: verify.ts and docs/verify.sh agree about statements that were signed with a value bent', async () => {
    const cases = mutantsOf(statement, 2).map(([name, mutant]) => ({
      name,
      bytes: bundleOfStatement(mutant, log),
    }))
    expect(await disagreements(cases)).toEqual([])
  }, 1_200_000)

  it('P4.5: verify.ts and docs/verify.sh find a statement valid that nobody has bent', async () => {
    const bytes = bundleOfStatement(statement, log)
    expect(verdictOf(bytes)).toBe('valid')
    expect(await runScriptOnAll([bytes], log)).toEqual(['valid'])
  })
})
