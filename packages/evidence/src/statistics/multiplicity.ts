/** Holm's adjusted p values, in the order given: comparing each with 0.05 keeps the chance of any false claim at 5%. Source: Holm 1979. */
export function holm(pValues: readonly number[]): number[] {
  let largest = 0
  return inOrder(pValues, ascending(pValues), (p, rank) => {
    largest = Math.max(largest, Math.min(1, p * (pValues.length - rank)))
    return largest
  })
}

/** Benjamini & Hochberg's adjusted p values, in the order given: comparing each with q keeps the share of false claims at q. Source: 1995. */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  let smallest = 1
  return inOrder(pValues, ascending(pValues).toReversed(), (p, step) => {
    smallest = Math.min(smallest, (p * pValues.length) / (pValues.length - step))
    return smallest
  })
}

function ascending(pValues: readonly number[]): number[] {
  return pValues.map((_, index) => index).toSorted((a, b) => (pValues[a] ?? 0) - (pValues[b] ?? 0))
}

/** Visits the p values along `order` and puts what `adjust` answers back in their first places. */
function inOrder(
  pValues: readonly number[],
  order: readonly number[],
  adjust: (p: number, step: number) => number,
): number[] {
  const adjusted: number[] = Array.from({ length: pValues.length })
  order.forEach((index, step) => {
    adjusted[index] = adjust(pValues[index] ?? Number.NaN, step)
  })
  return adjusted
}
