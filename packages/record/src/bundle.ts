import { encodeBase64 } from './base64.ts'
import { canonicalBytes, parseCanonical } from './canonical-json.ts'
import { parseCheckpoint } from './checkpoint.ts'
import type { SignedCheckpoint } from './checkpoint.ts'
import { readEnvelope } from './dsse.ts'
import type { Envelope } from './dsse.ts'
import { decodeEntry } from './entry.ts'
import type { Entry } from './entry.ts'
import { arrayField, base64Field, exactFields, textField, wordField } from './fields.ts'
import { refuseLarger, verificationLimits } from './limits.ts'
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
    disclosures: bundle.disclosures.toSorted(bySection).map(writeDisclosure),
    consistencyProof: consistencyProof && {
      earlierCheckpoint: consistencyProof.earlierCheckpoint,
      hashes: consistencyProof.hashes.map(encodeBase64),
    },
    keyHints: { recordKey: encodeBase64(keyHints.recordKey), logVkey: keyHints.logVkey },
  })
}

/**
 * Reads a bundle's file strictly: of bounded size, canonical JSON, canonical Base64, every field known, nothing that the verifier can't check.
 * @throws RecordError with the code of the first fault
 */
export function parseBundle(bytes: Uint8Array): ParsedBundle {
  refuseLarger(bytes, 'the bundle', verificationLimits.bundleBytes)
  refuseManyParts(bytes)
  const fields = exactFields(parseCanonical(bytes), 'bundle', bundleFields)
  wordField(fields.format, 'format', [bundleFormat])
  refuseTimestamps(fields.timestamps)
  const entry = base64Field(fields.entry, 'entry')
  const tlogProof = textField(fields.tlogProof, 'tlogProof')
  refuseLarger(tlogProof, 'tlogProof', verificationLimits.pinnedBytes)
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

// By code units, as names of members are in canonical JSON.
function bySection(left: Disclosure, right: Disclosure): number {
  if (left.section === right.section) return 0
  return left.section < right.section ? -1 : 1
}

// Counted before it is parsed: millions of empty objects fit into few bytes, and not into memory.
function refuseManyParts(bytes: Uint8Array): void {
  let count = 0
  for (const byte of bytes) if (byte === 0x5b || byte === 0x7b || byte === 0x2c) count++
  if (count > verificationLimits.bundleParts) throw new RecordError('too_large', 'the bundle has too many parts')
}

function readDisclosures(value: unknown): readonly Disclosure[] {
  const disclosures = arrayField(value, 'disclosures').map(readDisclosure)
  const isInOrder = disclosures.every((it, at) => at === 0 || bySection(disclosures[at - 1] ?? it, it) < 0)
  if (!isInOrder) throw new RecordError('bad_field', 'disclosures are in the order of their sections, each once')
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
  const all = arrayField(hashes, 'hashes')
  if (all.length > verificationLimits.proofHashes) throw new RecordError('too_large', 'the proof has too many hashes')
  return {
    earlierCheckpoint: textField(earlierCheckpoint, 'earlierCheckpoint'),
    hashes: all.map((hash) => base64Field(hash, 'consistencyProof.hashes', 32)),
  }
}

function readKeyHints(value: unknown): KeyHints {
  const { recordKey, logVkey } = exactFields(value, 'keyHints', ['recordKey', 'logVkey'])
  refuseLarger(textField(logVkey, 'logVkey', /^[!-~]+$/), 'logVkey', verificationLimits.vkeyCharacters)
  refuseLarger(textField(recordKey, 'recordKey'), 'recordKey', verificationLimits.vkeyCharacters)
  return { recordKey: base64Field(recordKey, 'recordKey'), logVkey: textField(logVkey, 'logVkey') }
}
