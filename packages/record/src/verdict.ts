/** The one answer to "does this record hold?". */
export type Verdict =
  | 'valid'
  | 'malformed'
  | 'unknown_key'
  | 'invalid_signature'
  | 'invalid_inclusion'
  | 'inconsistent'
  | 'unwitnessed'
  | 'payload_mismatch'
  | 'payload_erased'

/** Exit code of a program that verifies a bundle; `docs/verify.sh` uses the same. */
export const verdictExitCodes: Readonly<Record<Verdict, number>> = {
  valid: 0,
  malformed: 10,
  unknown_key: 11,
  invalid_signature: 12,
  invalid_inclusion: 13,
  inconsistent: 14,
  unwitnessed: 15,
  payload_mismatch: 16,
  payload_erased: 17,
}
