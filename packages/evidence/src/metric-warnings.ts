import type { AssessmentWarning } from './assessment.ts'
import { defaultMargin, isBinary } from './metric.ts'
import type { OpenQuestion, ResolvedMetric } from './resolve-metrics.ts'
import { sideMeans, type Estimate } from './statistics/estimate.ts'
import { mcNemar } from './statistics/mcnemar.ts'
import { quantile } from './statistics/moments.ts'
import type { Pairing } from './statistics/pairing.ts'
import { everyPair, type Pairs } from './statistics/pairs.ts'
import { isGreen, type Band } from './statistics/verdict.ts'

/** A reason to read one metric with care. */
export type Reason = Pick<AssessmentWarning, 'code' | 'text'>

/** Facts about a metric from which its reasons are found. */
export interface MetricFacts {
  readonly metric: ResolvedMetric
  readonly pairing: Pairing
  /** The pairs that can be compared. */
  readonly used: Pairs
  readonly estimate: Estimate | undefined
  /** Measured values outside the declared scale, of both sides. */
  readonly offScale: number
}

/** Fewer pairs than this never make a green band, whatever the interval says. */
export const FEWEST_PAIRS = 10
/** The largest share of missing pairs under a green band. */
const MOST_MISSING = 0.05
/** Fewer clusters than this make the clustered interval too narrow to trust blindly (Cameron & Miller 2015, section VI). */
const FEW_CLUSTERS = 20

/** With one of these nothing is said of a metric: a person has to answer first. */
const WITHHOLDING: ReadonlySet<AssessmentWarning['code']> = new Set([
  'kind_conflict',
  'direction_conflict',
  'direction_unknown',
  'scale_conflict',
  'margin_unknown',
  'off_scale',
  'scale_mismatch',
  'unit_mismatch',
])

/** Codes which show that a suite can't tell a change, whatever it measured. */
const SATURATED: ReadonlySet<AssessmentWarning['code']> = new Set(['floor', 'ceiling', 'constant'])

/** Reasons that forbid a green band: absence of evidence must not look like evidence of absence. */
const HOLDING_BACK: ReadonlySet<AssessmentWarning['code']> = new Set([
  'too_few_pairs',
  'missing_pairs',
  'uneven_missingness',
  'no_variation',
  ...SATURATED,
])

/** Whether a warning belongs under the verdict: without it the verdict would be misread. */
export function isHeadline({ code }: Pick<AssessmentWarning, 'code'>): boolean {
  return WITHHOLDING.has(code) || SATURATED.has(code) || code === 'mostly_errors'
}

/** Whether more cases of the same kind couldn't settle the metric. */
export function isBeyondMoreCases(reasons: readonly Reason[]): boolean {
  return reasons.some(({ code }) => WITHHOLDING.has(code) || SATURATED.has(code))
}

/** The band that the reasons leave of a band. */
export function restrainBand(band: Band, reasons: readonly Reason[]): Band {
  if (reasons.some(({ code }) => WITHHOLDING.has(code))) return 'withheld'
  return isGreen(band) && reasons.some(({ code }) => HOLDING_BACK.has(code)) ? 'inconclusive' : band
}

/** All that is to be minded about one metric, most important first. */
export function reasonsOf(facts: MetricFacts): Reason[] {
  return [
    ...facts.metric.open.map((question) => openReason(question, facts.metric)),
    ...scaleReasons(facts),
    ...saturationReasons(facts),
    ...pairReasons(facts),
    ...evidenceReasons(facts).filter(({ code }) => code !== 'no_variation' || !isConstant(facts.used)),
  ]
}

