import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { BackupError } from './backup-error.ts'
import { decodeItems, inOrder, type Item, type KeyFile, type LogHead, type Manifest } from './items.ts'
import { openChunks } from './sealed-file.ts'

/** A backup that was read from its first byte to its last, and found to be as it was written. */
export interface CheckedBackup {
  readonly manifest: Manifest
  readonly logs: readonly LogHead[]
  readonly keys: readonly KeyFile[]
  readonly rows: number
  readonly sha256: string
  readonly sizeBytes: number
}

/** The parts of a backup, each authenticated, in their order and complete. @throws BackupError naming what is wrong */
export async function* readBackup(path: string, passphrase: string): AsyncGenerator<Item> {
  const file = await openToRead(path)
  try {
    yield* inOrder(decodeItems(openChunks(file, passphrase)))
  } finally {
    await file.close()
  }
}

/** Reads a backup as a whole and keeps what says what it is. @throws BackupError naming what is wrong */
export async function checkBackup(path: string, passphrase: string): Promise<CheckedBackup> {
  let manifest: Manifest | undefined
  const logs: LogHead[] = []
  const keys: KeyFile[] = []
  let rows = 0
  for await (const item of readBackup(path, passphrase)) {
    if (item.kind === 'manifest') manifest = item
    else if (item.kind === 'log') logs.push(item)
    else if (item.kind === 'key') keys.push(item)
    else if (item.kind === 'tableEnd') rows += item.rows
  }
  if (manifest === undefined) throw new Error('a backup without a manifest was read')
  return { manifest, logs, keys, rows, ...(await measure(path)) }
}

async function measure(path: string): Promise<{ sha256: string; sizeBytes: number }> {
  await using file = await openToRead(path)
  const digest = createHash('sha256')
  let sizeBytes = 0
  for await (const piece of file.createReadStream({ autoClose: false })) {
    digest.update(piece as Buffer)
    sizeBytes += (piece as Buffer).length
  }
  return { sha256: digest.digest('hex'), sizeBytes }
}

async function openToRead(path: string) {
  try {
    return await open(path, 'r')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'
    throw new BackupError('file_unreadable', `${path} can't be read (${code}).`, {
      fix: 'Name the backup file.',
      cause,
    })
  }
}
