import type { Interval } from './interval.ts'

/**
 * What a change did to a metric, worst first. There is no "not significant": what the evidence leaves open is `inconclusive`, and
 * what can't be judged because nobody said its direction, scale or unit is `withheld`.
 */
export const BANDS = [
  'material_regression',
  'regression',
  'withheld',
  'minor_regression',
  'inconclusive',
  'non_inferior',
  'improved',
] as const

/** One of `BANDS`. */
export type Band = (typeof BANDS)[number]

/**
 * The band of an interval against a margin that was set beforehand.
 * Both are oriented so that up is better: `margin` is the largest loss that would not matter, above 0.
 */
export function bandOf({ lower, upper }: Interval, margin: number): Band {
  if (upper < -margin) return 'material_regression'
  if (upper < 0) return lower <= -margin ? 'regression' : 'minor_regression'
  if (lower > 0) return 'improved'
  return lower > -margin ? 'non_inferior' : 'inconclusive'
}

/** Whether a band lets a change pass. */
export function isGreen(band: Band): boolean {
  return band === 'non_inferior' || band === 'improved'
}

/** The worst of some bands; of none at all nothing is known. */
export function worstBand(bands: readonly Band[]): Band {
  return BANDS.find((band) => bands.includes(band)) ?? 'inconclusive'
}

/**
 * What a guardrail's band is worth once all guardrails are looked at together.
 * A claim of a change that doesn't survive Holm's correction falls back to what the interval says about the margin alone.
 * `adjustedP` is against "no difference": that some change is real is corrected for all guardrails, that a loss exceeds its
 * margin isn't, and rests on the guardrail's own interval;
 * `non_inferior` needs no correction, because the overall verdict needs every guardrail to hold at once (an intersection-union test).
 */
export function bandAfterHolm(band: Band, adjustedP: number, level = 0.05): Band {
  if (adjustedP <= level) return band
  if (band === 'material_regression' || band === 'regression') return 'inconclusive'
  if (band === 'minor_regression' || band === 'improved') return 'non_inferior'
  return band
}
