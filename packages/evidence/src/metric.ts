import { z } from 'zod'

/**
 * The kind of a metric: what it measures, which decides its estimator and its default margin.
 * `binary`: 0/1 quality. `safety`: 0/1, with a tighter margin. `continuous`: a score. `latency`, `cost`, `tokens`: positive amounts, compared as ratios.
 */
export type MetricKind = 'binary' | 'safety' | 'continuous' | 'latency' | 'cost' | 'tokens'

/** Which way is better. */
export type Direction = 'up' | 'down'

/**
 * Who says which way is better: a person (`stated`), the format of the file (`format`), the metric's name by the curated table
 * (`name`), or its kind (`kind`: less latency, cost and tokens are better).
 */
export type DirectionSource = 'stated' | 'format' | 'name' | 'kind'

/** The ends of a score's scale, as somebody declared them: never what was seen. */
export interface Scale {
  readonly lower: number
  readonly upper: number
}

/** A metric of an evaluation run. */
export interface MetricDefinition {
  readonly name: string
  readonly kind: MetricKind
  /** Null where nothing says which way is better. */
  readonly direction: Direction | null
  /** Absent in runs that were imported when every unknown direction was taken for `up`. */
  readonly directionFrom?: DirectionSource | undefined
  /** Of a score, where it is known; a 0/1 metric needs none. */
  readonly scale?: Scale | undefined
}

/** Wire schema of a metric's kind. */
export const metricKindSchema: z.ZodType<MetricKind> = z.enum([
  'binary',
  'safety',
  'continuous',
  'latency',
  'cost',
  'tokens',
])

/** Wire schema of a direction. */
export const directionSchema: z.ZodType<Direction> = z.enum(['up', 'down'])

/** Wire schema of who says a direction. */
export const directionSourceSchema: z.ZodType<DirectionSource> = z.enum(['stated', 'format', 'name', 'kind'])

/** Wire schema of a scale. */
export const scaleSchema: z.ZodType<Scale> = z
  .strictObject({ lower: z.number(), upper: z.number() })
  .refine(({ lower, upper }) => lower < upper && Number.isFinite(upper - lower), {
    error: 'the lower end must lie below the upper',
  })

/** Whether the metric says how good an answer was: an error then counts as a failure. */
export function isQuality(kind: MetricKind): boolean {
  return kind === 'binary' || kind === 'safety' || kind === 'continuous'
}

/** Whether every value must be 0 or 1. */
export function isBinary(kind: MetricKind): boolean {
  return kind === 'binary' || kind === 'safety'
}

/**
 * The largest loss that doesn't matter, unless somebody says otherwise: relative for amounts (0.1 = 10%), a share of the scale for
 * quality. Undefined for a score whose scale nobody declared: 0.02 is nothing on 0..100 and much on 0..0.05.
 */
export function defaultMargin(kind: MetricKind, scale: Scale | undefined): number | undefined {
  if (!isQuality(kind)) return 0.1
  if (isBinary(kind)) return kind === 'safety' ? 0.01 : 0.02
  return scale === undefined ? undefined : 0.02 * (scale.upper - scale.lower)
}
