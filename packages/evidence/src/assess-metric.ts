import type { AssessmentWarning, MetricAssessment, PowerAdvice } from './assessment.ts'
import { isQuality } from './metric.ts'
import type { ResolvedMetric } from './resolve-metrics.ts'
import {
  changedPairs,
  differences,
  estimateDifference,
  estimateLogRatio,
  logRatios,
  sideMeans,
  type Estimate,
} from './statistics/estimate.ts'
import { weighEvidence } from './statistics/evidence-weight.ts'
import type { Interval } from './statistics/interval.ts'
import { influenceOf, type RiskInput } from './statistics/joint-risk.ts'
import { mcNemar } from './statistics/mcnemar.ts'
import { quantile } from './statistics/moments.ts'
import type { Pair, Pairing } from './statistics/pairing.ts'
import { detectableDifference, pairsForMargin, pairsToDecide } from './statistics/power.ts'
import { ratioOfTotals } from './statistics/ratio-of-totals.ts'
import { bandOf, isGreen, type Band } from './statistics/verdict.ts'

/** Fewer pairs than this never make a green band, whatever the interval says. */
const FEWEST_PAIRS = 10
/** The largest share of missing pairs under a green band. */
const MOST_MISSING = 0.05
/** Fewer clusters than this make the clustered interval too narrow to trust blindly (Cameron & Miller 2015, section VI). */
const FEW_CLUSTERS = 20

/** A comparison and what to mind about it. */
export interface MetricResult {
  readonly assessment: MetricAssessment
  readonly warnings: readonly AssessmentWarning[]
  /** On the scale of the verdict, up is better: what the guardrails are corrected on. */
  readonly p: number | null
  readonly risk: RiskInput | null
}

/** Compares one metric over matched cases. `slice` only labels the result. */
export function assessMetric(metric: ResolvedMetric, pairing: Pairing, slice: string | null): MetricResult {
  const isRatio = !isQuality(metric.kind)
  const pairs = isRatio ? pairing.pairs.filter(isPositive) : pairing.pairs
  const estimate = isRatio ? estimateLogRatio(pairs) : estimateDifference(pairs)
  const warnings = collectWarnings(metric, pairing, pairs, estimate)
  const base = describe(metric, pairing, pairs, slice)
  const labelled = warnings.map((warning) => ({ ...warning, metric: metric.name, slice }))
  if (!estimate) return { assessment: base, warnings: labelled, p: null, risk: null }
  const margin = isRatio ? Math.log1p(metric.margin) : metric.margin
  const sign = metric.direction === 'up' ? 1 : -1
  const oriented = orient(estimate, sign)
  const band = holdBack(bandOf(oriented.interval, margin), warnings)
  const natural = isRatio ? Math.expm1 : (value: number) => value
  const weighed = weighEvidence({ delta: oriented.delta, standardError: estimate.standardError, margin })
  const clusterOf = pairs.map(({ cluster }) => cluster)
  const influence = influenceOf(isRatio ? logRatios(pairs) : differences(pairs), clusterOf, sign)
  const { standardError, degreesOfFreedom } = estimate
  const risk: RiskInput = { delta: oriented.delta, standardError, margin, degreesOfFreedom, influence }
  const assessment: MetricAssessment = {
    ...base,
    estimator: estimate.estimator,
    delta: natural(estimate.delta),
    interval: { lower: natural(estimate.interval.lower), upper: natural(estimate.interval.upper) },
    standardError: estimate.standardError,
    p: estimate.p,
    exactP: estimate.exactP,
    clusters: estimate.clusters,
    designEffect: estimate.designEffect,
    evidenceWeight: weighed.evidenceWeight,
    evidenceWeightedDelta: natural(sign * weighed.evidenceWeightedDelta),
    regressionRisk: weighed.regressionRisk,
    power: advise(estimate, { delta: oriented.delta, margin, band, pairs: pairs.length, natural }),
    band,
  }
  return { assessment, warnings: labelled, p: estimate.p, risk }
}

/** What can be said without an interval. */
function describe(
  metric: ResolvedMetric,
  pairing: Pairing,
  pairs: readonly Pair[],
  slice: string | null,
): MetricAssessment {
  const isRatio = !isQuality(metric.kind)
  const means = pairs.length > 0 ? sideMeans(pairs) : undefined
  const changed = isRatio || pairs.length === 0 ? undefined : changedPairs(pairs)
  return {
    metric: metric.name,
    slice,
    kind: metric.kind,
    direction: metric.direction,
    primary: metric.primary,
    margin: metric.margin,
    scale: isRatio ? 'relative' : 'absolute',
    estimator: null,
    pairs: pairs.length,
    missing: pairing.missing,
    baselineMean: finite(means?.baseline),
    candidateMean: finite(means?.candidate),
    delta: null,
    interval: null,
    standardError: null,
    p: null,
    exactP: null,
    adjustedP: null,
    lost: changed?.lost ?? null,
    gained: changed?.gained ?? null,
    clusters: null,
    designEffect: null,
    ...(isRatio ? amountChanges(pairs) : { totalChange: null, p50Change: null, p95Change: null }),
    evidenceWeight: null,
    evidenceWeightedDelta: null,
    regressionRisk: null,
    power: null,
    band: 'inconclusive',
  }
}

