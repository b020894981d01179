import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { readSync } from 'node:fs'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const CIPHER = 'aes-256-ctr'
const PIECE_BYTES = 64 * 1024
/** A key seals one file, so its counter may start anywhere. */
const COUNTER = Buffer.alloc(16)

/** A handle of a scratch file, by which any thread of this process can read it. */
export interface Scratch {
  readonly descriptor: number
  readonly key: Uint8Array
  readonly sizeBytes: number
}

/** A scratch file that is there until it is closed. */
export interface ScratchFile extends Scratch {
  /** Lets the file and its key go. Nothing may be reading it: the system gives its descriptor to the next file. */
  readonly close: () => Promise<void>
}

/**
 * Keeps bytes as they come in a file without a name, sealed under a key that only this process knows and forgets with it: what is too large
 * for memory lies nowhere that a restart, a backup or another process could find it, and is gone whatever ends the process.
 * A slow disk slows their sender down.
 */
export async function keepScratch(pieces: AsyncIterable<Uint8Array>): Promise<ScratchFile> {
  const file = await openNameless()
  try {
    const key = randomBytes(32)
    const cipher = createCipheriv(CIPHER, key, COUNTER)
    let sizeBytes = 0
    for await (const piece of pieces) {
      await file.appendFile(cipher.update(piece))
      sizeBytes += piece.length
    }
    return { descriptor: file.fd, key, sizeBytes, close: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** The bytes of a scratch file from its start. A piece is good until the next one is asked for. */
export function* readScratch({ descriptor, key, sizeBytes }: Scratch): Generator<Uint8Array> {
  const decipher = createDecipheriv(CIPHER, key, COUNTER)
  const piece = Buffer.alloc(PIECE_BYTES)
  for (let at = 0; at < sizeBytes;) {
    const length = readSync(descriptor, piece, 0, PIECE_BYTES, at)
    if (length === 0) throw new Error('a scratch file is shorter than what was put into it')
    at += length
    yield decipher.update(piece.subarray(0, length))
  }
}

async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `afterai-${randomBytes(16).toString('hex')}`)
  const file = await open(path, 'wx+', 0o600)
  await unlink(path)
  return file
}
