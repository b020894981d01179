import { canonicalBytes } from './canonical-json.ts'
import type { JsonValue } from './canonical-json.ts'
import { concatBytes, utf8 } from './bytes.ts'
import { equalSecrets, hmacSha256, openAesGcm, randomBytes, sealAesGcm, sha256 } from './crypto.ts'
import { encodeHex } from './hex.ts'
import { RecordError } from './record-error.ts'

/** Parts of a record that hold content. Each is sealed, disclosed and erased on its own. */
export type SectionName = 'before' | 'after' | 'evidence' | 'rationale' | 'identities' | 'details'

/** All section names. */
export const sectionNames: readonly SectionName[] = [
  'before',
  'after',
  'evidence',
  'rationale',
  'identities',
  'details',
]

/** The public part of a section: nothing can be guessed from it once the salt is gone. */
export interface SectionCommitment {
  readonly name: SectionName
  /** Hex HMAC-SHA-256 of the section's canonical bytes, keyed with its salt. */
  readonly commitment: string
  /** Hex SHA-256 of the ciphertext. */
  readonly ciphertextSha256: string
}

/** A sealed section. `dataKey` and `salt` are secrets: destroying both erases the section. */
export interface SealedSection extends SectionCommitment {
  /** Nonce, AES-256-GCM ciphertext and tag, one after the other. */
  readonly ciphertext: Uint8Array
  readonly dataKey: Uint8Array
  readonly salt: Uint8Array
}

/** Seals a section: canonical bytes, a salted commitment, and a ciphertext under a key of its own. */
export function sealSection(name: SectionName, value: JsonValue): SealedSection {
  const bytes = canonicalBytes(value)
  const salt = randomBytes(32)
  const dataKey = randomBytes(32)
  const ciphertext = sealAesGcm(dataKey, bytes, contextOf(name))
  return {
    name,
    commitment: commitmentOf(salt, bytes),
    ciphertextSha256: encodeHex(sha256(ciphertext)),
    ciphertext,
    dataKey,
    salt,
  }
}

/**
 * Opens a section and returns its canonical bytes. AES-GCM does not commit to its key, so the commitment is checked again.
 * @throws RecordError `decryption_failed`, `commitment_mismatch`
 */
export function openSection(section: Omit<SealedSection, 'ciphertextSha256'>): Uint8Array {
  const bytes = openAesGcm(section.dataKey, section.ciphertext, contextOf(section.name))
  checkCommitment(section, section.salt, bytes)
  return bytes
}

/** Checks that these are the bytes that were committed to. @throws RecordError `commitment_mismatch` */
export function checkCommitment(
  { name, commitment }: Pick<SectionCommitment, 'name' | 'commitment'>,
  salt: Uint8Array,
  bytes: Uint8Array,
): void {
  const matches = salt.length === 32 && equalSecrets(utf8(commitmentOf(salt, bytes)), utf8(commitment))
  if (!matches) throw new RecordError('commitment_mismatch', `section "${name}" is not what the record committed to`)
}

/** Commits to a section's bytes: hex HMAC-SHA-256, keyed with the salt. */
export function commitmentOf(salt: Uint8Array, bytes: Uint8Array): string {
  return encodeHex(hmacSha256(salt, bytes))
}

// Binds a ciphertext to the section it belongs to.
function contextOf(name: SectionName): Uint8Array {
  return concatBytes(utf8('afterai:section:v1:'), utf8(name))
}