function openReason(question: OpenQuestion, { name }: ResolvedMetric): Reason {
  const texts: Readonly<Record<OpenQuestion, string>> = {
    kind_conflict: `the two files measure different kinds under this name; read both as one kind with --metric ${name}=COLUMN:KIND`,
    direction_conflict: `the two files disagree which way is better; say it with --direction ${name}=up or --direction ${name}=down`,
    direction_unknown: `nothing says which way is better; say it with --direction ${name}=up or --direction ${name}=down`,
    scale_conflict: `the two files declare different scales; say the right one with --scale ${name}=LOWER..UPPER`,
    margin_unknown: `its scale isn't known, so no default margin fits; say --scale ${name}=LOWER..UPPER, or --margin ${name}=NUMBER in its own unit`,
  }
  return { code: question, text: texts[question] }
}

function scaleReasons({ metric, used, offScale }: MetricFacts): Reason[] {
  const { name, scale, kind } = metric
  if (scale !== null && offScale > 0) {
    const text = `${offScale} values lie outside its scale ${scale.lower}..${scale.upper}; say the right one with --scale ${name}=LOWER..UPPER`
    return [{ code: 'off_scale', text }]
  }
  if (kind === 'continuous' && scale === null && hasTwoScales(used)) {
    const text = `one side lies within 0..1, much of the other beyond: probably two scales; import both on one, or say --scale ${name}=LOWER..UPPER if they are one`
    return [{ code: 'scale_mismatch', text }]
  }
  const units = kind === 'latency' && !metric.marginIsGiven ? unitsApart(used) : undefined
  return units === undefined
    ? []
    : [
        {
          code: 'unit_mismatch',
          text: `${units}; import both in one unit, or, if they are, say so with --margin ${name}=NUMBER`,
        },
      ]
}

/** So large a part of a side beyond 1 makes it another scale than one of 0 to 1, such as `4/5` beside `4`. */
const SHARE_BEYOND = 0.25

/** Whether one side of a score lies between 0 and 1, and much of the other above it. */
function hasTwoScales({ baseline, candidate, length }: Pairs): boolean {
  return length > 0 && (areUnitAndWide(baseline, candidate) || areUnitAndWide(candidate, baseline))
}

function areUnitAndWide(unit: Float64Array, wide: Float64Array): boolean {
  return unit.every((value) => value >= 0 && value <= 1) && quantile(wide, 1 - SHARE_BEYOND) > 1
}

/** From this ratio on a latency has another unit far more often than another speed. */
const BEYOND_SPEED = 100
/** So many of the pairs make it more than some answers that hung: another unit is that of a whole file, or of a part of it. */
const SHARE_OF_UNITS = 0.25
const UNITS = ['milliseconds are to seconds', 'microseconds are to seconds', 'nanoseconds are to seconds']

/**
 * Describes pairs whose times seem to be in two units: each ratio is looked at, not their mean, since half a file may have another one.
 * A real change can't be excluded, so both readings are given, and a person says which it is.
 */
function unitsApart({ baseline, candidate, length }: Pairs): string | undefined {
  const limit = Math.log(BEYOND_SPEED)
  for (const [larger, smaller, sign] of [
    ['candidate', 'baseline', 1],
    ['baseline', 'candidate', -1],
  ] as const) {
    const far = new Float64Array(length)
    let count = 0
    for (let index = 0; index < length; index += 1) {
      const log = Math.log((candidate[index] ?? Number.NaN) / (baseline[index] ?? Number.NaN)) * sign
      if (log >= limit) far[count++] = log
    }
    const typical = count === 0 || count < SHARE_OF_UNITS * length ? undefined : quantile(far.subarray(0, count), 0.5)
    far.buffer.transfer(0)
    if (typical === undefined) continue
    const thousands = Math.min(UNITS.length, Math.max(1, Math.round(typical / Math.log(1000))))
    const [asOne, asTwo] = [typical, typical - thousands * Math.log(1000)].map((log) => timesText(Math.exp(log)))
    return `in ${count} of ${length} pairs the ${larger}'s value is over ${BEYOND_SPEED} times the ${smaller}'s: in one unit, typically ${asOne}; in two, as ${UNITS[thousands - 1]}, ${asTwo}`
  }
  return undefined
}

