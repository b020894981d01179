import { z } from 'zod'
import { labelSchema } from './identifier.ts'
import {
  directionSchema,
  metricKindSchema,
  scaleSchema,
  type Direction,
  type DirectionSource,
  type MetricKind,
  type Scale,
} from './metric.ts'
import type { AssessmentPlan } from './plan.ts'
import type { Estimator } from './statistics/estimate.ts'
import type { Interval } from './statistics/interval.ts'
import { BANDS, type Band } from './statistics/verdict.ts'

// With its schema, for who reads assessments without the statistics.
export { BANDS } from './statistics/verdict.ts'

const WARNING_CODES = [
  'same_source',
  'metric_missing',
  'mostly_errors',
  'kind_conflict',
  'direction_conflict',
  'direction_unknown',
  'scale_conflict',
  'margin_unknown',
  'off_scale',
  'scale_mismatch',
  'unit_mismatch',
  'floor',
  'ceiling',
  'constant',
  'no_primary_metric',
  'nothing_compared',
  'ids_nearly_match',
  'too_few_pairs',
  'no_variation',
  'missing_pairs',
  'uneven_missingness',
  'not_computable',
  'non_positive_values',
  'few_clusters',
  'default_margin_on_wide_scale',
  'critical_slice_missing',
  'too_many_slices',
  'secondary_regression',
  'slice_regression',
  'counterfactual',
] as const

/** A reason to read a result with care. */
export interface AssessmentWarning {
  readonly code: (typeof WARNING_CODES)[number]
  readonly text: string
  readonly metric: string | null
  readonly slice: string | null
}

/** How far the run reaches, and what the next one needs. Counts are pairs; differences are on the metric's own scale. */
export interface PowerAdvice {
  /** The smallest loss that this many pairs would find with 80% power. */
  readonly detectableLoss: number
  /** Pairs that tell a loss of one margin from none, at 95% confidence and 80% power. */
  readonly pairsForMargin: number
  /** More pairs that would settle an inconclusive comparison; 0 when it is settled. */
  readonly morePairs: number
}

/**
 * One metric compared, over all cases or in one slice. On an `absolute` scale `delta`, `interval` and `margin` are in the metric's
 * unit; on a `relative` one they are shares of the baseline (`-0.2` = 20% less), from the ratio of geometric means, and
 * `standardError` is that of the logarithm. `delta` is candidate minus baseline as measured; the band knows which way is better.
 */
export interface MetricAssessment {
  readonly metric: string
  readonly slice: string | null
  readonly kind: MetricKind
  /** Null where nothing says which way is better. */
  readonly direction: Direction | null
  /** Who says it; absent in assessments of earlier releases, as are the other fields that may be absent. */
  readonly directionFrom?: DirectionSource | 'plan' | null | undefined
  readonly primary: boolean
  /** The metric that has the same value in every case, and decides in its place; null where there is none. */
  readonly sameAs?: string | null | undefined
  /** Null where no default fits and none was given. */
  readonly margin: number | null
  readonly scale: 'absolute' | 'relative'
  /** The ends of a score's scale, where somebody declared them. */
  readonly declaredScale?: Scale | null | undefined
  readonly estimator: Estimator | null
  readonly pairs: number
  readonly missing: {
    readonly baseline: number
    readonly candidate: number
    readonly both: number
    readonly share: number
  }
  readonly baselineMean: number | null
  readonly candidateMean: number | null
  /** The same over the pairs of which both sides answered; null where no error counts as a failure. */
  readonly withoutErrors?: AnswersAlone | null | undefined
  readonly delta: number | null
  readonly interval: Interval | null
  readonly standardError: number | null
  readonly p: number | null
  /** McNemar's exact p, for 0/1 metrics. */
  readonly exactP: number | null
  /** Holm over the guardrails; Benjamini-Hochberg over the slices. */
  readonly adjustedP: number | null
  /** Cases that were 1 and are 0, and the reverse; null unless the metric is 0/1. */
  readonly lost: number | null
  readonly gained: number | null
  readonly clusters: number | null
  readonly designEffect: number | null
  /** The candidate's total over the baseline's, minus 1. */
  readonly totalChange: { readonly estimate: number; readonly lower: number; readonly upper: number } | null
  readonly p50Change: number | null
  readonly p95Change: number | null
  readonly evidenceWeight: number | null
  readonly evidenceWeightedDelta: number | null
  readonly regressionRisk: number | null
  readonly power: PowerAdvice | null
  readonly band: Band
}

