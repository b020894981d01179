import { expect, it } from 'vitest'
import { createExampleLog } from '../testing/example-record.ts'
import { canonicalBytes } from './canonical-json.ts'
import { sha256 } from './crypto.ts'
import { preAuthEncoding } from './dsse.ts'
import { decodeEntry, encodeEntry, entryFromEnvelope } from './entry.ts'
import { encodeHex } from './hex.ts'

const { dsseEnvelope } = createExampleLog().bundle
const entry = entryFromEnvelope('pacr', dsseEnvelope)

it('an entry names its envelope by the digest of what was signed, and holds none of its content', () => {
  const signed = preAuthEncoding(dsseEnvelope.payloadType, Buffer.from(dsseEnvelope.payload, 'base64'))
  expect(entry.paeSha256).toBe(encodeHex(sha256(signed)))
  expect(Object.keys(entry).toSorted()).toEqual(['keyid', 'kind', 'paeSha256', 'sig', 'v'])
})

it('an entry brings back its fields', () => {
  expect(decodeEntry(encodeEntry(entry))).toEqual(entry)
})

it('an entry of 65,535 bytes is refused, one byte less is not', () => {
  const overhead = encodeEntry({ ...entry, sig: '' }).length
  expect(encodeEntry({ ...entry, sig: 'A'.repeat(65_534 - overhead) })).toHaveLength(65_534)
  expect(() => encodeEntry({ ...entry, sig: 'A'.repeat(65_535 - overhead) })).toThrow(
    expect.objectContaining({ code: 'too_large' }),
  )
})

it.each([
  [{ v: 2 }, 'bad_field'],
  [{ kind: 'other' }, 'bad_field'],
  [{ keyid: 'AB' }, 'bad_hex'],
  [{ sig: 'A' }, 'bad_base64'],
  [{ extra: 1 }, 'unknown_field'],
])('an entry with %j is refused', (change, code) => {
  expect(() => decodeEntry(canonicalBytes({ ...entry, ...change }))).toThrow(expect.objectContaining({ code }))
})

it('an envelope without a signature makes no entry', () => {
  expect(() => entryFromEnvelope('pacr', { ...dsseEnvelope, signatures: [] })).toThrow(
    expect.objectContaining({ code: 'bad_signature' }),
  )
})
