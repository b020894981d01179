/** Why a backup can't be made, read or restored; each code has one cause. */
export type BackupErrorCode =
  | 'bad_passphrase'
  | 'no_instance'
  | 'schema_differs'
  | 'file_exists'
  | 'file_unwritable'
  | 'file_unreadable'
  | 'not_a_backup'
  | 'newer_format'
  | 'wrong_passphrase'
  | 'truncated'
  | 'damaged'
  | 'newer_schema'
  | 'not_empty'
  | 'other_keys'
  | 'not_as_backed_up'
  | 'broken_log'

/** A backup or restore that was refused, worded for the operator: what is wrong, and what to do. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
  readonly code: BackupErrorCode
  readonly fix: string

  constructor(code: BackupErrorCode, problem: string, { fix, cause }: { fix: string; cause?: unknown }) {
    super(problem, { cause })
    this.code = code
    this.fix = fix
  }
}

/** Makes the error of a file whose bytes aren't those that were written. */
export function damaged(problem: string, cause?: unknown): BackupError {
  return new BackupError('damaged', problem, { fix: 'Take another copy of this backup, or another backup.', cause })
}
