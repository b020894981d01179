import { RecordError } from './record-error.ts'

/** Limits of the inputs of a verification, known before any of it is parsed; `docs/verify.sh` holds the same. Sizes are bytes. */
export const verificationLimits = {
  bundleBytes: 67_108_864,
  /** How many of the characters `[`, `{` and `,` a bundle may have: a few for each of its fields, and none in Base64. */
  bundleParts: 1_000,
  /** Of a key file or a checkpoint that an auditor pins, and of each proof and checkpoint in a bundle. */
  pinnedBytes: 65_536,
  vkeyCharacters: 1_024,
  /** Of an inclusion or consistency proof: a tree has fewer levels. */
  proofHashes: 64,
  /** Lines of a checkpoint's note that are signatures. Source of the number: golang.org/x/mod/sumdb/note. */
  noteSignatures: 100,
} as const

/** Refuses bytes beyond a limit. @throws RecordError `too_large` */
export function refuseLarger(bytes: Uint8Array | string, what: string, limit: number): void {
  // UTF-8 never has fewer bytes than its text has units.
  if (bytes.length > limit) throw new RecordError('too_large', `${what} is over ${limit} bytes`)
}
