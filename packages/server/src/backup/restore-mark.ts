import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { BackupError } from './backup-error.ts'
import { syncFolder } from './new-file.ts'
import { restoreMark } from '../platform/restore-mark.ts'

/** Begins a restore, or goes on with one that was cut off. Answers whether one of the same backup was. @throws BackupError `not_empty` */
export async function markRestore(dataDir: string, sha256: string): Promise<{ wasCutOff: boolean }> {
  const path = restoreMark(dataDir)
  if (!existsSync(path)) {
    await mkdir(dataDir, { recursive: true, mode: 0o711 })
    await writeFile(path, sha256, { mode: 0o600, flush: true })
    await syncFolder(dataDir)
    return { wasCutOff: false }
  }
  if ((await readFile(path, 'utf8')) === sha256) return { wasCutOff: true }
  throw new BackupError('not_empty', `A restore of another backup into ${dataDir} was cut off.`, {
    fix: `Restore that one again, or, if nothing of it is wanted, remove ${path} and take a new data directory and database.`,
  })
}

/** Ends a restore: it is whole, or nothing of it is left. */
export async function unmarkRestore(dataDir: string): Promise<void> {
  await rm(restoreMark(dataDir), { force: true })
  await syncFolder(dataDir)
}
