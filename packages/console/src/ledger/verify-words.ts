import type { StepOutcome, Verdict } from '@afterai/record'

/** What came of a step, for those who don't see its mark. */
export const outcomeWords: Readonly<Record<StepOutcome, string>> = {
  passed: 'Holds',
  failed: 'Does not hold',
  unchecked: 'Not checked',
}

/** Each verdict, said plainly. */
export const verdictWords: Readonly<Record<Verdict, string>> = {
  valid: 'Valid',
  malformed: 'Not valid: this is not a bundle, or not exactly one',
  unknown_key: 'Not valid by these keys: it was signed with others',
  invalid_signature: 'Not valid: a signature does not fit what it signs',
  invalid_inclusion: 'Not valid: the record is not in the log',
  inconsistent: 'Not valid: the log does not continue what was known of it',
  unwitnessed: 'Not valid: too few witnesses have seen the log',
  payload_mismatch: 'Not valid: what is disclosed is not what was sealed',
  payload_erased: 'All proofs hold, but a section is said to be erased: nothing proves that yet',
}
