import { encodeBase64 } from './base64.ts'
import { canonicalBytes, parseCanonical } from './canonical-json.ts'
import { parseCheckpoint } from './checkpoint.ts'
import type { SignedCheckpoint } from './checkpoint.ts'
import { readEnvelope } from './dsse.ts'
import type { Envelope } from './dsse.ts'
import { decodeEntry } from './entry.ts'
import type { Entry } from './entry.ts'
import { arrayField, base64Field, exactFields, textField, wordField } from './fields.ts'
import { RecordError } from './record-error.ts'
import { sectionNames } from './sections.ts'
import type { SectionName } from './sections.ts'
import { parseTlogProof } from './tlog-proof.ts'
import type { TlogProof } from './tlog-proof.ts'

/** Names the form of an export bundle; another form gets another name. */
export const bundleFormat = 'urn:afterai:bundle:v1'

/** A section as the exporter shows it: its bytes and salt, or the notice that it was erased. Any other is withheld. */
export type Disclosure =
  | { readonly section: SectionName; readonly salt: Uint8Array; readonly bytes: Uint8Array }
  | { readonly section: SectionName; readonly erased: true }

/** Proof that the log of the bundle's checkpoint continues an earlier one. */
export interface ConsistencyProof {
  readonly earlierCheckpoint: string
  readonly hashes: readonly Uint8Array[]
}

/** Keys as the exporter names them: hints to find the pinned keys by, never a reason to trust them. */
export interface KeyHints {
  readonly recordKey: Uint8Array
  readonly logVkey: string
}

/** One record with all that is needed to verify it offline. */
export interface Bundle {
  readonly entry: Uint8Array
  readonly dsseEnvelope: Envelope
  readonly tlogProof: string
  readonly disclosures: readonly Disclosure[]
  readonly consistencyProof: ConsistencyProof | null
  readonly keyHints: KeyHints
}

/** A bundle and what its texts say, parsed but not verified. */
export interface ParsedBundle extends Bundle {
  readonly entryFields: Entry
  readonly proof: TlogProof
  readonly checkpoint: SignedCheckpoint
  readonly earlierCheckpoint: SignedCheckpoint | null
}

/** Canonical bytes of a bundle's file. */
export function encodeBundle(bundle: Bundle): Uint8Array {
  const { consistencyProof, keyHints } = bundle
  return canonicalBytes({
    format: bundleFormat,
    entry: encodeBase64(bundle.entry),
    dsseEnvelope: bundle.dsseEnvelope,
    tlogProof: bundle.tlogProof,
    timestamps: [],
    disclosures: bundle.disclosures.map(writeDisclosure),
    consistencyProof: consistencyProof && {
      earlierCheckpoint: consistencyProof.earlierCheckpoint,
      hashes: consistencyProof.hashes.map(encodeBase64),
    },
    keyHints: { recordKey: encodeBase64(keyHints.recordKey), logVkey: keyHints.logVkey },
  })
}

/**
 * Reads a bundle's file strictly: canonical JSON, canonical Base64, every field known, nothing that the verifier can't check.
 * @throws RecordError with the code of the first fault
 */
export function parseBundle(bytes: Uint8Array): ParsedBundle {
  const fields = exactFields(parseCanonical(bytes), 'bundle', bundleFields)
  wordField(fields.format, 'format', [bundleFormat])
  refuseTimestamps(fields.timestamps)
  const entry = base64Field(fields.entry, 'entry')
  const tlogProof = textField(fields.tlogProof, 'tlogProof')
  const proof = parseTlogProof(tlogProof)
  if (proof.extra !== undefined)
    throw new RecordError('unknown_field', 'tlogProof has extra data, which nothing vouches for')
  const consistencyProof = readConsistencyProof(fields.consistencyProof)
  return {
    entry,
    entryFields: decodeEntry(entry),
    dsseEnvelope: readEnvelope(fields.dsseEnvelope),
    tlogProof,
    proof,
    checkpoint: parseCheckpoint(proof.checkpoint),
    disclosures: readDisclosures(fields.disclosures),
    consistencyProof,
    earlierCheckpoint: consistencyProof && parseCheckpoint(consistencyProof.earlierCheckpoint),
    keyHints: readKeyHints(fields.keyHints),
  }
}

const bundleFields = [
  'format',
  'entry',
  'dsseEnvelope',
  'tlogProof',
  'timestamps',
  'disclosures',
  'consistencyProof',
  'keyHints',
] as const

function writeDisclosure(disclosure: Disclosure): Readonly<Record<string, string | boolean>> {
  if ('erased' in disclosure) return { section: disclosure.section, erased: true }
  const { section, salt, bytes } = disclosure
  return { section, salt: encodeBase64(salt), bytes: encodeBase64(bytes) }
}

// The field is kept for RFC 3161 tokens. Until they are verified, a bundle with one isn't accepted.
function refuseTimestamps(value: unknown): void {
  if (arrayField(value, 'timestamps').length === 0) return
  throw new RecordError('unknown_field', 'timestamps are not part of this version of the format')
}

function readDisclosures(value: unknown): readonly Disclosure[] {
  const disclosures = arrayField(value, 'disclosures').map(readDisclosure)
  const names = new Set(disclosures.map(({ section }) => section))
  if (names.size < disclosures.length) throw new RecordError('bad_field', 'disclosures name a section twice')
  return disclosures
}

function readDisclosure(value: unknown): Disclosure {
  if (typeof value === 'object' && value !== null && 'erased' in value) {
    const { section, erased } = exactFields(value, 'disclosure', ['section', 'erased'])
    if (erased !== true) throw new RecordError('bad_field', 'disclosure.erased can only be true')
    return { section: wordField(section, 'disclosure.section', sectionNames), erased }
  }
  const { section, salt, bytes } = exactFields(value, 'disclosure', ['section', 'salt', 'bytes'])
  return {
    section: wordField(section, 'disclosure.section', sectionNames),
    salt: base64Field(salt, 'disclosure.salt', 32),
    bytes: base64Field(bytes, 'disclosure.bytes'),
  }
}

function readConsistencyProof(value: unknown): ConsistencyProof | null {
  if (value === null) return null
  const { earlierCheckpoint, hashes } = exactFields(value, 'consistencyProof', ['earlierCheckpoint', 'hashes'])
  return {
    earlierCheckpoint: textField(earlierCheckpoint, 'earlierCheckpoint'),
    hashes: arrayField(hashes, 'hashes').map((hash) => base64Field(hash, 'consistencyProof.hashes', 32)),
  }
}

function readKeyHints(value: unknown): KeyHints {
  const { recordKey, logVkey } = exactFields(value, 'keyHints', ['recordKey', 'logVkey'])
  return { recordKey: base64Field(recordKey, 'recordKey'), logVkey: textField(logVkey, 'logVkey') }
}
