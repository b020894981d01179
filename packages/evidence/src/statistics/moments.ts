/** The arithmetic mean of at least one value. */
export function mean(values: ArrayLike<number>): number {
  const { length } = values
  // Dividing first keeps huge values finite; a second pass removes the rounding of the first.
  let rough = 0
  for (let index = 0; index < length; index += 1) rough += (values[index] ?? Number.NaN) / length
  let rest = 0
  for (let index = 0; index < length; index += 1) rest += ((values[index] ?? Number.NaN) - rough) / length
  return rough + rest
}

/** The sample standard deviation (n - 1) of at least two values. */
export function standardDeviation(values: ArrayLike<number>): number {
  const centre = mean(values)
  let squares = 0
  for (let index = 0; index < values.length; index += 1) squares += ((values[index] ?? Number.NaN) - centre) ** 2
  return Math.sqrt(squares / (values.length - 1))
}

/** The `p` quantile (0..1) of at least one value, interpolated linearly (type 7 of Hyndman & Fan 1996, the default of R and numpy). */
export function quantile(values: ArrayLike<number>, p: number): number {
  const copy = new Float64Array(values)
  const sorted = copy.toSorted()
  copy.buffer.transfer(0)
  const found = quantileOfSorted(sorted, p)
  sorted.buffer.transfer(0)
  return found
}

/** The same of values in ascending order. */
export function quantileOfSorted(sorted: Float64Array, p: number): number {
  const position = p * (sorted.length - 1)
  const below = sorted[Math.floor(position)] ?? Number.NaN
  const above = sorted[Math.ceil(position)] ?? below
  return below + (above - below) * (position - Math.floor(position))
}
