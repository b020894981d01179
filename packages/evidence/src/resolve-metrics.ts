import type { CaseTable } from './cases/case-table.ts'
import { numberAt } from './cases/number-column.ts'
import type { EvaluationRun } from './evaluation-run.ts'
import { settleDirection } from './metric-directions.ts'
import {
  defaultMargin,
  type Direction,
  isBinary,
  isQuality,
  type MetricDefinition,
  type MetricKind,
  type Scale,
} from './metric.ts'
import type { AssessmentPlan, MetricPlan } from './plan.ts'

/** Questions that can be open about a metric before a number is looked at. */
export type OpenQuestion =
  | 'kind_conflict'
  | 'direction_conflict'
  | 'direction_unknown'
  | 'scale_conflict'
  | 'margin_unknown'

/** A metric of both runs with all that the plan left open filled in, as far as anybody said it. */
export interface ResolvedMetric {
  readonly name: string
  readonly kind: MetricKind
  readonly direction: Direction | null
  readonly directionFrom: 'plan' | MetricDefinition['directionFrom'] | null
  readonly scale: Scale | null
  readonly margin: number | null
  /** Whether the plan gives the margin. */
  readonly marginIsGiven: boolean
  readonly primary: boolean
  /** The metric, looked at before it, that has the same value in every case of both runs: it isn't counted twice. */
  readonly sameAs: string | null
  /** Whether the plan says that it decides nothing. */
  readonly setAside: boolean
  readonly failureValue: number | undefined
  /** With one of these the verdict on it is withheld. */
  readonly open: readonly OpenQuestion[]
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
  /** Whether the verdict needs it. */
  readonly primary: boolean
}

/** Kinds in the order in which metrics are looked at: what is right or wrong comes before how good it is, amounts come last. */
const RANK: readonly MetricKind[] = ['safety', 'binary', 'continuous', 'latency', 'cost', 'tokens']

/**
 * Matches the runs' metrics by name and settles kind, direction, scale, margin and which are guardrails. Their order is that of
 * their kinds and names, whatever the order of columns.
 */
export function resolveMetrics(
  baseline: EvaluationRun,
  candidate: EvaluationRun,
  plan: AssessmentPlan,
): ResolvedMetrics {
  const planned = new Map(plan.metrics.map((metric) => [metric.name, metric]))
  const after = new Map(candidate.metrics.map((definition, index) => [definition.name, { definition, index }]))
  const metrics = baseline.metrics.flatMap((definition, baselineIndex): ResolvedMetric[] => {
    const other = after.get(definition.name)
    if (!other) return []
    const indexes = { baselineIndex, candidateIndex: other.index }
    return [resolve(definition, other.definition, planned.get(definition.name) ?? { name: definition.name }, indexes)]
  })
  const sorted = metrics.toSorted(
    (a, b) => RANK.indexOf(a.kind) - RANK.indexOf(b.kind) || (a.name < b.name ? -1 : Number(a.name > b.name)),
  )
  const told = withTwins(sorted, baseline, candidate)
  return { metrics: withGuardrails(told, plan), missing: missingMetrics(baseline, candidate, plan, sorted) }
}

function resolve(
  before: MetricDefinition,
  after: MetricDefinition,
  plan: MetricPlan,
  indexes: Pick<ResolvedMetric, 'baselineIndex' | 'candidateIndex'>,
): ResolvedMetric {
  const open: OpenQuestion[] = []
  const kind = plan.kind ?? commonKind(before.kind, after.kind)
  if (kind === undefined) open.push('kind_conflict')
  const settled = kind ?? before.kind
  const direction = plan.direction ?? commonDirection(before, after)
  if (direction === 'conflict') open.push('direction_conflict')
  else if (direction === null) open.push('direction_unknown')
  const scale = plan.scale ?? commonScale(before.scale, after.scale)
  if (scale === 'conflict') open.push('scale_conflict')
  const known = scale === 'conflict' || isBinary(settled) || !isQuality(settled) ? undefined : scale
  const margin = plan.margin ?? defaultMargin(settled, known)
  if (margin === undefined && scale !== 'conflict') open.push('margin_unknown')
  return {
    name: before.name,
    kind: settled,
    direction: direction === 'conflict' ? null : direction,
    directionFrom: plan.direction === undefined ? directionSource(before, after) : 'plan',
    scale: known ?? null,
    margin: margin ?? null,
    marginIsGiven: plan.margin !== undefined,
    primary: plan.primary ?? false,
    sameAs: null,
    setAside: plan.primary === false,
    failureValue: plan.failureValue,
    open,
    ...indexes,
  }
}

