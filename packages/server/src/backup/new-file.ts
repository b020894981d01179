import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { BackupError } from './backup-error.ts'

/** A file that was written whole. */
export interface WrittenFile {
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

/**
 * Writes a new file, for its owner alone: under another name first, and under its own once it is whole and on the disk.
 * @throws BackupError `file_exists`, `file_unwritable`
 */
export async function writeNewFile(path: string, content: AsyncIterable<Buffer>): Promise<WrittenFile> {
  if (existsSync(path)) throw exists(path)
  const folder = dirname(resolve(path))
  const partial = join(folder, `.${basename(path)}.${randomUUID()}.partial`)
  const digest = createHash('sha256')
  let sizeBytes = 0
  async function* measured(): AsyncGenerator<Buffer> {
    for await (const piece of content) {
      digest.update(piece)
      sizeBytes += piece.length
      yield piece
    }
  }
  try {
    const file = await open(partial, 'wx', 0o600)
    await pipeline(measured, file.createWriteStream({ flush: true }))
    await giveName(partial, path)
    await syncFolder(folder)
  } catch (cause) {
    const code = cause instanceof Error && 'syscall' in cause && 'code' in cause ? String(cause.code) : undefined
    if (code === undefined) throw cause
    throw new BackupError('file_unwritable', `${path} can't be written (${code}).`, {
      fix: 'Name a place with room enough that this account may write to.',
      cause,
    })
  } finally {
    await rm(partial, { force: true })
  }
  return { path, sizeBytes, sha256: digest.digest('hex') }
}

// A link never replaces a file that came meanwhile; where the file system has none, a rename has to do.
async function giveName(partial: string, path: string): Promise<void> {
  try {
    await link(partial, path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST' || existsSync(path)) throw exists(path)
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error
    await rename(partial, path)
  }
}

/** Makes new names in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function exists(path: string): BackupError {
  return new BackupError('file_exists', `${path} exists, and no backup is written over.`, { fix: 'Name a new file.' })
}
