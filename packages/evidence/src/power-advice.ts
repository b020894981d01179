import { type NumberColumn } from './cases/number-column.ts'
import type { EvaluationRun } from './evaluation-run.ts'
import { failureValue } from './failure-value.ts'
import { type Direction, isBinary, isQuality, type MetricKind } from './metric.ts'
import { FEWEST_PAIRS } from './metric-warnings.ts'
import type { AssessmentPlan } from './plan.ts'
import { resolveMetrics, type ResolvedMetric } from './resolve-metrics.ts'
import { clusteredT, pairedT } from './statistics/mean-difference.ts'
import { matchCases, pairValues, type Matching } from './statistics/pairing.ts'
import { clustersMet, filterPairs, letGo, type Pairs } from './statistics/pairs.ts'
import { chanceToShow, detectableDifference, pairsForMargin } from './statistics/power.ts'

/** How alike two runs of the same cases are taken to be, before the second is there: half of what makes cases differ is in both. */
const CORRELATION = 0.5

/** How far the cases of one run reach, before there is another to compare it with. Differences are on the metric's own scale. */
export interface MetricPower {
  readonly metric: string
  readonly kind: MetricKind
  /** Null where nothing says which way is better. */
  readonly direction: Direction | null
  /** Null where no default fits and none was given; of amounts it is relative. */
  readonly margin: number | null
  readonly marginFrom: 'plan' | 'default' | null
  /** Cases that were measured, errors of a metric of quality among them. */
  readonly cases: number
  /** So many paired cases show "not worse" with 80 % power where nothing changed; null where nothing can be said. */
  readonly pairsForMargin: number | null
  /** The same if the two runs have nothing in common: it takes no more than that. */
  readonly pairsAtMost: number | null
  /** The smallest loss that these cases would find with 80 % power. */
  readonly detectableLoss: number | null
  /** The chance, 0..1, that these cases show "not worse" where nothing changed. */
  readonly chance: number | null
}

/**
 * Advises on margins from the run before a change alone, so that they are chosen before results are seen. The spread of the differences to come
 * is that of the run's own cases (with their clusters), twice, less what both runs share: `sd * sqrt(2 (1 - r))`, r = 0.5, and 0 at worst.
 */
export function advisePower(run: EvaluationRun, plan: AssessmentPlan): MetricPower[] {
  const matching = matchCases(run.cases, run.cases)
  return resolveMetrics(run, run, plan).metrics.map((metric) => {
    const { name, kind, direction, margin, marginIsGiven } = metric
    const reach = reachOf(metric, run, matching)
    return {
      metric: name,
      kind,
      direction,
      margin,
      marginFrom: margin === null ? null : marginIsGiven ? 'plan' : 'default',
      ...reach,
    }
  })
}

type Reach = Pick<MetricPower, 'cases' | 'pairsForMargin' | 'pairsAtMost' | 'detectableLoss' | 'chance'>

const empty: NumberColumn = { numbers: new Float64Array(), of: null }

function reachOf(metric: ResolvedMetric, run: EvaluationRun, matching: Matching): Reach {
  const isRatio = !isQuality(metric.kind)
  const column = run.cases.values[metric.baselineIndex] ?? empty
  const { errors } = run.cases
  const failure = isRatio ? null : failureValue(metric, column, column)
  const { pairs: all } = pairValues(matching, {
    baseline: column,
    candidate: column,
    baselineErrors: errors,
    candidateErrors: errors,
    failure,
  })
  const pairs = isRatio ? filterPairs(all, (value) => value > 0) : all
  const cases = pairs.length
  const spread = spreadOf(pairs, metric.kind)
  letGo(all)
  if (spread === undefined)
    return { cases, pairsForMargin: null, pairsAtMost: null, detectableLoss: null, chance: null }
  const expected = spread * Math.sqrt(2 * (1 - CORRELATION))
  const standardError = expected / Math.sqrt(cases)
  const loss = detectableDifference(standardError)
  const margin = isRatio && metric.margin !== null ? Math.log1p(metric.margin) : metric.margin
  return {
    cases,
    pairsForMargin: margin === null ? null : Math.max(FEWEST_PAIRS, pairsForMargin(expected, margin)),
    pairsAtMost: margin === null ? null : Math.max(FEWEST_PAIRS, pairsForMargin(spread * Math.SQRT2, margin)),
    detectableLoss: isRatio ? Math.expm1(loss) : loss,
    chance: margin === null || cases < FEWEST_PAIRS ? null : chanceToShow(standardError, margin),
  }
}

/** The standard deviation of the cases of one side, their clusters included; undefined where nothing varies or too little is known. */
function spreadOf(pairs: Pairs, kind: MetricKind): number | undefined {
  const { baseline, clusterOf, length } = pairs
  if (length < 2) return undefined
  const isRatio = !isQuality(kind)
  const values = isRatio ? baseline.map(Math.log) : baseline
  const clusters = clustersMet(pairs)
  if (clusters < 2) return undefined
  const { standardError } = clusters === length ? pairedT(values) : clusteredT(values, clusterOf)
  const spread = standardError * Math.sqrt(length)
  if (spread > 0) return spread
  // All alike so far doesn't mean alike for ever: as if one more had been the other way, of two more (Agresti & Caffo 2000).
  return isBinary(kind) ? Math.sqrt((length + 1) / (length + 2) ** 2) : undefined
}
