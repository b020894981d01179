import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { BackupError } from './backup-error.ts'
import { decodeItems, inOrder, type Item, type KeyFile, type LogHead, type Manifest } from './items.ts'
import { rowForms } from './row-form.ts'
import { openChunks, openSealedFile, type SealedFile } from './sealed-file.ts'

/** Told how far the work is: what is being done, and how many bytes of it are. */
export type OnProgress = (step: string, bytes: number) => void

/** A backup of which every byte is what was written; its rows weren't looked at. */
export interface AuthenticBackup {
  readonly manifest: Manifest
  readonly logs: readonly LogHead[]
  readonly keys: readonly KeyFile[]
  readonly sha256: string
  readonly sizeBytes: number
}

/** A backup that was read from its first byte to its last, and whose every table is what it says. */
export interface CheckedBackup extends AuthenticBackup {
  readonly rows: number
}

/** An open backup, of which everything can be read more than once. */
export type OpenedBackup = SealedFile & AsyncDisposable

/** Opens a backup with its passphrase. @throws BackupError naming what is wrong */
export async function openBackup(path: string, passphrase: string): Promise<OpenedBackup> {
  const file = await openToRead(path)
  try {
    return { ...(await openSealedFile(file, passphrase)), [Symbol.asyncDispose]: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** The parts of a backup, each authenticated, in their order and complete. What its rows add up to is the caller's to check. @throws BackupError */
export function readBackup(backup: OpenedBackup): AsyncGenerator<Item> {
  return inOrder(decodeItems(openChunks(backup)))
}

/**
 * Authenticates a backup from its first byte to its last, without unpacking it, and keeps what says what it is.
 * @throws BackupError naming what is wrong
 */
export async function authenticateBackup(backup: OpenedBackup, onProgress?: OnProgress): Promise<AuthenticBackup> {
  const digest = createHash('sha256').update(backup.header)
  let bytes = 0
  const measure = (chunk: Buffer): void => {
    digest.update(chunk)
    onProgress?.('checking the file', (bytes += chunk.length))
  }
  for await (const _chunk of openChunks(backup, measure));
  const head = createHead()
  for await (const item of readBackup(backup)) {
    if (item.kind === 'table') break
    head.add(item)
  }
  return { ...head.end(), sha256: digest.digest('hex'), sizeBytes: backup.sizeBytes }
}

/** Reads a backup as a whole, every row of it, and keeps what says what it is. @throws BackupError naming what is wrong */
export async function checkBackup(path: string, passphrase: string, onProgress?: OnProgress): Promise<CheckedBackup> {
  await using backup = await openBackup(path, passphrase)
  const digest = createHash('sha256').update(backup.header)
  let bytes = 0
  const chunks = openChunks(backup, (chunk) => {
    digest.update(chunk)
    onProgress?.('checking', (bytes += chunk.length))
  })
  const head = createHead()
  let rows = 0
  for await (const item of inOrder(decodeItems(chunks), rowForms[backup.format].startTally)) {
    head.add(item)
    if (item.kind === 'tableEnd') rows += item.rows
  }
  return { ...head.end(), rows, sha256: digest.digest('hex'), sizeBytes: backup.sizeBytes }
}

/** Gathers what stands before the tables. */
function createHead() {
  let manifest: Manifest | undefined
  const logs: LogHead[] = []
  const keys: KeyFile[] = []
  return {
    add(item: Item): void {
      if (item.kind === 'manifest') manifest = item
      else if (item.kind === 'log') logs.push(item)
      else if (item.kind === 'key') keys.push(item)
    },
    end() {
      if (manifest === undefined) throw new Error('a backup without a manifest was read')
      return { manifest, logs, keys }
    },
  }
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
