import { assessMetric, type MetricResult } from './assess-metric.ts'
import type { AssessedInput, Assessment, AssessmentWarning, Guardrail, MetricAssessment } from './assessment.ts'
import { distinctCases, errorCount } from './cases/case-table.ts'
import { everyNumber, numberAt, numberCount, type NumberColumn } from './cases/number-column.ts'
import type { EvaluationRun } from './evaluation-run.ts'
import { failureValue } from './failure-value.ts'
import { isQuality } from './metric.ts'
import { nearIdsText } from './near-ids.ts'
import { defaultPlan, type AssessmentPlan } from './plan.ts'
import { resolveMetrics, type MissingMetric, type ResolvedMetric } from './resolve-metrics.ts'
import { jointRisk } from './statistics/joint-risk.ts'
import { benjaminiHochberg, holm } from './statistics/multiplicity.ts'
import { matchCases, pairValues, type Matching } from './statistics/pairing.ts'
import { letGo } from './statistics/pairs.ts'
import { bandAfterCorrection, isGreen, isLoss, worstBand, type Band } from './statistics/verdict.ts'

/** The largest share of false claims tolerated among the slices that are pointed at. */
const SLICE_FALSE_DISCOVERY = 0.1
/** With more slices than this they are no slices: a column of ids was taken for one. */
const MOST_SLICES = 200

/**
 * Assesses a change from the evaluations before and after it: every metric that both runs measured, over all cases and by slice.
 * The same runs and plan give the same answer to the last bit, in whatever order the cases come.
 */
export function assess(
  baseline: EvaluationRun,
  candidate: EvaluationRun,
  plan: AssessmentPlan = defaultPlan,
): Assessment {
  const matching = matchCases(baseline.cases, candidate.cases)
  const { metrics: resolved, missing } = resolveMetrics(baseline, candidate, plan)
  const idle = resolved.filter((metric) => isIdle(metric, { baseline, candidate, matching }))
  // Where nothing else was measured, that is what there is to say.
  const metrics =
    idle.length === resolved.length
      ? resolved
      : resolved.map((metric) => (idle.includes(metric) ? { ...metric, primary: false, setAside: true } : metric))
  const isHeard = ({ assessment }: MetricResult): boolean =>
    idle.length === resolved.length || idle.every(({ name }) => name !== assessment.metric)
  const mostlyErrors = hasMostlyErrors(baseline) || hasMostlyErrors(candidate)
  const guards = metrics.filter(({ primary }) => primary).length * (1 + plan.criticalSlices.length)
  const isDrawn = guards > 1
  const compared = metrics.map((metric) =>
    compare(metric, { baseline, candidate, matching, plan, mostlyErrors, isDrawn }),
  )
  const overall = compared.map((result) => result.overall)
  const slices = compared.flatMap((result) => result.slices)
  const critical = slices.filter(isCritical(plan))
  const primary = [...overall, ...critical].filter(({ assessment }) => assessment.primary)
  const declared = [...correctGuardrails(primary, plan), ...materialLosses(overall, metrics)]
  const sliceAssessments = correctSlices(slices).map((row) => asDecided(row, declared))
  const guardrails = [...declared, ...sliceLosses(sliceAssessments, declared)]
  const warnings = [
    ...inputWarnings({ baseline, candidate, metrics, missing, guardrails: declared, plan, matching }),
    ...[...overall, ...critical].filter(isHeard).flatMap((result) => result.warnings),
    ...regressionWarnings(overall, sliceAssessments, declared),
  ]
  return {
    schema: 'afterai.assessment/v1',
    mode: plan.mode,
    verdict: verdict(guardrails, missing, plan),
    overallRisk: overallRisk(
      primary,
      [...overall.map(({ assessment }) => assessment), ...sliceAssessments].filter((row) => isAmong(row, guardrails)),
    ),
    guardrails,
    metrics: overall.map(({ assessment }) => ({
      ...asDecided(assessment, declared),
      adjustedP:
        guardrails.find(({ metric, slice }) => metric === assessment.metric && slice === null)?.adjustedP ?? null,
    })),
    slices: sliceAssessments,
    warnings,
    baseline: inputOf(baseline),
    candidate: inputOf(candidate),
  }
}

