import { LOWER_TAIL, type Interval } from './interval.ts'
import { mcNemar } from './mcnemar.ts'
import { clusteredT, pairedT, type MeanEstimate } from './mean-difference.ts'
import { mean, standardDeviation } from './moments.ts'
import { normalQuantile } from './normal.ts'
import type { Pair } from './pairing.ts'
import { tangoInterval } from './tango.ts'

/** Which closed form answered. Source of each: docs/reference/statistics.md. */
export type Estimator = 'tango' | 'paired_t' | 'clustered_t' | 'log_ratio_t' | 'clustered_log_ratio_t'

/** A comparison, candidate minus baseline, on the scale on which the verdict is taken: logarithms for ratios. */
export interface Estimate {
  readonly estimator: Estimator
  readonly delta: number
  readonly interval: Interval
  /** What the interval's width implies. */
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
export function estimateDifference(pairs: readonly Pair[]): Estimate | undefined {
  const isZeroOne = pairs.every((pair) => isZeroOrOne(pair.baseline) && isZeroOrOne(pair.candidate))
  if (isZeroOne && !hasClusters(pairs)) return pairs.length < 2 ? undefined : estimateBinary(pairs)
  return estimateMean(pairs, differences(pairs), 'paired_t', 'clustered_t')
}

/** Compares positive amounts by the logarithm of their ratio. Every value must be above 0. */
export function estimateLogRatio(pairs: readonly Pair[]): Estimate | undefined {
  return estimateMean(pairs, logRatios(pairs), 'log_ratio_t', 'clustered_log_ratio_t')
}

/** How many pairs went from 1 to 0 and from 0 to 1; `undefined` unless every value is 0 or 1. */
export function changedPairs(pairs: readonly Pair[]): { lost: number; gained: number } | undefined {
  let lost = 0
  let gained = 0
  for (const { baseline, candidate } of pairs) {
    if (!isZeroOrOne(baseline) || !isZeroOrOne(candidate)) return undefined
    if (baseline > candidate) lost += 1
    if (baseline < candidate) gained += 1
  }
  return { lost, gained }
}

function estimateBinary(pairs: readonly Pair[]): Estimate {
  const { lost, gained } = changedPairs(pairs) ?? { lost: 0, gained: 0 }
  const interval = tangoInterval({ pairs: pairs.length, lost, gained })
  const { exact, midP } = mcNemar(lost, gained)
  const deviation = standardDeviation(differences(pairs))
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

function estimateMean(
  pairs: readonly Pair[],
  values: readonly number[],
  plain: Estimator,
  clustered: Estimator,
): Estimate | undefined {
  const clusterOf = pairs.map(({ cluster }) => cluster)
  if (!hasClusters(pairs)) {
    if (pairs.length < 2) return undefined
    return ifFinite(describeMean(pairedT(values), plain, pairs.length))
  }
  if (new Set(clusterOf).size < 2) return undefined
  const { clusters, designEffect, ...mean } = clusteredT(values, clusterOf)
  return ifFinite({ ...describeMean(mean, clustered, pairs.length), clusters, designEffect })
}

function describeMean({ estimate, ...mean }: MeanEstimate, estimator: Estimator, pairs: number): Estimate {
  const standardDeviation = mean.standardError * Math.sqrt(pairs)
  return { ...mean, estimator, delta: estimate, standardDeviation, exactP: null, clusters: null, designEffect: null }
}

function ifFinite(estimate: Estimate): Estimate | undefined {
  const { interval, delta, standardError } = estimate
  return [interval.lower, interval.upper, delta, standardError].every(Number.isFinite) ? estimate : undefined
}

function hasClusters(pairs: readonly Pair[]): boolean {
  return new Set(pairs.map(({ cluster }) => cluster)).size < pairs.length
}

/** Candidate minus baseline, pair by pair. */
export function differences(pairs: readonly Pair[]): number[] {
  return pairs.map(({ baseline, candidate }) => candidate - baseline)
}

function isZeroOrOne(value: number): boolean {
  return value === 0 || value === 1
}

/** The logarithm of candidate over baseline, pair by pair. */
export function logRatios(pairs: readonly Pair[]): number[] {
  return pairs.map(({ baseline, candidate }) => Math.log(candidate) - Math.log(baseline))
}

/** Both sides' arithmetic means, of at least one pair. */
export function sideMeans(pairs: readonly Pair[]): { baseline: number; candidate: number } {
  return {
    baseline: mean(pairs.map(({ baseline }) => baseline)),
    candidate: mean(pairs.map(({ candidate }) => candidate)),
  }
}
