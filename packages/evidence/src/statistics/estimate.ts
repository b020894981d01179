import { LOWER_TAIL, type Interval } from './interval.ts'
import { mcNemar } from './mcnemar.ts'
import { clusteredT, pairedT, type MeanEstimate } from './mean-difference.ts'
import { mean, standardDeviation } from './moments.ts'
import { normalQuantile } from './normal.ts'
import {
  changedPairs,
  clustersMet,
  differences,
  everyPair,
  isZeroOrOne,
  letColumnsGo,
  logRatios,
  type Pairs,
} from './pairs.ts'
import { tangoInterval } from './tango.ts'

/** Which closed form answered. Source of each: docs/reference/statistics.md. */
export type Estimator = 'tango' | 'paired_t' | 'clustered_t' | 'log_ratio_t' | 'clustered_log_ratio_t'

/** A comparison, candidate minus baseline, on the scale on which the verdict is taken: logarithms for ratios. */
export interface Estimate {
  readonly estimator: Estimator
  readonly delta: number
  readonly interval: Interval
  /** The standard error that the interval's width implies. */
  readonly standardError: number
  /** Per pair, clustering included: what planning the next run needs. */
  readonly standardDeviation: number
  readonly degreesOfFreedom: number
  readonly p: number
  readonly exactP: number | null
  readonly clusters: number | null
  readonly designEffect: number | null
}

/** Compares 0/1 outcomes or scores by their difference. `undefined`: fewer than two pairs (or clusters), or numbers beyond a double. */
export function estimateDifference(pairs: Pairs): Estimate | undefined {
  const clusters = clustersMet(pairs)
  if (clusters === pairs.length && everyPair(pairs, isZeroOrOne))
    return pairs.length < 2 ? undefined : estimateBinary(pairs)
  const estimators = { plain: 'paired_t', clustered: 'clustered_t' } as const
  return estimateMean(pairs, { valuesOf: differences, clusters, ...estimators })
}

/** Compares positive amounts by the logarithm of their ratio. Every value must be above 0. */
export function estimateLogRatio(pairs: Pairs): Estimate | undefined {
  const clusters = clustersMet(pairs)
  const estimators = { plain: 'log_ratio_t', clustered: 'clustered_log_ratio_t' } as const
  return estimateMean(pairs, { valuesOf: logRatios, clusters, ...estimators })
}

function estimateBinary(pairs: Pairs): Estimate {
  const { lost, gained } = changedPairs(pairs) ?? { lost: 0, gained: 0 }
  const interval = tangoInterval({ pairs: pairs.length, lost, gained })
  const { exact, midP } = mcNemar(lost, gained)
  const values = differences(pairs)
  const deviation = standardDeviation(values)
  letColumnsGo(values)
  return {
    estimator: 'tango',
    delta: (gained - lost) / pairs.length,
    interval,
    standardError: (interval.upper - interval.lower) / (-2 * normalQuantile(LOWER_TAIL)),
    // All alike so far doesn't mean alike for ever: plan as if one more pair had changed each way (Bonett & Price 2012).
    standardDeviation: deviation > 0 ? deviation : Math.sqrt(2 / (pairs.length + 2)),
    degreesOfFreedom: pairs.length - 1,
    p: midP,
    exactP: exact,
    clusters: null,
    designEffect: null,
  }
}

interface MeanQuestion {
  readonly valuesOf: (pairs: Pairs) => Float64Array
  readonly clusters: number
  readonly plain: Estimator
  readonly clustered: Estimator
}

function estimateMean(pairs: Pairs, { valuesOf, clusters, ...estimators }: MeanQuestion): Estimate | undefined {
  if (clusters < 2) return undefined
  const values = valuesOf(pairs)
  const isPlain = clusters === pairs.length
  const { designEffect, ...mean } = isPlain
    ? { ...pairedT(values), designEffect: null }
    : clusteredT(values, pairs.clusterOf)
  letColumnsGo(values)
  const described = describeMean(mean, isPlain ? estimators.plain : estimators.clustered, pairs.length)
  return ifFinite(isPlain ? described : { ...described, clusters, designEffect })
}

function describeMean({ estimate, ...mean }: MeanEstimate, estimator: Estimator, pairs: number): Estimate {
  const standardDeviation = mean.standardError * Math.sqrt(pairs)
  return { ...mean, estimator, delta: estimate, standardDeviation, exactP: null, clusters: null, designEffect: null }
}

function ifFinite(estimate: Estimate): Estimate | undefined {
  const { interval, delta, standardError } = estimate
  return [interval.lower, interval.upper, delta, standardError].every(Number.isFinite) ? estimate : undefined
}

/** Both sides' arithmetic means, of at least one pair. */
export function sideMeans({ baseline, candidate }: Pairs): { baseline: number; candidate: number } {
  return { baseline: mean(baseline), candidate: mean(candidate) }
}
