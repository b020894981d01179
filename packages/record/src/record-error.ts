/** Every way in which reading, writing or checking a record can fail. */
export type RecordErrorCode =
  | 'not_plain_json'
  | 'not_canonical'
  | 'bad_base64'
  | 'bad_hex'
  | 'missing_field'
  | 'unknown_field'
  | 'bad_field'
  | 'too_large'
  | 'bad_key'
  | 'bad_signature'
  | 'unknown_key'
  | 'bad_note'
  | 'bad_checkpoint'
  | 'bad_proof'
  | 'bad_coordinate'
  | 'decryption_failed'
  | 'commitment_mismatch'

/** The one error of this package: a stable code for programs, a sentence for people. */
export class RecordError extends Error {
  readonly code: RecordErrorCode

  constructor(code: RecordErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'RecordError'
    this.code = code
  }
}
