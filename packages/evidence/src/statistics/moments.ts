/** The arithmetic mean of at least one value. */
export function mean(values: readonly number[]): number {
  // Dividing first keeps huge values finite; a second pass removes the rounding of the first.
  const rough = values.reduce((sum, value) => sum + value / values.length, 0)
  return rough + values.reduce((sum, value) => sum + (value - rough) / values.length, 0)
}

/** The sample standard deviation (n - 1) of at least two values. */
export function standardDeviation(values: readonly number[]): number {
  const centre = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1))
}

/** The `p` quantile (0..1) of at least one value, interpolated linearly (type 7 of Hyndman & Fan 1996, the default of R and numpy). */
export function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const position = p * (sorted.length - 1)
  const below = sorted[Math.floor(position)] ?? Number.NaN
  const above = sorted[Math.ceil(position)] ?? below
  return below + (above - below) * (position - Math.floor(position))
}
