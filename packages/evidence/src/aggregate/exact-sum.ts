/**
 * A sum of doubles without rounding, as parts that don't overlap, smallest first: whatever the order of adding, and however the
 * numbers are split and merged, `totalOf` is the same. Source: Shewchuk, "Adaptive Precision Floating-Point Arithmetic", 1997.
 */
export type ExactSum = number[]

/**
 * Adds a number to a sum, in place. What is beyond all doubles stays at the largest, so that a sum can always be kept and read; an infinite
 * number counts as that.
 */
export function addExactly(sum: ExactSum, value: number): void {
  const before = sum.length
  let carried = value
  let kept = 0
  for (let index = 0; index < before; index++) {
    const part = sum[index] ?? 0
    const high = carried + part
    const low = Math.abs(carried) < Math.abs(part) ? carried - (high - part) : part - (high - carried)
    if (low !== 0) sum[kept++] = low
    carried = high
  }
  if (carried - carried !== 0) {
    sum[0] = Math.sign(carried) * Number.MAX_VALUE
    sum.length = 1
    return
  }
  if (carried !== 0) sum[kept++] = carried
  // As many parts as before is the rule, and to set a length that doesn't change costs more than the adding.
  if (kept < before) sum.length = kept
}

/** The sum, rounded once: to the nearest double, ties to even. */
export function totalOf(sum: Readonly<ExactSum>): number {
  let index = sum.length - 1
  let high = sum[index] ?? 0
  let low = 0
  while (index > 0 && low === 0) {
    const part = sum[--index] ?? 0
    const before = high
    high = before + part
    low = part - (high - before)
  }
  // What lies below the last part decides a tie.
  const below = index > 0 ? (sum[index - 1] ?? 0) : 0
  const doubled = low * 2
  const tie = (low < 0 && below < 0) || (low > 0 && below > 0)
  return tie && high + doubled - high === doubled ? high + doubled : high
}
