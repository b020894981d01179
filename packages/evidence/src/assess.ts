import { assessMetric, type MetricResult } from './assess-metric.ts'
import type { AssessedInput, Assessment, AssessmentWarning, Guardrail, MetricAssessment } from './assessment.ts'
import type { EvaluationRun } from './evaluation-run.ts'
import { isBinary, isQuality } from './metric.ts'
import { nearIdsText } from './near-ids.ts'
import { defaultPlan, type AssessmentPlan } from './plan.ts'
import { resolveMetrics, type MissingMetric, type ResolvedMetric } from './resolve-metrics.ts'
import { jointRisk } from './statistics/joint-risk.ts'
import { benjaminiHochberg, holm } from './statistics/multiplicity.ts'
import { pairCases, type Attempt } from './statistics/pairing.ts'
import { bandAfterHolm, isGreen, worstBand, type Band } from './statistics/verdict.ts'

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
  const { metrics, missing } = resolveMetrics(baseline, candidate, plan)
  const compared = metrics.map((metric) => compare(metric, baseline, candidate, plan))
  const overall = compared.map(({ overall }) => overall)
  const slices = compared.flatMap(({ slices }) => slices)
  const critical = slices.filter(isCritical(plan))
  const primary = [...overall, ...critical].filter(({ assessment }) => assessment.primary)
  const guardrails = correctGuardrails(primary, plan)
  const sliceAssessments = correctSlices(slices)
  const warnings = [
    ...inputWarnings({ baseline, candidate, metrics, missing, guardrails, plan, slices }),
    ...[...overall, ...critical].flatMap((result) => result.warnings),
    ...regressionWarnings(overall, sliceAssessments, guardrails),
  ]
  return {
    schema: 'afterai.assessment/v1',
    mode: plan.mode,
    verdict: verdict(guardrails, missing, plan),
    overallRisk: overallRisk(primary),
    guardrails,
    metrics: overall.map(({ assessment }) => ({
      ...assessment,
      adjustedP:
        guardrails.find(({ metric, slice }) => metric === assessment.metric && slice === null)?.adjustedP ?? null,
    })),
    slices: sliceAssessments,
    warnings,
    baseline: inputOf(baseline),
    candidate: inputOf(candidate),
  }
}

/** One metric over all cases and, if the cases have slices, in each. */
function compare(
  metric: ResolvedMetric,
  baseline: EvaluationRun,
  candidate: EvaluationRun,
  plan: AssessmentPlan,
): { overall: MetricResult; slices: MetricResult[] } {
  const failure = failureValue(metric, baseline, candidate)
  const before = attempts(baseline, metric, metric.baselineIndex, failure)
  const after = attempts(candidate, metric, metric.candidateIndex, failure)
  const overall = assessMetric(metric, pairCases(before, after), null)
  const groups = bySlice(before, after)
  if (groups.size > MOST_SLICES || (groups.size < 2 && plan.criticalSlices.length === 0)) return { overall, slices: [] }
  const slices = [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, group]) => assessMetric(metric, pairCases(group.before, group.after), name))
  return { overall, slices }
}

/** A case belongs to the slice that the baseline gave it, so that a relabelled case isn't counted as missing twice. */
function bySlice(
  before: readonly Attempt[],
  after: readonly Attempt[],
): Map<string, { before: Attempt[]; after: Attempt[] }> {
  const sliceOf = new Map<string, string>()
  for (const { caseId, slice } of [...before, ...after])
    if (slice !== undefined && !sliceOf.has(caseId)) sliceOf.set(caseId, slice)
  const groups = new Map([...new Set(sliceOf.values())].map((name) => [name, noAttempts()]))
  for (const attempt of before) groups.get(sliceOf.get(attempt.caseId) ?? '')?.before.push(attempt)
  for (const attempt of after) groups.get(sliceOf.get(attempt.caseId) ?? '')?.after.push(attempt)
  return groups
}

function noAttempts(): { before: Attempt[]; after: Attempt[] } {
  return { before: [], after: [] }
}

function attempts(run: EvaluationRun, metric: ResolvedMetric, index: number, failure: number | null): Attempt[] {
  const onError = isQuality(metric.kind) ? failure : null
  return run.cases.map((entry) => ({
    caseId: entry.caseId,
    cluster: entry.cluster,
    slice: entry.slice,
    value: entry.outcome === 'error' ? onError : (entry.values[index] ?? null),
  }))
}

/** What an error counts as: the worst of the scale where the scale is 0..1, else the worst that any answer got. */
function failureValue(metric: ResolvedMetric, baseline: EvaluationRun, candidate: EvaluationRun): number | null {
  if (metric.failureValue !== undefined) return metric.failureValue
  const values = [...valuesAt(baseline, metric.baselineIndex), ...valuesAt(candidate, metric.candidateIndex)].filter(
    (value) => typeof value === 'number',
  )
  const worst = metric.direction === 'up' ? 0 : 1
  if (isBinary(metric.kind) || values.every((value) => value >= 0 && value <= 1)) return worst
  return values.reduce((a, b) => (metric.direction === 'up' ? Math.min(a, b) : Math.max(a, b)))
}

