import {
  assess,
  shellWord,
  withSharedIds,
  withTypedSlices,
  type Assessment,
  type AssessmentPlan,
  type EvaluationRun,
  type ImportResult,
} from '@afterai/evidence'
import { digestUnder } from '../result-file.ts'
import type { LocalKey } from '../local-key.ts'
import { formatAssessment } from './format-assessment.ts'
import { pairingHint } from './pairing-hint.ts'
import { readResults, type ResultsOptions } from './read-results.ts'

/** Where text goes; `process.stdout` is one. */
export interface TextOutput {
  readonly write: (text: string) => unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  /** Node's own check of the terminal, which honours NO_COLOR. */
  readonly hasColors?: (() => boolean) | undefined
}

/** Two files of results and what to hold the second to. */
export interface OfflineAssessment {
  readonly baselinePath: string
  readonly candidatePath: string
  /** Under which texts that may not be shown are digested, in both files. */
  readonly key: LocalKey
  /** How to read both files. */
  readonly reading?: ResultsOptions | undefined
  /** Options for the reading of one file alone, such as its provider. */
  readonly baselineReading?: ResultsOptions | undefined
  readonly candidateReading?: ResultsOptions | undefined
  /** The plan that the second is held to; without it, the defaults. */
  readonly plan?: AssessmentPlan | undefined
  /** Print the assessment as JSON instead of the report. */
  readonly json?: boolean | undefined
  readonly out: TextOutput
  /** Where the faults of a file are listed. */
  readonly err: TextOutput
}

/** The assessment, or `refused` when a file can't be imported (its faults have then been listed). */
export type OfflineOutcome =
  | { readonly outcome: 'assessed'; readonly assessment: Assessment }
  | { readonly outcome: 'refused' }

/**
 * Assesses a change from two files, without a server, and prints the result.
 * @throws {CommandFailure} `failed` when a file can't be read
 */
export async function assessOffline(request: OfflineAssessment): Promise<OfflineOutcome> {
  const { key, reading, baselineReading, candidateReading, baselinePath, candidatePath } = request
  const paths = [baselinePath, candidatePath]
  // What is mended of one file is read in its place, wherever that file stands.
  const commandFor =
    (path: string) =>
    (word: string): string =>
      `afterai assess --offline ${paths.map((it) => (it === path ? word : shellWord(it))).join(' ')}`
  const baseline = readResults(baselinePath, { ...reading, ...baselineReading }, key, commandFor(baselinePath))
  const candidate = readResults(candidatePath, { ...reading, ...candidateReading }, key, commandFor(candidatePath))
  if (!baseline.ok || !candidate.ok) {
    listFaults(baselinePath, baseline, request.err)
    listFaults(candidatePath, candidate, request.err)
    return { outcome: 'refused' }
  }
  const runs = [baseline.run, withSharedIds(baseline.run, candidate.run)] as const
  const hints = await pairingHint([baselinePath, candidatePath], runs)
  const notes = [
    ...repeatNote(baselinePath, baseline.repeats),
    ...repeatNote(candidatePath, candidate.repeats),
    ...(baseline.run.notes ?? []).map((note) => `${baselinePath}: ${note}`),
    ...(candidate.run.notes ?? []).map((note) => `${candidatePath}: ${note}`),
  ]
  for (const line of [...new Set(notes), ...hints]) request.err.write(`${line}\n`)
  const typed = request.plan?.criticalSlices ?? []
  const named = (run: EvaluationRun): EvaluationRun => withTypedSlices(run, typed, digestUnder(key))
  const assessment = assess(named(runs[0]), named(runs[1]), request.plan)
  request.out.write(
    request.json === true ? `${JSON.stringify(assessment, null, 2)}\n` : report(assessment, request.out),
  )
  return { outcome: 'assessed', assessment }
}

function report(assessment: Assessment, out: TextOutput): string {
  const color = out.isTTY === true && out.hasColors?.() === true
  return formatAssessment(assessment, { color, width: out.columns ?? 80 })
}

function repeatNote(path: string, repeats: number): string[] {
  return repeats === 0 ? [] : [`${path}: ${repeats} rows repeat a case; the repeats of each are averaged`]
}

function listFaults(path: string, result: ImportResult, err: TextOutput): void {
  if (result.ok) return
  err.write(`${path} can't be imported:\n`)
  for (const { code, text, line, column, pointer } of result.faults) {
    const place = [
      line === undefined ? '' : `line ${line}`,
      column === undefined ? '' : `column ${column}`,
      pointer ?? '',
    ]
    err.write(`  ${[...place.filter((part) => part !== ''), text].join(': ')} (${code})\n`)
  }
  if (result.more > 0) err.write(`  and ${result.more} more\n`)
}
