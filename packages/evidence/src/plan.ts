import { z } from 'zod'
import { labelSchema } from './identifier.ts'
import {
  directionSchema,
  metricKindSchema,
  scaleSchema,
  type Direction,
  type MetricKind,
  type Scale,
} from './metric.ts'

/** The plan for one metric: what the assessment holds it to. What isn't said is taken from the runs and the defaults. */
export interface MetricPlan {
  readonly name: string
  readonly kind?: MetricKind | undefined
  readonly direction?: Direction | undefined
  /** The largest loss that doesn't matter: absolute for quality, relative (0.1 = 10%) for latency, cost and tokens. */
  readonly margin?: number | undefined
  /** The ends of a score's scale. The default margin is a share of it, and an error counts as its worse end. */
  readonly scale?: Scale | undefined
  /**
   * Primary metrics are guardrails: the worst of them is the verdict. Where none is named, every metric of quality is one. `false`
   * sets a metric aside: it decides nothing, however much worse it is.
   */
  readonly primary?: boolean | undefined
  /** The value that an error counts as. Default: the worse end of the scale; where none is known, the worst value seen. */
  readonly failureValue?: number | undefined
}

/**
 * The plan of an assessment, made before the results are looked at.
 * `prospective`: a planned change. `diagnostic`: two dated runs of one configuration. `counterfactual`: what if; never green.
 */
export interface AssessmentPlan {
  readonly mode: 'prospective' | 'diagnostic' | 'counterfactual'
  readonly metrics: readonly MetricPlan[]
  /** Slices in which each primary metric is a guardrail of its own. */
  readonly criticalSlices: readonly string[]
}

/** A plan with nothing said: a planned change under the default margins. */
export const defaultPlan: AssessmentPlan = { mode: 'prospective', metrics: [], criticalSlices: [] }

const metricPlanSchema: z.ZodType<MetricPlan> = z.strictObject({
  name: labelSchema,
  kind: metricKindSchema.optional(),
  direction: directionSchema.optional(),
  margin: z.number().positive().optional(),
  scale: scaleSchema.optional(),
  primary: z.boolean().optional(),
  failureValue: z.number().optional(),
})

/** Wire schema of an assessment's plan. */
export const assessmentPlanSchema: z.ZodType<AssessmentPlan> = z.strictObject({
  mode: z.enum(['prospective', 'diagnostic', 'counterfactual']).default('prospective'),
  metrics: z
    .array(metricPlanSchema)
    .max(200)
    .refine((metrics) => new Set(metrics.map(({ name }) => name)).size === metrics.length, {
      error: 'a metric is named twice',
    })
    .default([]),
  criticalSlices: z.array(labelSchema).max(200).default([]),
})