function timesText(ratio: number): string {
  return `${ratio.toLocaleString('en-US', { maximumSignificantDigits: 3 })} times`
}

function isConstant(pairs: Pairs): boolean {
  const [first] = pairs.baseline
  return first !== undefined && everyPair(pairs, (value) => value === first)
}

/** Sides on which nothing can be told apart. */
function saturationReasons({ metric, used }: MetricFacts): Reason[] {
  const floor = floorReason(metric, used)
  if (floor) return [floor]
  const [first] = used.baseline
  if (first === undefined || !isConstant(used)) return []
  if (isBinary(metric.kind) && metric.direction !== null && first === (metric.direction === 'up' ? 1 : 0))
    return [
      {
        code: 'ceiling',
        text: `all ${used.length} cases are right on both sides: these cases can't tell the two apart; add harder ones`,
      },
    ]
  return [
    {
      code: 'constant',
      text: `every value of both sides is ${first}: it can't show a change; check that it is measured at all`,
    },
  ]
}

/** A baseline that has nothing to lose: all of it gone would be within the margin, so holding the margin says nothing. */
function floorReason({ name, kind, direction, scale, margin }: ResolvedMetric, used: Pairs): Reason | undefined {
  const ends = isBinary(kind) ? { lower: 0, upper: 1 } : scale
  if (ends === null || direction === null || margin === null || used.length === 0) return undefined
  const { baseline, candidate } = sideMeans(used)
  const above = (mean: number): number => (direction === 'up' ? mean - ends.lower : ends.upper - mean)
  if (above(baseline) > margin || above(candidate) > margin) return undefined
  const isNothing = above(baseline) === 0 && above(candidate) === 0
  const least = Math.max(above(baseline), above(candidate))
  // A margin that somebody gave may be wider than all that there is to lose, wherever on the scale that lies.
  if (least > (defaultMargin(kind, ends) ?? margin))
    return {
      code: 'floor',
      text: `its margin of ${margin} allows to lose all that either side has: no loss could exceed it; say a smaller one with --margin ${name}=NUMBER`,
    }
  const text =
    isNothing && isBinary(kind)
      ? `no case is right on either side, of ${used.length}: nothing worked, or the check itself is broken`
      : `both sides are at the worse end of the scale: losing all that is left would be within the margin`
  return { code: 'floor', text: `${text}; see that the check works, or add cases that can be solved` }
}

function pairReasons({ pairing: { pairs: all, missing }, used }: MetricFacts): Reason[] {
  const reasons: Reason[] = []
  const say = (code: Reason['code'], text: string): number => reasons.push({ code, text })
  if (used.length < FEWEST_PAIRS) say('too_few_pairs', `${used.length} pairs; no claim of safety under ${FEWEST_PAIRS}`)
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
  return reasons
}

function evidenceReasons({ used, estimate }: MetricFacts): Reason[] {
  if (!estimate) {
    const text = 'no interval can be computed: a single cluster, or numbers beyond range'
    return used.length < FEWEST_PAIRS ? [] : [{ code: 'not_computable', text }]
  }
  const reasons: Reason[] = []
  const independent = estimate.clusters ?? used.length
  // With no change in n cases the share that does change may still be 3/n (rule of three): 60 cases bring it under 5%.
  if (estimate.estimator !== 'tango' && estimate.standardError === 0 && 3 > MOST_MISSING * independent)
    reasons.push({
      code: 'no_variation',
      text: `all ${used.length} pairs differ by the same amount; that few can't show that the next would`,
    })
  if (estimate.clusters !== null && estimate.clusters < FEW_CLUSTERS)
    reasons.push({
      code: 'few_clusters',
      text: `${estimate.clusters} clusters; intervals are trustworthy from about ${FEW_CLUSTERS}`,
    })
  return reasons
}
