import type { Digest } from '../identifier.ts'

/** A file of results, already read, and what importing it needs from outside. */
export interface ImportSource {
  readonly text: string
  /** SHA-256 of the file's bytes, lower-case hex. */
  readonly sourceDigest: string
  /** Keyed digest for texts without the shape of an identifier. */
  readonly digest: Digest
}

/** Bounds on what is read from a file; sizes are in UTF-16 units. */
export const LIMITS: Readonly<Record<'fileSize' | 'recordSize' | 'rows' | 'columns' | 'depth', number>> = {
  fileSize: 128 * 1024 * 1024,
  recordSize: 4 * 1024 * 1024,
  rows: 200_000,
  columns: 500,
  depth: 32,
}