const noNumbers: NumberColumn = { numbers: new Float64Array(), of: null }

/** Whether it doesn't matter which way is better: nobody said it, and no case has another value than before. */
function isIdle(
  { open, baselineIndex, candidateIndex }: ResolvedMetric,
  { baseline, candidate, matching }: Pick<Compared, 'baseline' | 'candidate' | 'matching'>,
): boolean {
  if (!open.includes('direction_unknown')) return false
  const { pairs, missing } = pairValues(matching, {
    baseline: baseline.cases.values[baselineIndex] ?? noNumbers,
    candidate: candidate.cases.values[candidateIndex] ?? noNumbers,
    baselineErrors: baseline.cases.errors,
    candidateErrors: candidate.cases.errors,
    failure: null,
  })
  const isComplete = missing.baseline + missing.candidate === 0
  const isSame = isComplete && pairs.baseline.every((before, index) => before === pairs.candidate[index])
  letGo(pairs)
  return isSame
}

/** The two runs matched, as every metric sees them. */
interface Compared {
  readonly baseline: EvaluationRun
  readonly candidate: EvaluationRun
  readonly matching: Matching
  readonly plan: AssessmentPlan
  readonly mostlyErrors: boolean
  /** Whether the guardrails' errors are drawn together: there are several. */
  readonly isDrawn: boolean
}

/** One metric over all cases and, if the cases have slices, in each. */
function compare(metric: ResolvedMetric, compared: Compared): { overall: MetricResult; slices: MetricResult[] } {
  const { baseline, candidate, matching, plan, mostlyErrors } = compared
  const before = baseline.cases.values[metric.baselineIndex] ?? noNumbers
  const after = candidate.cases.values[metric.candidateIndex] ?? noNumbers
  const failure = isQuality(metric.kind) ? failureValue(metric, before, after) : null
  const values = {
    baseline: before,
    candidate: after,
    baselineErrors: baseline.cases.errors,
    candidateErrors: candidate.cases.errors,
    failure,
  }
  const countsErrors = failure !== null && (hasErrors(baseline) || hasErrors(candidate))
  const offScale = countOffScale(metric, before) + countOffScale(metric, after)
  const at = (slice?: number): MetricResult => {
    const pairing = pairValues(matching, values, slice)
    const withoutErrors = countsErrors ? pairValues(matching, { ...values, failure: null }, slice) : null
    const name = slice === undefined ? null : (matching.slices[slice] ?? '')
    const decides = metric.primary && (name === null || plan.criticalSlices.includes(name))
    const isDrawn = compared.isDrawn && decides
    const result = assessMetric({ metric, pairing, withoutErrors, slice: name, offScale, mostlyErrors, isDrawn })
    letGo(pairing.pairs)
    if (withoutErrors) letGo(withoutErrors.pairs)
    return result
  }
  const { slices } = matching
  const areFew = slices.length >= 2 || (slices.length > 0 && plan.criticalSlices.length > 0)
  if (!areFew || slices.length > MOST_SLICES) return { overall: at(), slices: [] }
  return { overall: at(), slices: slices.map((_, index) => at(index)) }
}

function hasErrors({ cases }: EvaluationRun): boolean {
  return cases.errors.includes(1)
}

/** Tells whether a side answered less than half of its cases: what is left of it is no sample of it. */
function hasMostlyErrors({ cases }: EvaluationRun): boolean {
  return errorCount(cases) * 2 > cases.rows
}

function countOffScale({ scale }: ResolvedMetric, values: NumberColumn): number {
  let count = 0
  if (scale === null || everyNumber(values, (value) => !(value < scale.lower || value > scale.upper))) return count
  for (let row = 0; row < numberCount(values); row += 1) {
    const value = numberAt(values, row)
    if (value < scale.lower || value > scale.upper) count += 1
  }
  return count
}