function valuesAt({ cases }: EvaluationRun, index: number): (number | null | undefined)[] {
  return cases.map(({ values }) => values[index])
}

/** Holm over the primary metrics and their critical slices. One without a p value counts as p = 1: it must not ease the others. */
function correctGuardrails(results: readonly MetricResult[], plan: AssessmentPlan): Guardrail[] {
  const adjusted = holm(results.map(({ p }) => p ?? 1))
  return results.map(({ assessment, p }, index) => {
    const corrected = bandAfterHolm(assessment.band, adjusted[index] ?? 1)
    const band = plan.mode === 'counterfactual' && isGreen(corrected) ? 'inconclusive' : corrected
    return {
      metric: assessment.metric,
      slice: assessment.slice,
      band,
      adjustedP: p === null ? null : (adjusted[index] ?? 1),
    }
  })
}

/** With a guardrail unmeasured the risk is unknown, not smaller. */
function overallRisk(guardrails: readonly MetricResult[]): number | null {
  const inputs = guardrails.map(({ risk }) => risk).filter((risk) => risk !== null)
  return inputs.length === 0 || inputs.length < guardrails.length ? null : jointRisk(inputs)
}

function correctSlices(results: readonly MetricResult[]): MetricAssessment[] {
  const testable = results.filter(({ p }) => p !== null)
  const adjusted = benjaminiHochberg(testable.map(({ p }) => p ?? 1))
  return results.map((result) => {
    const index = testable.indexOf(result)
    return { ...result.assessment, adjustedP: index === -1 ? null : (adjusted[index] ?? null) }
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
  baseline: EvaluationRun
  candidate: EvaluationRun
  metrics: readonly ResolvedMetric[]
  missing: readonly MissingMetric[]
  guardrails: readonly Guardrail[]
  plan: AssessmentPlan
  slices: readonly MetricResult[]
}

function inputWarnings({
  baseline,
  candidate,
  metrics,
  missing,
  guardrails,
  plan,
  slices,
}: InputFacts): AssessmentWarning[] {
  const warnings: AssessmentWarning[] = []
  const say = (
    code: AssessmentWarning['code'],
    text: string,
    metric: string | null = null,
    slice: string | null = null,
  ): number => warnings.push({ code, text, metric, slice })
  if (baseline.sourceDigest === candidate.sourceDigest && baseline.selection === candidate.selection)
    say('same_source', 'baseline and candidate are the same results')
  if (metrics.length === 0) say('nothing_compared', 'the two runs share no metric')
  else if (guardrails.length === 0) say('no_primary_metric', 'no primary metric: the verdict rests on nothing')
  const nearly = nearIdsText(idsOf(baseline), idsOf(candidate))
  if (nearly !== undefined) say('ids_nearly_match', nearly)
  for (const { name } of missing) say('metric_missing', 'not measured in both runs', name)
  for (const name of plan.criticalSlices)
    if (!slices.some(({ assessment }) => assessment.slice === name))
      say('critical_slice_missing', 'no case belongs to this critical slice', null, name)
  if (new Set([...baseline.cases, ...candidate.cases].map(({ slice }) => slice)).size > MOST_SLICES + 1)
    say('too_many_slices', `more than ${MOST_SLICES} slices; none is assessed`)
  if (plan.mode === 'counterfactual')
    say('counterfactual', 'rests on assumptions: without real runs of the candidate nothing is shown to be safe')
  return warnings
}

const REGRESSIONS: ReadonlySet<Band> = new Set(['material_regression', 'regression', 'minor_regression'])

/** Points at losses that the verdict doesn't count: metrics that aren't primary, slices that weren't declared critical. */
function regressionWarnings(
  overall: readonly MetricResult[],
  slices: readonly MetricAssessment[],
  guardrails: readonly Guardrail[],
): AssessmentWarning[] {
  const secondary = overall
    .map(({ assessment }) => assessment)
    .filter(({ primary, band }) => !primary && REGRESSIONS.has(band))
    .map(({ metric, band }) => ({
      code: 'secondary_regression' as const,
      text: `${band} outside the primary metrics`,
      metric,
      slice: null,
    }))
  const inSlices = slices
    .filter(({ band, adjustedP }) => REGRESSIONS.has(band) && (adjustedP ?? 1) <= SLICE_FALSE_DISCOVERY)
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

function idsOf({ cases }: EvaluationRun): readonly string[] {
  return cases.map(({ caseId }) => caseId)
}

function inputOf(run: EvaluationRun): AssessedInput {
  return {
    format: run.format,
    sourceDigest: run.sourceDigest,
    selection: run.selection,
    cases: new Set(run.cases.map(({ caseId }) => caseId)).size,
    errors: run.cases.filter(({ outcome }) => outcome === 'error').length,
  }
}
