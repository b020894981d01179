import type { AssessmentWarning, MetricAssessment, PowerAdvice } from './assessment.ts'
import { isQuality } from './metric.ts'
import { FEWEST_PAIRS, isBeyondMoreCases, reasonsOf, restrainBand, type Reason } from './metric-warnings.ts'
import type { ResolvedMetric } from './resolve-metrics.ts'
import { estimateDifference, estimateLogRatio, sideMeans, type Estimate } from './statistics/estimate.ts'
import { weighEvidence } from './statistics/evidence-weight.ts'
import type { Interval } from './statistics/interval.ts'
import { influenceOf, type RiskInput } from './statistics/joint-risk.ts'
import { quantileOfSorted } from './statistics/moments.ts'
import type { Pairing } from './statistics/pairing.ts'
import { changedPairs, differences, filterPairs, letColumnsGo, logRatios, type Pairs } from './statistics/pairs.ts'
import { detectableDifference, pairsForMargin, pairsToDecide } from './statistics/power.ts'
import { ratioOfTotals } from './statistics/ratio-of-totals.ts'
import { bandOf, isGreen, type Band } from './statistics/verdict.ts'

/** A comparison and what to mind about it. */
export interface MetricResult {
  readonly assessment: MetricAssessment
  readonly warnings: readonly AssessmentWarning[]
  /** On the scale of the verdict, up is better: what the guardrails are corrected on. */
  readonly p: number | null
  readonly risk: RiskInput | null
}

/** One metric's matched cases, over all of them or in one slice. */
export interface MetricEvidence {
  readonly metric: ResolvedMetric
  readonly pairing: Pairing
  /** The same with errors left out; null where no error counts. */
  readonly withoutErrors: Pairing | null
  /** Only labels the result. */
  readonly slice: string | null
  /** Measured values outside the declared scale. */
  readonly offScale: number
  /** Whether more than half of a side are errors: no green verdict then, whatever the numbers. */
  readonly mostlyErrors: boolean
  /** Whether its error is drawn together with others'. What each case adds to it is only worked out then. */
  readonly isDrawn: boolean
}

/** Compares one metric over matched cases. */
export function assessMetric(evidence: MetricEvidence): MetricResult {
  const { metric, pairing, slice, offScale, mostlyErrors, isDrawn } = evidence
  const isRatio = !isQuality(metric.kind)
  const pairs = isRatio ? filterPairs(pairing.pairs, arePositive) : pairing.pairs
  const estimate = isRatio ? estimateLogRatio(pairs) : estimateDifference(pairs)
  const reasons = reasonsOf({ metric, pairing, used: pairs, estimate, offScale })
  const base = describe(evidence, pairs)
  // What is to be minded of a twin is said of the other one.
  const warnings = metric.sameAs === null ? reasons.map((reason) => ({ ...reason, metric: metric.name, slice })) : []
  if (!estimate)
    return { assessment: { ...base, band: restrainBand(base.band, reasons) }, warnings, p: null, risk: null }
  const natural = isRatio ? Math.expm1 : (value: number): number => value
  const measured = { ...base, ...describeEstimate(estimate, natural) }
  const { direction } = metric
  const margin = isRatio && metric.margin !== null ? Math.log1p(metric.margin) : metric.margin
  if (direction === null || margin === null || restrainBand('inconclusive', reasons) === 'withheld')
    return { assessment: { ...measured, band: 'withheld' }, warnings, p: null, risk: null }
  const sign = direction === 'up' ? 1 : -1
  const judged = judge({ estimate, pairs, sign, margin, natural, isRatio, isDrawn, reasons })
  // A risk that is worked out from cases which can't show a loss would read as safety.
  const isBlind = mostlyErrors || isBeyondMoreCases(reasons)
  const band = isBlind && isGreen(judged.band) ? 'inconclusive' : judged.band
  const fields = isBlind ? { ...judged.fields, regressionRisk: null } : judged.fields
  return { assessment: { ...measured, ...fields, band }, warnings, p: estimate.p, risk: isBlind ? null : judged.risk }
}

interface Judging {
  readonly estimate: Estimate
  readonly pairs: Pairs
  readonly sign: 1 | -1
  readonly margin: number
  readonly natural: (value: number) => number
  readonly isRatio: boolean
  readonly isDrawn: boolean
  readonly reasons: readonly Reason[]
}

type JudgedFields = Pick<MetricAssessment, 'evidenceWeight' | 'evidenceWeightedDelta' | 'regressionRisk' | 'power'>

/** Judges a metric that has a direction and a margin: its band, weight of evidence and risk. */
function judge(question: Judging): { fields: JudgedFields; band: Band; risk: RiskInput } {
  const { estimate, pairs, sign, margin, natural, isRatio, isDrawn, reasons } = question
  const oriented = orient(estimate, sign)
  const band = restrainBand(bandOf(oriented.interval, margin), reasons)
  const weighed = weighEvidence({ delta: oriented.delta, standardError: estimate.standardError, margin })
  const influence = isDrawn ? contributions(pairs, isRatio, sign) : new Float64Array()
  const { standardError, degreesOfFreedom } = estimate
  const isOpen = band === 'inconclusive' && !isBeyondMoreCases(reasons)
  return {
    band,
    risk: { delta: oriented.delta, standardError, margin, degreesOfFreedom, influence },
    fields: {
      evidenceWeight: weighed.evidenceWeight,
      evidenceWeightedDelta: natural(sign * weighed.evidenceWeightedDelta),
      regressionRisk: weighed.regressionRisk,
      power: advise(estimate, { delta: oriented.delta, margin, isOpen, pairs: pairs.length, natural }),
    },
  }
}