/** A metric of quality without the cases in which a side gave no answer. */
export interface AnswersAlone {
  readonly pairs: number
  readonly baselineMean: number | null
  readonly candidateMean: number | null
  readonly delta: number | null
  readonly interval: Interval | null
}

/** A primary metric, over all cases or in a critical slice, after Holm's correction over all guardrails. */
export interface Guardrail {
  readonly metric: string
  readonly slice: string | null
  readonly band: Band
  readonly adjustedP: number | null
}

/** Where one side's numbers came from. */
export interface AssessedInput {
  readonly format: string
  readonly sourceDigest: string
  readonly selection: string | null
  readonly cases: number
  readonly errors: number
}

/** The risk assessment of a change (AURA): a verdict, and everything it rests on. */
export interface Assessment {
  readonly schema: 'afterai.assessment/v1'
  readonly mode: AssessmentPlan['mode']
  /** The worst guardrail; a metric of quality that is materially worse counts as one unless the plan sets it aside. */
  readonly verdict: Band
  /** The probability that at least one guardrail lost more than its margin; null unless all were measured. */
  readonly overallRisk: number | null
  readonly guardrails: readonly Guardrail[]
  readonly metrics: readonly MetricAssessment[]
  readonly slices: readonly MetricAssessment[]
  readonly warnings: readonly AssessmentWarning[]
  readonly baseline: AssessedInput
  readonly candidate: AssessedInput
}

const count = z.int().nonnegative()
const share = z.number().min(0).max(1)
const amount = z.number().nullable()
const probability = share.nullable()
const bandSchema = z.enum(BANDS)
const sliceSchema = labelSchema.nullable()

const intervalSchema = z.strictObject({ lower: z.number(), upper: z.number() })

const answersAloneSchema: z.ZodType<AnswersAlone> = z.strictObject({
  pairs: count,
  baselineMean: amount,
  candidateMean: amount,
  delta: amount,
  interval: intervalSchema.nullable(),
})

const metricAssessmentSchema: z.ZodType<MetricAssessment> = z.strictObject({
  metric: labelSchema,
  slice: sliceSchema,
  kind: metricKindSchema,
  direction: directionSchema.nullable(),
  directionFrom: z.enum(['stated', 'format', 'name', 'kind', 'plan']).nullable().optional(),
  primary: z.boolean(),
  sameAs: labelSchema.nullable().optional(),
  margin: z.number().positive().nullable(),
  scale: z.enum(['absolute', 'relative']),
  declaredScale: scaleSchema.nullable().optional(),
  estimator: z.enum(['tango', 'paired_t', 'clustered_t', 'log_ratio_t', 'clustered_log_ratio_t']).nullable(),
  pairs: count,
  missing: z.strictObject({ baseline: count, candidate: count, both: count, share }),
  baselineMean: amount,
  candidateMean: amount,
  withoutErrors: answersAloneSchema.nullable().optional(),
  delta: amount,
  interval: intervalSchema.nullable(),
  standardError: amount,
  p: probability,
  exactP: probability,
  adjustedP: probability,
  lost: count.nullable(),
  gained: count.nullable(),
  clusters: count.nullable(),
  designEffect: amount,
  totalChange: z.strictObject({ estimate: z.number(), lower: z.number(), upper: z.number() }).nullable(),
  p50Change: amount,
  p95Change: amount,
  evidenceWeight: probability,
  evidenceWeightedDelta: amount,
  regressionRisk: probability,
  power: z.strictObject({ detectableLoss: z.number(), pairsForMargin: count, morePairs: count }).nullable(),
  band: bandSchema,
})

const inputSchema: z.ZodType<AssessedInput> = z.strictObject({
  format: z.string(),
  sourceDigest: z.string().regex(/^[0-9a-f]{64}$/),
  selection: sliceSchema,
  cases: count,
  errors: count,
})

/** Wire schema of an assessment. */
export const assessmentSchema: z.ZodType<Assessment> = z.strictObject({
  schema: z.literal('afterai.assessment/v1'),
  mode: z.enum(['prospective', 'diagnostic', 'counterfactual']),
  verdict: bandSchema,
  overallRisk: probability,
  guardrails: z.array(
    z.strictObject({ metric: labelSchema, slice: sliceSchema, band: bandSchema, adjustedP: probability }),
  ),
  metrics: z.array(metricAssessmentSchema),
  slices: z.array(metricAssessmentSchema),
  warnings: z.array(
    z.strictObject({ code: z.enum(WARNING_CODES), text: z.string(), metric: sliceSchema, slice: sliceSchema }),
  ),
  baseline: inputSchema,
  candidate: inputSchema,
})
