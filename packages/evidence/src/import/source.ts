import type { Digest } from '../identifier.ts'

/** A file of results, already read, and what importing it needs from outside. */
export interface ImportSource {
  readonly text: string
  /** SHA-256 of the file's bytes, lower-case hex. */
  readonly sourceDigest: string
  /** Keyed digest for texts without the shape of an identifier. */
  readonly digest: Digest
}

/** A SHA-256 in the making, such as Node's `createHash('sha256')`. */
export interface Sha256 {
  readonly update: (bytes: Uint8Array) => unknown
  readonly digest: (encoding: 'hex') => string
}

/** A file of results that is read in pieces and never held whole. */
export interface ByteSource {
  /** The file's bytes from its start. Asked for once a pass: a table is read several times. */
  readonly chunks: () => Iterable<Uint8Array>
  readonly sha256: () => Sha256
  /** Keyed digest for texts without the shape of an identifier. */
  readonly digest: Digest
  /** The file as the caller calls it, for the commands that faults propose. */
  readonly name?: string | undefined
  /** The command that reads a file of a name, before its options, for those that faults propose. Default: `afterai import`. */
  readonly command?: ((word: string) => string) | undefined
}

/** Bounds on what is read from a file: its size in bytes, a record in UTF-16 units. How many records there are is no bound of its own. */
export const LIMITS: Readonly<Record<'fileSize' | 'recordSize' | 'columns' | 'depth', number>> = {
  fileSize: 128 * 1024 * 1024,
  recordSize: 4 * 1024 * 1024,
  columns: 500,
  depth: 32,
}
