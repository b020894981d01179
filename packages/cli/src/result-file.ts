import { createHash, createHmac } from 'node:crypto'
import { closeSync, fstatSync, openAsBlob, openSync, readSync } from 'node:fs'
import type { ByteSource, Digest } from '@afterai/evidence'
import { CommandFailure } from './command-failure.ts'
import type { LocalKey } from './local-key.ts'

const PIECE_BYTES = 64 * 1024

/** A file of results, whose bytes are read when they are asked for. */
export interface ResultFile {
  readonly path: string
  /** The bytes from the start. A piece is good until the next one is asked for. */
  readonly chunks: () => Iterable<Uint8Array>
  /** All of it, to be sent: read while it is. */
  readonly content: () => Promise<Blob>
}

/**
 * Opens a file of results without reading it. What isn't a regular file (a pipe, `/dev/stdin`) can be read but once, and is held.
 * @throws {CommandFailure} `failed` if it can't be read
 */
export function openResultFile(path: string): ResultFile {
  const descriptor = opened(path)
  try {
    if (fstatSync(descriptor).isFile()) return { path, chunks: () => piecesOf(path), content: () => openAsBlob(path) }
    const held = copiesOf(readAll(descriptor, path))
    return { path, chunks: () => held, content: async () => new Blob(held) }
  } finally {
    closeSync(descriptor)
  }
}

/** Makes a source for the importers. Texts without an identifier's shape are digested under `key`: two files that are compared need the same. */
export function sourceOf({ path, chunks }: ResultFile, key: LocalKey, command?: ByteSource['command']): ByteSource {
  return {
    chunks,
    sha256: () => createHash('sha256'),
    digest: digestUnder(key),
    name: path,
    command,
  }
}

/** The digest of texts under a key. */
export function digestUnder(key: LocalKey): Digest {
  return (text) => `hmac-${createHmac('sha256', key()).update(text).digest('hex').slice(0, 40)}`
}

function copiesOf(pieces: Iterable<Uint8Array>): Uint8Array<ArrayBuffer>[] {
  return Array.from(pieces, (piece) => new Uint8Array(piece))
}

function* piecesOf(path: string): Generator<Uint8Array> {
  const descriptor = opened(path)
  try {
    yield* readAll(descriptor, path)
  } finally {
    closeSync(descriptor)
  }
}

function* readAll(descriptor: number, path: string): Generator<Uint8Array> {
  const piece = Buffer.alloc(PIECE_BYTES)
  for (;;) {
    const length = orFailure(path, () => readSync(descriptor, piece))
    if (length === 0) return
    yield piece.subarray(0, length)
  }
}

function opened(path: string): number {
  return orFailure(path, () => openSync(path, 'r'))
}

function orFailure<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new CommandFailure('failed', `${path} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { cause })
  }
}
