import { parseBundle } from './bundle.ts'
import type { ParsedBundle } from './bundle.ts'
import {
  checkCheckpoint,
  checkConsistency,
  checkEntryIsOfEnvelope,
  checkKeyHints,
  checkSignature,
  checkWitnesses,
  compareEntry,
  compareLogKeys,
  compareRecordKeys,
  findWayToRoot,
  readStatement,
} from './checks.ts'
import type { Finding, Position } from './checks.ts'
import { checkSections } from './check-sections.ts'
import { RecordError } from './record-error.ts'
import type { Statement } from './statement.ts'
import type { Trust } from './trust.ts'
import { sentenceOf } from './verification-steps.ts'
import type { StepOutcome, StepResult, VerificationStep } from './verification-steps.ts'
import { verdictExitCodes } from './verdict.ts'
import type { Verdict } from './verdict.ts'

/** The verdict, and the story of how it was reached: every step, whatever came of those before. */
export interface VerificationReport {
  readonly verdict: Verdict
  readonly exitCode: number
  /** In the order in which they are told: from the entry up to the signed root, then from the record's signature down to its sections. */
  readonly steps: readonly StepResult[]
  /** The record's statement; present once its signature has been verified. */
  readonly statement: Statement | null
  /** Size of the verified log and index of the record in it; present once inclusion in a root that the log signed has been verified. */
  readonly position: Position | null
}

/**
 * Verifies an export bundle against what the auditor has pinned. Never throws for a bad bundle: the verdict says what is wrong.
 * @example verifyBundle(readFileSync('record.json'), createTrust({ recordKeys: [pem], logVkeys: [vkey] })).verdict
 */
export function verifyBundle(bytes: Uint8Array, trust: Trust): VerificationReport {
  const format = attempt('format', 'malformed', () => {
    const bundle = parseBundle(bytes)
    return { detail: `a ${bundle.entryFields.kind} bundle of ${bytes.length} bytes`, result: bundle }
  })
  if (format.result === null) return report('malformed', [format.step], null, null)
  return verifyParsed(format.step, format.result, trust)
}

function verifyParsed(format: StepResult, bundle: ParsedBundle, trust: Trust): VerificationReport {
  const way = findWayToRoot(bundle)
  const logKeys = compareLogKeys(bundle.checkpoint, trust)
  const recordKeys = compareRecordKeys(bundle, trust)

  const entry = attempt('entry', 'invalid_inclusion', () => checkEntryIsOfEnvelope(bundle), {
    comparison: compareEntry(bundle),
  })
  const inclusion = attempt('inclusion', 'invalid_inclusion', way.check, way)
  const checkpoint = attempt('checkpoint', 'invalid_signature', () => checkCheckpoint(bundle.checkpoint, trust), {
    comparison: logKeys,
  })
  const unsigned = 'the signature of the root does not hold'
  const consistency = after(checkpoint, unsigned, 'consistency', 'inconsistent', () => checkConsistency(bundle, trust))
  const witnesses = after(checkpoint, unsigned, 'witnesses', 'unwitnessed', () =>
    checkWitnesses(bundle.checkpoint, trust),
  )
  const signature = attempt('signature', 'invalid_signature', () => checkSignature(bundle, trust), {
    comparison: recordKeys,
  })
  const unvouched = 'the signature of the record does not hold, so nobody vouches for what it says'
  const statement = after(signature, unvouched, 'statement', 'malformed', (payload) => readStatement(bundle, payload))
  const keyHints = after(checkpoint, unsigned, 'key_hints', 'malformed', (signers) => checkKeyHints(bundle, signers))
  const sections =
    statement.result === null
      ? [{ step: stepOf('section', 'unchecked', unvouched), verdict: 'valid' as const }]
      : checkSections(statement.result, bundle.disclosures)

  // The verdict is of the first fault in this order, which is that of docs/reference/record-format.md and of docs/verify.sh.
  const faults = [signature, statement, entry, checkpoint, keyHints, inclusion, consistency, witnesses]
    .map(({ verdict }) => verdict)
    .concat(sections.map(({ verdict }) => verdict).toSorted(erasedLast))
  const told = [entry, inclusion, checkpoint, consistency, witnesses, signature, statement, keyHints, ...sections]
  return report(
    faults.find((verdict) => verdict !== 'valid') ?? 'valid',
    [format, ...told.map(({ step }) => step)],
    statement.result,
    checkpoint.result && inclusion.result,
  )
}

/** What came of a check: its step, and the verdict that it alone would bring about. */
interface Attempt<Result> {
  readonly step: StepResult
  readonly verdict: Verdict
  readonly result: Result | null
}

type Shown = Partial<Pick<StepResult, 'comparison' | 'path'>>

function attempt<Result>(
  step: VerificationStep,
  verdictIfFailed: Verdict,
  check: () => Finding<Result>,
  shown: Shown = {},
): Attempt<Result> {
  try {
    const { detail, result, isUnchecked = false } = check()
    return { step: stepOf(step, isUnchecked ? 'unchecked' : 'passed', detail, shown), verdict: 'valid', result }
  } catch (error) {
    if (!(error instanceof RecordError)) throw error
    const verdict = error.code === 'unknown_key' ? 'unknown_key' : verdictIfFailed
    return { step: stepOf(step, 'failed', error.message, shown), verdict, result: null }
  }
}

// A check that rests on another is not made where that one failed: what it would say is worth nothing.
function after<Ground, Result>(
  ground: Attempt<Ground>,
  why: string,
  step: VerificationStep,
  verdictIfFailed: Verdict,
  check: (ground: Ground) => Finding<Result>,
): Attempt<Result> {
  const { result } = ground
  if (result === null) return { step: stepOf(step, 'unchecked', why), verdict: 'valid', result: null }
  return attempt(step, verdictIfFailed, () => check(result))
}

function stepOf(
  step: VerificationStep,
  outcome: StepOutcome,
  detail: string,
  { comparison = null, path = null }: Shown = {},
): StepResult {
  return { step, section: null, outcome, sentence: sentenceOf(step, outcome, null), detail, comparison, path }
}

// Of a record with a section that is another and one that is said to be erased, the former is the fault.
function erasedLast(left: Verdict, right: Verdict): number {
  return Number(left === 'payload_erased') - Number(right === 'payload_erased')
}

function report(
  verdict: Verdict,
  steps: readonly StepResult[],
  statement: Statement | null,
  position: Position | null,
): VerificationReport {
  return { verdict, exitCode: verdictExitCodes[verdict], steps, statement, position }
}