/** Holm over the primary metrics and their critical slices. One without a p value counts as p = 1: it must not ease the others. */
function correctGuardrails(results: readonly MetricResult[], plan: AssessmentPlan): Guardrail[] {
  const adjusted = holm(results.map(({ p }) => p ?? 1))
  return results.map(({ assessment, p }, index) => {
    const corrected = bandAfterCorrection(assessment.band, adjusted[index] ?? 1)
    const band = plan.mode === 'counterfactual' && isGreen(corrected) ? 'inconclusive' : corrected
    return {
      metric: assessment.metric,
      slice: assessment.slice,
      band,
      adjustedP: p === null ? null : (adjusted[index] ?? 1),
    }
  })
}

/**
 * Metrics of quality that the plan named no guardrail but that lost more than their margin: whoever declares what decides doesn't
 * thereby accept that something else broke. Setting a metric aside does.
 */
function materialLosses(overall: readonly MetricResult[], metrics: readonly ResolvedMetric[]): Guardrail[] {
  const watched = new Set(
    metrics
      .filter(({ setAside, sameAs, kind }) => !setAside && sameAs === null && isQuality(kind))
      .map(({ name }) => name),
  )
  return overall
    .map(({ assessment }) => assessment)
    .filter(({ metric, primary, band }) => !primary && watched.has(metric) && band === 'material_regression')
    .map(({ metric, band }) => ({ metric, slice: null, band, adjustedP: null }))
}

/** A row with the band that it has once all are looked at together: no row may claim a loss that the verdict doesn't count. */
function asDecided(row: MetricAssessment, guardrails: readonly Guardrail[]): MetricAssessment {
  const decided = guardrails.find(({ metric, slice }) => metric === row.metric && slice === row.slice)
  return decided === undefined ? row : { ...row, band: decided.band }
}

/**
 * Slices that nobody declared critical and in which a primary metric was lost, by the correction over all slices: a gain in the others doesn't outweigh
 * it, and no verdict is better than such a row.
 */
function sliceLosses(rows: readonly MetricAssessment[], declared: readonly Guardrail[]): Guardrail[] {
  return rows
    .filter((row) => row.primary && row.sameAs === null && isLoss(row.band) && !isAmong(row, declared))
    .map(({ metric, slice, band, adjustedP }) => ({ metric, slice, band, adjustedP }))
}

/**
 * The chance that something which decides lost more than its margin. With a guardrail unmeasured it is unknown, not smaller. What decides without having
 * been named a guardrail wasn't drawn together with those: the chance is at least that of each by itself.
 */
function overallRisk(guardrails: readonly MetricResult[], deciding: readonly MetricAssessment[]): number | null {
  const inputs = guardrails.map(({ risk }) => risk).filter((risk) => risk !== null)
  if (inputs.length === 0 || inputs.length < guardrails.length) return null
  return Math.max(jointRisk(inputs), ...deciding.map(({ regressionRisk }) => regressionRisk ?? 0))
}

function isAmong({ metric, slice }: MetricAssessment, guardrails: readonly Guardrail[]): boolean {
  return guardrails.some((it) => it.metric === metric && it.slice === slice)
}

function correctSlices(results: readonly MetricResult[]): MetricAssessment[] {
  const testable = results.filter(({ p }) => p !== null)
  const adjusted = benjaminiHochberg(testable.map(({ p }) => p ?? 1))
  return results.map((result) => {
    const index = testable.indexOf(result)
    const adjustedP = index === -1 ? null : (adjusted[index] ?? null)
    return {
      ...result.assessment,
      band: bandAfterCorrection(result.assessment.band, adjustedP ?? 1, SLICE_FALSE_DISCOVERY),
      adjustedP,
    }
  })
}