type Reason = Pick<AssessmentWarning, 'code' | 'text'>

function collectWarnings(
  metric: ResolvedMetric,
  { pairs: all, missing }: Pairing,
  used: readonly Pair[],
  estimate: Estimate | undefined,
): Reason[] {
  const reasons: Reason[] = []
  const say = (code: Reason['code'], text: string): number => reasons.push({ code, text })
  if (used.length < FEWEST_PAIRS) say('too_few_pairs', `${used.length} pairs; no claim of safety under ${FEWEST_PAIRS}`)
  else if (!estimate) say('not_computable', 'no interval can be computed: a single cluster, or numbers beyond range')
  if (used.length < all.length)
    say('non_positive_values', `${all.length - used.length} pairs left out: a ratio needs values above 0`)
  const lacking = missing.baseline + missing.candidate + missing.both + all.length - used.length
  const cases = lacking + used.length
  if (lacking > MOST_MISSING * cases)
    say('missing_pairs', `${lacking} of ${cases} cases have no pair; at most 5% may lack one`)
  if (mcNemar(missing.baseline, missing.candidate).exact < 0.05)
    say(
      'uneven_missingness',
      `${missing.baseline} values are missing in the baseline, ${missing.candidate} in the candidate`,
    )
  const independent = estimate?.clusters ?? used.length
  // With no change in n cases the share that does change may still be 3/n (rule of three): 60 cases bring it under 5%.
  if (estimate && estimate.estimator !== 'tango' && estimate.standardError === 0 && 3 > MOST_MISSING * independent)
    say('no_variation', `all ${used.length} pairs differ by the same amount; that few can't show that the next would`)
  if (estimate?.clusters && estimate.clusters < FEW_CLUSTERS)
    say('few_clusters', `${estimate.clusters} clusters; intervals are trustworthy from about ${FEW_CLUSTERS}`)
  if (metric.marginIsDefault && metric.kind === 'continuous' && all.some(isOffUnitScale))
    say(
      'default_margin_on_wide_scale',
      `values leave 0..1 but the margin is the default ${metric.margin}; set one in the score's unit`,
    )
  return reasons
}

/** Reasons that forbid a green band: absence of evidence must not look like evidence of absence. */
const HOLDING_BACK: ReadonlySet<AssessmentWarning['code']> = new Set([
  'too_few_pairs',
  'missing_pairs',
  'uneven_missingness',
  'no_variation',
])

function holdBack(band: Band, reasons: readonly Reason[]): Band {
  return isGreen(band) && reasons.some(({ code }) => HOLDING_BACK.has(code)) ? 'inconclusive' : band
}

function orient({ delta, interval }: Estimate, sign: 1 | -1): { delta: number; interval: Interval } {
  if (sign === 1) return { delta, interval }
  return { delta: -delta, interval: { lower: -interval.upper, upper: -interval.lower } }
}

function advise(
  { standardDeviation, standardError }: Estimate,
  {
    delta,
    margin,
    band,
    pairs,
    natural,
  }: { delta: number; margin: number; band: Band; pairs: number; natural: (v: number) => number },
): PowerAdvice {
  const needed = band === 'inconclusive' ? Math.max(pairsToDecide(standardDeviation, margin, delta), FEWEST_PAIRS) : 0
  return {
    detectableLoss: natural(detectableDifference(standardError)),
    pairsForMargin: pairsForMargin(standardDeviation, margin),
    morePairs: Math.max(0, needed - pairs),
  }
}

/** What latency and cost do besides the typical ratio. */
function amountChanges(pairs: readonly Pair[]): Pick<MetricAssessment, 'totalChange' | 'p50Change' | 'p95Change'> {
  return {
    totalChange: totalChange(pairs),
    p50Change: quantileChange(pairs, 0.5),
    p95Change: quantileChange(pairs, 0.95),
  }
}

function totalChange(pairs: readonly Pair[]): MetricAssessment['totalChange'] {
  if (pairs.length < 2) return null
  const { estimate, interval } = ratioOfTotals(
    pairs.map(({ baseline }) => baseline),
    pairs.map(({ candidate }) => candidate),
  )
  const change = { estimate: estimate - 1, lower: interval.lower - 1, upper: interval.upper - 1 }
  return Object.values(change).every(Number.isFinite) ? change : null
}

function quantileChange(pairs: readonly Pair[], p: number): number | null {
  const before = quantile(
    pairs.map(({ baseline }) => baseline),
    p,
  )
  const after = quantile(
    pairs.map(({ candidate }) => candidate),
    p,
  )
  return finite(after / before - 1)
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null
}

function isPositive({ baseline, candidate }: Pair): boolean {
  return baseline > 0 && candidate > 0
}

function isOffUnitScale({ baseline, candidate }: Pair): boolean {
  return Math.min(baseline, candidate) < 0 || Math.max(baseline, candidate) > 1
}
