import type { EvaluationRun } from './evaluation-run.ts'
import { defaultMargin, isQuality, type MetricDefinition, type MetricKind } from './metric.ts'
import type { AssessmentPlan, MetricPlan } from './plan.ts'

/** A metric of both runs with all that the plan left open filled in. */
export interface ResolvedMetric extends MetricDefinition {
  readonly margin: number
  readonly marginIsDefault: boolean
  readonly primary: boolean
  readonly failureValue: number | undefined
  /** Where the metric stands in each run's values. */
  readonly baselineIndex: number
  readonly candidateIndex: number
}

/** The metrics that both runs measured, and the names that only one of them (or only the plan) knows. */
export interface ResolvedMetrics {
  readonly metrics: readonly ResolvedMetric[]
  readonly missing: readonly MissingMetric[]
}

/** A metric that can't be compared. */
export interface MissingMetric {
  readonly name: string
  readonly primary: boolean
}

/** Matches the runs' metrics by name and settles kind, direction, margin and which are guardrails. */
export function resolveMetrics(
  baseline: EvaluationRun,
  candidate: EvaluationRun,
  plan: AssessmentPlan,
): ResolvedMetrics {
  const planned = new Map(plan.metrics.map((metric) => [metric.name, metric]))
  const metrics: ResolvedMetric[] = []
  baseline.metrics.forEach((definition, baselineIndex) => {
    const candidateIndex = candidate.metrics.findIndex(({ name }) => name === definition.name)
    const other = candidate.metrics[candidateIndex]
    if (!other) return
    const kind = commonKind(definition.kind, other.kind)
    metrics.push(resolve({ ...definition, kind }, planned.get(definition.name), { baselineIndex, candidateIndex }))
  })
  const names = [baseline.metrics, candidate.metrics, plan.metrics].flatMap((list) => list.map(({ name }) => name))
  const absent = [...new Set(names)].filter((name) => !metrics.some((metric) => metric.name === name))
  return {
    metrics: withGuardrails(metrics, plan),
    missing: absent.map((name) => ({ name, primary: planned.get(name)?.primary ?? false })),
  }
}

/** One side may have seen only 0 and 1 of a score: the wider kind holds for both. */
function commonKind(a: MetricKind, b: MetricKind): MetricKind {
  return a === 'continuous' || b === 'continuous' ? 'continuous' : a
}

function resolve(
  definition: MetricDefinition,
  plan: MetricPlan | undefined,
  indexes: { baselineIndex: number; candidateIndex: number },
): ResolvedMetric {
  const kind = plan?.kind ?? definition.kind
  return {
    name: definition.name,
    kind,
    direction: plan?.direction ?? definition.direction,
    margin: plan?.margin ?? defaultMargin(kind),
    marginIsDefault: plan?.margin === undefined,
    primary: plan?.primary ?? false,
    failureValue: plan?.failureValue,
    ...indexes,
  }
}

/** Where the plan declares no guardrail: every safety metric and the first other metric of quality, else everything. */
function withGuardrails(metrics: readonly ResolvedMetric[], plan: AssessmentPlan): ResolvedMetric[] {
  if (plan.metrics.some(({ primary }) => primary)) return [...metrics]
  const refused = new Set(plan.metrics.filter(({ primary }) => primary === false).map(({ name }) => name))
  const open = metrics.filter(({ name }) => !refused.has(name))
  const safety = open.filter(({ kind }) => kind === 'safety')
  const quality = open.filter(({ kind }) => isQuality(kind) && kind !== 'safety').slice(0, 1)
  const chosen = new Set(safety.length + quality.length > 0 ? [...safety, ...quality] : open)
  return metrics.map((metric) => ({ ...metric, primary: chosen.has(metric) }))
}
