/** Why the embedded database can't run; each code has one cause and the message says how to mend it. */
export type EmbeddedPostgresErrorCode =
  | 'unsupported_platform'
  | 'binaries_missing'
  | 'data_in_use'
  | 'data_not_ours'
  | 'data_wrong_version'
  | 'create_failed'
  | 'start_failed'
  | 'stopped_unexpectedly'

/** A failure of the embedded database, worded for the operator. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError'
  readonly code: EmbeddedPostgresErrorCode

  constructor(code: EmbeddedPostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
