import { base64Field, digestField, exactFields, textField, wordField } from './fields.ts'
import { canonicalBytes, parseCanonical } from './canonical-json.ts'
import { sha256 } from './crypto.ts'
import { preAuthEncoding } from './dsse.ts'
import type { Envelope } from './dsse.ts'
import { encodeHex } from './hex.ts'
import { refuseLarger } from './limits.ts'
import { RecordError } from './record-error.ts'
import { maxEntryBytes } from './tiles.ts'

/** Kinds of entries of the log: decision records, audit events. */
export type EntryKind = 'pacr' | 'audit'

const entryKinds: readonly EntryKind[] = ['pacr', 'audit']

/** A leaf of the log. It names an envelope without holding any of its content, so that mirrors never see any. */
export interface Entry {
  readonly v: 1
  readonly kind: EntryKind
  /** Hex SHA-256 of what the envelope's signature signs. */
  readonly paeSha256: string
  readonly keyid: string
  readonly sig: string
}

/**
 * The entry of an envelope, under its first signature.
 * @throws RecordError `bad_signature` when the envelope has none
 */
export function entryFromEnvelope(kind: EntryKind, envelope: Envelope): Entry {
  const [signature] = envelope.signatures
  if (signature === undefined) throw new RecordError('bad_signature', 'the envelope has no signature')
  const { payloadType } = envelope
  const signed = preAuthEncoding(payloadType, base64Field(envelope.payload, 'payload'))
  return { v: 1, kind, paeSha256: encodeHex(sha256(signed)), keyid: signature.keyid, sig: signature.sig }
}

/** Canonical bytes of an entry: what the log stores and hashes. @throws RecordError `too_large` */
export function encodeEntry(entry: Entry): Uint8Array {
  const bytes = canonicalBytes(entry)
  if (bytes.length >= maxEntryBytes) throw new RecordError('too_large', `an entry has under ${maxEntryBytes} bytes`)
  return bytes
}

/** Reads an entry's canonical bytes. @throws RecordError for any field that isn't exactly as it must be */
export function decodeEntry(bytes: Uint8Array): Entry {
  refuseLarger(bytes, 'the entry', maxEntryBytes - 1)
  const fields = exactFields(parseCanonical(bytes), 'entry', ['v', 'kind', 'paeSha256', 'keyid', 'sig'])
  if (fields.v !== 1) throw new RecordError('bad_field', 'the entry is of an unknown version')
  base64Field(fields.sig, 'entry.sig')
  return {
    v: 1,
    kind: wordField(fields.kind, 'entry.kind', entryKinds),
    paeSha256: digestField(fields.paeSha256, 'entry.paeSha256'),
    keyid: digestField(fields.keyid, 'entry.keyid'),
    sig: textField(fields.sig, 'entry.sig'),
  }
}
