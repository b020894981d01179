import type { Interval } from './interval.ts'

/**
 * Bands of a change's effect on a metric, worst first. There is no "not significant": what the evidence leaves open is `inconclusive`, and
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

/** Whether a band says that something became worse. */
export function isLoss(band: Band): boolean {
  return band === 'material_regression' || band === 'regression' || band === 'minor_regression'
}

/** The worst of some bands; of none at all nothing is known. */
export function worstBand(bands: readonly Band[]): Band {
  return BANDS.find((band) => bands.includes(band)) ?? 'inconclusive'
}

/**
 * Corrects a band for all of its kind that are looked at together: guardrails by Holm's correction, slices by Benjamini and Hochberg's.
 * A claim of a change that doesn't survive the correction falls back to what the interval says about the margin alone.
 * `adjustedP` is against "no difference": that some change is real is corrected for all of them, that a loss exceeds its
 * margin isn't, and rests on its own interval;
 * `non_inferior` needs no correction, because the overall verdict needs every guardrail to hold at once (an intersection-union test).
 */
export function bandAfterCorrection(band: Band, adjustedP: number, level = 0.05): Band {
  if (adjustedP <= level) return band
  if (band === 'material_regression' || band === 'regression') return 'inconclusive'
  if (band === 'minor_regression' || band === 'improved') return 'non_inferior'
  return band
}
