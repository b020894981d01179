import type { EvaluationRun } from './evaluation-run.ts'
import type { NumberColumn } from './cases/number-column.ts'
import { textAt } from './cases/text-column.ts'
import { failureValue } from './failure-value.ts'
import { isQuality } from './metric.ts'
import type { AssessmentPlan } from './plan.ts'
import { resolveMetrics } from './resolve-metrics.ts'
import { average, matchCases } from './statistics/pairing.ts'

/** A case whose value of a metric isn't what it was. Its repeats are averaged, and an error counts as it does in the assessment. */
export interface ChangedCase {
  readonly caseId: string
  readonly slice: string | null
  readonly baseline: number
  readonly candidate: number
}

/** Which cases are asked for: `lost` are those whose value fell, `gained` those where it rose, whichever is better. */
export interface ChangedCasesQuery {
  readonly metric: string
  readonly change: 'lost' | 'gained'
  /** Only those of this slice. */
  readonly slice?: string | undefined
  /** How many of the matched cases to pass over: where the part before ended. */
  readonly from: number
  readonly limit: number
}

/** A part of the cases, in the order of their ids. */
export interface ChangedCases {
  readonly items: readonly ChangedCase[]
  /** How many there are in all. */
  readonly total: number
  /** Where the next part begins; null after the last. */
  readonly next: number | null
}

const none: NumberColumn = { numbers: new Float64Array(), of: null }

/** The cases that an assessment counts as lost or gained, by id. Undefined where the two runs don't share the metric. */
export function changedCases(
  baseline: EvaluationRun,
  candidate: EvaluationRun,
  plan: AssessmentPlan,
  { metric: name, change, slice, from, limit }: ChangedCasesQuery,
): ChangedCases | undefined {
  const metric = resolveMetrics(baseline, candidate, plan).metrics.find((it) => it.name === name)
  if (metric === undefined) return undefined
  const matching = matchCases(baseline.cases, candidate.cases)
  const place = slice === undefined ? undefined : matching.slices.indexOf(slice) + 1
  const [before, after] = [baseline.cases.values[metric.baselineIndex], candidate.cases.values[metric.candidateIndex]]
  const failure = isQuality(metric.kind) ? failureValue(metric, before ?? none, after ?? none) : null
  const items: ChangedCase[] = []
  let total = 0
  let next: number | null = null
  for (let index = 0; index < matching.cases; index += 1) {
    const own = matching.sliceOf[index] ?? 0
    if (place !== undefined && (place === 0 || own !== place)) continue
    const was = average(before ?? none, baseline.cases.errors, failure, matching.before, index)
    const is = average(after ?? none, candidate.cases.errors, failure, matching.after, index)
    // Of a case without a pair one is not a number, and so is the difference.
    if (!(change === 'lost' ? is < was : is > was)) continue
    total += 1
    if (index < from) continue
    if (items.length < limit)
      items.push({
        caseId: textAt(baseline.cases.ids, matching.before[index] ?? 0),
        slice: own === 0 ? null : (matching.slices[own - 1] ?? null),
        baseline: was,
        candidate: is,
      })
    else next ??= index
  }
  return { items, total, next }
}
