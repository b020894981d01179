import { join } from 'node:path'

/** The file that is there from the beginning of a restore to its end. It names the backup by its digest. */
export function restoreMark(dataDir: string): string {
  return join(dataDir, 'restore-unfinished')
}
