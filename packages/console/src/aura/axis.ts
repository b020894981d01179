import type { Metric } from './metric-words.ts'

// Differences are shown in multiples of the row's own margin, on an asinh scale: metrics of different units share zero and the margin's
// line, and one look reads them all.
const left = -Math.asinh(42)
const right = Math.asinh(20)
const leftmost = -38
const rightmost = 18

/** Marks of the axis, in margins. */
export const ticks = [-10, -3, -1, 0, 1, 3, 10] as const

/** Where a multiple of the margin lies, in percent of the plot's width; what is off the plot is set at its edge. */
export function place(margins: number): number {
  const inside = Math.max(leftmost, Math.min(rightmost, margins))
  return ((Math.asinh(inside) - left) / (right - left)) * 100
}

/** A difference with its interval in margins, turned so that left is worse. */
export interface Oriented {
  readonly delta: number
  readonly lower: number
  readonly upper: number
}

/** Turns a row so that left is worse; undefined where its direction, its margin or its interval isn't known. */
export function orient({
  direction,
  margin,
  delta,
  interval,
}: Pick<Metric, 'direction' | 'margin' | 'delta' | 'interval'>): Oriented | undefined {
  if (direction === null || margin === null || margin <= 0 || delta === null || interval === null) return undefined
  const sign = direction === 'up' ? 1 : -1
  const [a, b] = [(sign * interval.lower) / margin, (sign * interval.upper) / margin]
  return { delta: (sign * delta) / margin, lower: Math.min(a, b), upper: Math.max(a, b) }
}
