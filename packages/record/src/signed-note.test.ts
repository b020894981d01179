import { describe, expect, it } from 'vitest'
import { createExampleKey } from '../testing/example-record.ts'
import { hasFixtures, readFixture } from '../testing/fixtures.ts'
import { encodeBase64 } from './base64.ts'
import { cosignedAt, createCosigner, verifyCosignatures } from './cosignature.ts'
import {
  createNoteSigner,
  createNoteVerifier,
  noteAlgorithms,
  parseNote,
  parseVkey,
  signNote,
  verifyNote,
} from './signed-note.ts'

const key = createExampleKey()
const signer = createNoteSigner('example.com/log', key.privateKey, key.publicKey)
const verifier = createNoteVerifier('example.com/log', key.publicKey)

describe('notes', () => {
  const note = signNote('first line\n\nlast line\n', [signer])

  it('bring back their text, empty lines and all, under the key that signed', () => {
    const parsed = parseNote(note)
    expect(parsed.text).toBe('first line\n\nlast line\n')
    expect(verifyNote(parsed, [verifier])).toEqual([verifier])
  })

  it('are refused when no known key signed', () => {
    const stranger = createNoteVerifier('example.com/log', createExampleKey().publicKey)
    expect(() => verifyNote(parseNote(note), [stranger])).toThrow(expect.objectContaining({ code: 'unknown_key' }))
  })

  it('are refused when the text was changed', () => {
    expect(() => verifyNote(parseNote(note.replace('first', 'worst')), [verifier])).toThrow(
      expect.objectContaining({ code: 'bad_signature' }),
    )
  })

  it('are refused when one known key signed rightly and another wrongly', () => {
    const other = createExampleKey()
    const otherVerifier = createNoteVerifier('other', other.publicKey)
    const liar = { ...createNoteSigner('other', other.privateKey, other.publicKey), sign: () => new Uint8Array(64) }
    const both = parseNote(signNote('text\n', [signer, liar]))
    expect(verifyNote(both, [verifier])).toEqual([verifier])
    expect(() => verifyNote(both, [verifier, otherVerifier])).toThrow(
      expect.objectContaining({ code: 'bad_signature' }),
    )
  })

  it.each(['no newline', 'tab\t\n', 'carriage return\r\n', ''])('are not made of the text %j', (text) => {
    expect(() => signNote(text, [signer])).toThrow(expect.objectContaining({ code: 'bad_note' }))
  })
})

describe('vkeys', () => {
  it('bring back their key', () => {
    expect(parseVkey(verifier.vkey).key?.spki).toEqual(key.publicKey.spki)
  })

  it('of a type that is not used here have no key, so that their signatures are skipped', () => {
    const vkey = `example.com/log+01020304+${encodeBase64(Uint8Array.of(2, 1, 2, 3))}`
    expect(parseVkey(vkey)).toEqual({ name: 'example.com/log', vkey, keyId: '01020304', algorithm: 2 })
  })

  it.each(['', 'name', 'name+00000000', 'na me+00000000+AQ==', 'name+0000000G+AQ==', 'name+00000000+AQ=='])(
    'refuses %j',
    (vkey) => {
      expect(() => parseVkey(vkey)).toThrow(expect.objectContaining({ code: 'bad_key' }))
    },
  )

  it.each([1, 4, 6])('P4.5: of type %d are refused under an id that is not that of their key', (type) => {
    const vkey = `example.com/log+01020304+${encodeBase64(Uint8Array.of(type, ...new Uint8Array(32)))}`
    expect(() => parseVkey(vkey)).toThrow('is not that of its key')
  })
})

describe('cosignatures', () => {
  const witness = createExampleKey()
  const witnessVerifier = createNoteVerifier('witness.example', witness.publicKey, noteAlgorithms.cosignature)
  const cosigned = signNote('text\n', [signer, createCosigner('witness.example', witness, 1_700_000_000)])

  it('tell who saw the checkpoint, and when', () => {
    expect(verifyCosignatures(parseNote(cosigned), [witnessVerifier])).toEqual([
      { witness: 'witness.example', unixSeconds: 1_700_000_000 },
    ])
  })

  it('are ignored when nobody knows the witness', () => {
    expect(verifyCosignatures(parseNote(cosigned), [])).toEqual([])
    expect(verifyNote(parseNote(cosigned), [verifier])).toEqual([verifier])
  })

  // Signature and time: golang.org/x/mod/sumdb/note's test of cosignature/v1 timestamps.
  it('state the time in their first eight bytes', () => {
    const line =
      'ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA=='
    const [signature] = parseNote(`text\n\n— witness.example ${line}\n`).signatures
    expect(cosignedAt(signature?.signature ?? new Uint8Array())).toBe(1_727_964_367)
    expect(() => cosignedAt(new Uint8Array(64))).toThrow(expect.objectContaining({ code: 'bad_signature' }))
  })

  it('are refused when the text was changed', () => {
    expect(() => verifyCosignatures(parseNote(cosigned.replace('text', 'test')), [witnessVerifier])).toThrow(
      expect.objectContaining({ code: 'bad_signature' }),
    )
  })

  it('by a witness do not pass for the log: its key has another type', () => {
    expect(() => verifyNote(parseNote(cosigned), [witnessVerifier])).toThrow(
      expect.objectContaining({ code: 'unknown_key' }),
    )
  })
})

interface NoteVectors {
  readonly vkeys: {
    readonly valid: readonly string[]
    readonly invalid: readonly string[]
    readonly inconsistentKeyId: readonly string[]
  }
  readonly cosigTimestamp: { readonly sigBase64: string; readonly wantUnix: number }
  readonly notes: readonly { name: string; noteUtf8: string; keys: readonly string[]; want: 'ok' | 'reject' }[]
}

describe.skipIf(!hasFixtures)('the published notes (skipped without the fixtures)', () => {
  const vectors: NoteVectors = hasFixtures ? JSON.parse(readFixture('signed-note.json')) : { vkeys: {}, notes: [] }

  it('are accepted and refused as published', () => {
    const answers = vectors.notes.map(({ name, noteUtf8, keys }) => {
      try {
        verifyNote(parseNote(noteUtf8), keys.map(parseVkey))
        return { name, want: 'ok' }
      } catch {
        return { name, want: 'reject' }
      }
    })
    expect(answers.length).toBeGreaterThan(10)
    expect(answers).toEqual(vectors.notes.map(({ name, want }) => ({ name, want })))
  })

  it('have keys that are read, and others that are refused', () => {
    for (const vkey of vectors.vkeys.valid) expect(vkey).toContain(parseVkey(vkey).keyId)
    for (const vkey of vectors.vkeys.invalid) expect(() => parseVkey(vkey)).toThrow('')
  })

  it('have keys under an id that is not theirs, which are refused', () => {
    expect(vectors.vkeys.inconsistentKeyId.length).toBeGreaterThan(0)
    for (const vkey of vectors.vkeys.inconsistentKeyId) expect(() => parseVkey(vkey)).toThrow('is not that of its key')
  })

  it('state the time of a cosignature as published', () => {
    const { sigBase64, wantUnix } = vectors.cosigTimestamp
    const [line] = parseNote(`text\n\n— witness.example ${sigBase64}\n`).signatures
    expect(cosignedAt(line?.signature ?? new Uint8Array())).toBe(wantUnix)
  })
})