function verdict(guardrails: readonly Guardrail[], missing: readonly MissingMetric[], plan: AssessmentPlan): Band {
  const bands = guardrails.map(({ band }) => band)
  const unseen = missing.some(({ primary }) => primary)
  const unseenSlice = plan.criticalSlices.some((name) => !guardrails.some(({ slice }) => slice === name))
  return worstBand(unseen || unseenSlice ? [...bands, 'inconclusive'] : bands)
}

function isCritical(plan: AssessmentPlan): (result: MetricResult) => boolean {
  return ({ assessment }) =>
    assessment.primary && assessment.slice !== null && plan.criticalSlices.includes(assessment.slice)
}

interface InputFacts {
  readonly baseline: EvaluationRun
  readonly candidate: EvaluationRun
  readonly metrics: readonly ResolvedMetric[]
  readonly missing: readonly MissingMetric[]
  readonly guardrails: readonly Guardrail[]
  readonly plan: AssessmentPlan
  readonly matching: Matching
}

function inputWarnings(facts: InputFacts): AssessmentWarning[] {
  const { baseline, candidate, metrics, missing, guardrails, plan, matching } = facts
  const warnings: AssessmentWarning[] = []
  const say = (
    code: AssessmentWarning['code'],
    text: string,
    metric: string | null = null,
    slice: string | null = null,
  ): number => warnings.push({ code, text, metric, slice })
  for (const [side, run] of [['baseline', baseline] as const, ['candidate', candidate] as const])
    if (hasMostlyErrors(run))
      say(
        'mostly_errors',
        `${errorCount(run.cases)} of ${run.cases.rows} answers of the ${side} never came: run it again`,
      )
  if (baseline.sourceDigest === candidate.sourceDigest && baseline.selection === candidate.selection)
    say('same_source', 'baseline and candidate are the same results')
  if (metrics.length === 0) say('nothing_compared', 'the two runs share no metric')
  else if (guardrails.length === 0) say('no_primary_metric', 'no primary metric: the verdict rests on nothing')
  const nearly = nearIdsText(baseline.cases, candidate.cases)
  if (nearly !== undefined) say('ids_nearly_match', nearly)
  for (const { name } of missing) say('metric_missing', 'not measured in both runs', name)
  for (const name of plan.criticalSlices)
    if (!matching.slices.includes(name) || matching.slices.length > MOST_SLICES)
      say('critical_slice_missing', 'no case belongs to this critical slice', null, name)
  if (matching.slices.length > MOST_SLICES) say('too_many_slices', `more than ${MOST_SLICES} slices; none is assessed`)
  if (plan.mode === 'counterfactual')
    say('counterfactual', 'rests on assumptions: without real runs of the candidate nothing is shown to be safe')
  return warnings
}

/** Points at losses that the verdict doesn't count: metrics that aren't primary, slices that weren't declared critical. */
function regressionWarnings(
  overall: readonly MetricResult[],
  slices: readonly MetricAssessment[],
  guardrails: readonly Guardrail[],
): AssessmentWarning[] {
  const secondary = overall
    .map(({ assessment }) => assessment)
    .filter(({ primary, sameAs, band }) => !primary && !sameAs && isLoss(band))
    .map(({ metric, band }) => ({
      code: 'secondary_regression' as const,
      text: `${band} outside the primary metrics`,
      metric,
      slice: null,
    }))
  const inSlices = slices
    .filter(({ band, sameAs }) => !sameAs && isLoss(band))
    .filter(
      ({ metric, slice }) => !guardrails.some((guardrail) => guardrail.metric === metric && guardrail.slice === slice),
    )
    .map(({ metric, slice, band }) => ({
      code: 'slice_regression' as const,
      text: `${band} in this slice`,
      metric,
      slice,
    }))
  return [...secondary, ...inSlices]
}

function inputOf({ format, sourceDigest, selection, cases }: EvaluationRun): AssessedInput {
  return { format, sourceDigest, selection, cases: distinctCases(cases), errors: errorCount(cases) }
}
