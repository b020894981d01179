export { BackupError } from './backup-error.ts'
export { putKeyFiles, readKeyFiles } from './key-folder.ts'
export { isEmptyDatabase, notEmpty, putBack } from './put-back.ts'
export {
  authenticateBackup,
  type AuthenticBackup,
  checkBackup,
  type CheckedBackup,
  openBackup,
  type OpenedBackup,
} from './read-backup.ts'
export { type TakenBackup, takeBackup } from './take-backup.ts'
export { markRestore, restoreMark, unmarkRestore } from './restore-mark.ts'