/** Works out what each cluster adds to the error of the estimate. */
function contributions(pairs: Pairs, isRatio: boolean, sign: 1 | -1): Float64Array {
  const values = isRatio ? logRatios(pairs) : differences(pairs)
  const influence = influenceOf(values, pairs, sign)
  letColumnsGo(values)
  return influence
}

function describeEstimate(estimate: Estimate, natural: (value: number) => number): Partial<MetricAssessment> {
  return {
    estimator: estimate.estimator,
    delta: natural(estimate.delta),
    interval: { lower: natural(estimate.interval.lower), upper: natural(estimate.interval.upper) },
    standardError: estimate.standardError,
    p: estimate.p,
    exactP: estimate.exactP,
    clusters: estimate.clusters,
    designEffect: estimate.designEffect,
  }
}

/** Describes a metric as far as that needs no interval. */
function describe({ metric, pairing, slice, withoutErrors }: MetricEvidence, pairs: Pairs): MetricAssessment {
  const isRatio = !isQuality(metric.kind)
  const means = pairs.length > 0 ? sideMeans(pairs) : undefined
  const changed = isRatio || pairs.length === 0 ? undefined : changedPairs(pairs)
  return {
    metric: metric.name,
    slice,
    kind: metric.kind,
    direction: metric.direction,
    directionFrom: metric.directionFrom ?? null,
    primary: metric.primary,
    sameAs: metric.sameAs,
    margin: metric.margin,
    scale: isRatio ? 'relative' : 'absolute',
    declaredScale: metric.scale,
    estimator: null,
    pairs: pairs.length,
    missing: pairing.missing,
    baselineMean: finite(means?.baseline),
    candidateMean: finite(means?.candidate),
    withoutErrors: withoutErrors === null ? null : describeWithoutErrors(withoutErrors.pairs),
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

/** Compares the answers that came, without errors: a time-out that counts as a failure can hide them. */
function describeWithoutErrors(pairs: Pairs): MetricAssessment['withoutErrors'] {
  const means = pairs.length > 0 ? sideMeans(pairs) : undefined
  const estimate = estimateDifference(pairs)
  return {
    pairs: pairs.length,
    baselineMean: finite(means?.baseline),
    candidateMean: finite(means?.candidate),
    delta: estimate?.delta ?? null,
    interval: estimate?.interval ?? null,
  }
}

function orient({ delta, interval }: Estimate, sign: 1 | -1): { delta: number; interval: Interval } {
  if (sign === 1) return { delta, interval }
  return { delta: -delta, interval: { lower: -interval.upper, upper: -interval.lower } }
}

interface Advising {
  readonly delta: number
  readonly margin: number
  readonly isOpen: boolean
  readonly pairs: number
  readonly natural: (value: number) => number
}

function advise(
  { standardDeviation, standardError }: Estimate,
  { delta, margin, isOpen, pairs, natural }: Advising,
): PowerAdvice {
  const needed = isOpen ? Math.max(pairsToDecide(standardDeviation, margin, delta), FEWEST_PAIRS) : 0
  return {
    detectableLoss: natural(detectableDifference(standardError)),
    pairsForMargin: pairsForMargin(standardDeviation, margin),
    morePairs: Math.max(0, needed - pairs),
  }
}

/** Gives the relative changes of the total, median and 95th percentile of latency, cost or tokens. */
function amountChanges(pairs: Pairs): Pick<MetricAssessment, 'totalChange' | 'p50Change' | 'p95Change'> {
  if (pairs.length === 0) return { totalChange: null, p50Change: null, p95Change: null }
  // One side is sorted after the other, so that no more than one copy is needed at once.
  const before = middleAndTail(pairs.baseline)
  const after = middleAndTail(pairs.candidate)
  return {
    totalChange: totalChange(pairs),
    p50Change: finite(after.p50 / before.p50 - 1),
    p95Change: finite(after.p95 / before.p95 - 1),
  }
}

function middleAndTail(values: Float64Array): { readonly p50: number; readonly p95: number } {
  const sorted = values.toSorted()
  const found = { p50: quantileOfSorted(sorted, 0.5), p95: quantileOfSorted(sorted, 0.95) }
  sorted.buffer.transfer(0)
  return found
}

function totalChange({ baseline, candidate, length }: Pairs): MetricAssessment['totalChange'] {
  if (length < 2) return null
  const { estimate, interval } = ratioOfTotals(baseline, candidate)
  const change = { estimate: estimate - 1, lower: interval.lower - 1, upper: interval.upper - 1 }
  return Object.values(change).every(Number.isFinite) ? change : null
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null
}

function arePositive(baseline: number, candidate: number): boolean {
  return baseline > 0 && candidate > 0
}