/** One side may have seen only 0 and 1 of a score: the wider kind holds for both. Undefined for two that don't fit. */
function commonKind(a: MetricKind, b: MetricKind): MetricKind | undefined {
  if (a === b) return a
  if (!isQuality(a) || !isQuality(b)) return undefined
  return a === 'continuous' || b === 'continuous' ? 'continuous' : 'safety'
}

/** A side that knows the direction speaks for one that doesn't. */
function commonDirection(before: MetricDefinition, after: MetricDefinition): Direction | 'conflict' | null {
  const [a, b] = [knownDirection(before), knownDirection(after)]
  if (a !== null && b !== null && a !== b) return 'conflict'
  return a ?? b
}

/** Runs of an earlier release took every direction that nobody knew for `up`: of theirs only what the name says is believed. */
function knownDirection(definition: MetricDefinition): Direction | null {
  return settledAgain(definition).direction
}

function settledAgain(definition: MetricDefinition): Pick<MetricDefinition, 'direction' | 'directionFrom'> {
  if (definition.directionFrom !== undefined || definition.direction === null) return definition
  return settleDirection({ kind: definition.kind, names: [definition.name] })
}

function directionSource(before: MetricDefinition, after: MetricDefinition): ResolvedMetric['directionFrom'] {
  return settledAgain(before).directionFrom ?? settledAgain(after).directionFrom ?? null
}

function commonScale(a: Scale | undefined, b: Scale | undefined): Scale | 'conflict' | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a.lower === b.lower && a.upper === b.upper ? a : 'conflict'
}

/** A score that only repeats whether a case passed would count the same loss twice, and cost power for it. */
function withTwins(
  metrics: readonly ResolvedMetric[],
  baseline: EvaluationRun,
  candidate: EvaluationRun,
): ResolvedMetric[] {
  const areSame = (a: ResolvedMetric, b: ResolvedMetric): boolean =>
    a.direction === b.direction &&
    isQuality(b.kind) &&
    hasSameValues(baseline.cases, a.baselineIndex, b.baselineIndex) &&
    hasSameValues(candidate.cases, a.candidateIndex, b.candidateIndex)
  return metrics.map((metric, index) => {
    const twin = isQuality(metric.kind)
      ? metrics.slice(0, index).find((earlier) => areSame(metric, earlier))
      : undefined
    return { ...metric, sameAs: twin?.name ?? null }
  })
}

/** Where no answer came both count as failures, whatever the file says. */
function hasSameValues({ values, errors }: CaseTable, a: number, b: number): boolean {
  const [one, other] = [values[a], values[b]]
  if (!one || !other) return false
  return errors.every((error, row) => error === 1 || Object.is(numberAt(one, row), numberAt(other, row)))
}

/**
 * Where the plan names no guardrail, every metric of quality that it doesn't set aside is one: the verdict is the worst of them all.
 * A run without any is judged by its amounts.
 */
function withGuardrails(metrics: readonly ResolvedMetric[], plan: AssessmentPlan): ResolvedMetric[] {
  if (namesGuardrails(plan)) return [...metrics]
  const chosen = metrics.filter(({ setAside }) => !setAside)
  const quality = chosen.filter(({ kind, sameAs }) => isQuality(kind) && !isCounted(sameAs, chosen))
  const guardrails = new Set(quality.length > 0 ? quality : chosen)
  return metrics.map((metric) => ({ ...metric, primary: guardrails.has(metric) }))
}

/** Whether a metric's twin decides in its place: it doesn't where it is itself set aside. */
function isCounted(sameAs: string | null, chosen: readonly ResolvedMetric[]): boolean {
  return sameAs !== null && chosen.some(({ name }) => name === sameAs)
}

function namesGuardrails(plan: AssessmentPlan): boolean {
  return plan.metrics.some(({ primary }) => primary === true)
}

/** Lists metrics that only one side measured, or only the plan knows. A guardrail among them leaves the verdict open. */
function missingMetrics(
  baseline: EvaluationRun,
  candidate: EvaluationRun,
  plan: AssessmentPlan,
  compared: readonly ResolvedMetric[],
): MissingMetric[] {
  const all = [baseline.metrics, candidate.metrics].flat()
  const quality = all.filter(({ kind }) => isQuality(kind))
  // Without a metric of quality the amounts decide, so that one of them may not be missing either.
  const guarding = quality.length > 0 ? quality : all
  const wanted = new Set(namesGuardrails(plan) ? [] : guarding.map(({ name }) => name))
  const names = [baseline.metrics, candidate.metrics, plan.metrics].flatMap((list) => list.map(({ name }) => name))
  const known = new Set(compared.map(({ name }) => name))
  return [...new Set(names)]
    .filter((name) => !known.has(name))
    .toSorted()
    .map((name) => {
      const planned = plan.metrics.find((metric) => metric.name === name)?.primary
      return { name, primary: planned ?? wanted.has(name) }
    })
}
