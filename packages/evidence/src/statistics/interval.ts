/** A confidence interval, `lower <= upper`. */
export interface Interval {
  readonly lower: number
  readonly upper: number
}

/** The confidence of every interval: 95%. */
export const CONFIDENCE = 0.95

/** The probability left in the lower tail by a two-sided interval. */
export const LOWER_TAIL: number = (1 - CONFIDENCE) / 2
