import { z } from 'zod'

/**
 * What a metric measures, which settles its estimator and its default margin.
 * `binary`: 0/1 quality. `safety`: 0/1, with a tighter margin. `continuous`: a score. `latency`, `cost`, `tokens`: positive amounts, compared as ratios.
 */
export type MetricKind = 'binary' | 'safety' | 'continuous' | 'latency' | 'cost' | 'tokens'

/** Which way is better. */
export type Direction = 'up' | 'down'

/** A metric of an evaluation run. */
export interface MetricDefinition {
  readonly name: string
  readonly kind: MetricKind
  readonly direction: Direction
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

/** Whether the metric says how good an answer was: an error then counts as a failure. */
export function isQuality(kind: MetricKind): boolean {
  return kind === 'binary' || kind === 'safety' || kind === 'continuous'
}

/** Whether every value must be 0 or 1. */
export function isBinary(kind: MetricKind): boolean {
  return kind === 'binary' || kind === 'safety'
}

/** The direction of a metric nobody declared: quality goes up, amounts go down. */
export function defaultDirection(kind: MetricKind): Direction {
  return isQuality(kind) ? 'up' : 'down'
}

/** The largest loss that doesn't matter, unless the plan says otherwise: absolute for quality, relative for amounts. */
export function defaultMargin(kind: MetricKind): number {
  if (kind === 'safety') return 0.01
  return isQuality(kind) ? 0.02 : 0.1
}
