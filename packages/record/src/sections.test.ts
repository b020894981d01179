import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { canonicalBytes } from './canonical-json.ts'
import { encodeHex } from './hex.ts'
import { hmacSha256, sealAesGcm, sha256 } from './crypto.ts'
import { checkCommitment, openSection, sealSection } from './sections.ts'

it('a section brings back its canonical bytes', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.integer()), (value) => {
      expect(openSection(sealSection('before', { ...value }))).toEqual(canonicalBytes({ ...value }))
    }),
  )
})

it('P4.5: a section whose ciphertext has any byte flipped does not open', () => {
  const section = sealSection('before', { model: 'assistant-2' })
  for (const at of section.ciphertext.keys()) {
    const ciphertext = section.ciphertext.map((byte, position) => (position === at ? byte ^ 1 : byte))
    expect(() => openSection({ ...section, ciphertext })).toThrow(
      expect.objectContaining({ code: 'decryption_failed' }),
    )
  }
})

it('P4.5: another ciphertext that opens under another key is refused by the commitment', () => {
  const section = sealSection('before', { model: 'assistant-2' })
  const dataKey = new Uint8Array(32)
  const ciphertext = sealAesGcm(
    dataKey,
    canonicalBytes({ model: 'x' }),
    new TextEncoder().encode('afterai:section:v1:before'),
  )
  expect(() => openSection({ ...section, dataKey, ciphertext })).toThrow(
    expect.objectContaining({ code: 'commitment_mismatch' }),
  )
})

it('a ciphertext does not open as another section', () => {
  const section = sealSection('before', { model: 'assistant-2' })
  expect(() => openSection({ ...section, name: 'after' })).toThrow(
    expect.objectContaining({ code: 'decryption_failed' }),
  )
})

it('P4.6: the commitment and the ciphertext digest are those of docs/reference/record-format.md, and salted: equal content differs', () => {
  const [one, other] = [sealSection('before', { a: 1 }), sealSection('before', { a: 1 })]
  expect(one.commitment).toBe(encodeHex(hmacSha256(one.salt, new TextEncoder().encode('{"a":1}'))))
  expect(one.ciphertextSha256).toBe(encodeHex(sha256(one.ciphertext)))
  expect(one.commitment).not.toBe(other.commitment)
  expect(one.ciphertextSha256).not.toBe(other.ciphertextSha256)
})

it('a salt of another length proves nothing', () => {
  const bytes = canonicalBytes({ a: 1 })
  const salt = new Uint8Array(31)
  const commitment = encodeHex(hmacSha256(salt, bytes))
  expect(() => checkCommitment({ name: 'before', commitment }, salt, bytes)).toThrow(
    expect.objectContaining({ code: 'commitment_mismatch' }),
  )
})
