const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI)
/** Above this the Stirling series below is exact to a double; smaller arguments are shifted up to it. */
const SERIES_FROM = 15

/** The natural logarithm of the gamma function, for `x > 0`. Source: Stirling's series, NIST DLMF 5.11.1, with the recurrence 5.5.1. */
export function logGamma(x: number): number {
  let product = 1
  let shifted = x
  while (shifted < SERIES_FROM) {
    product *= shifted
    shifted += 1
  }
  return (
    (shifted - 0.5) * Math.log(shifted) - shifted + HALF_LOG_TWO_PI + stirlingRemainder(shifted) - Math.log(product)
  )
}

/**
 * The natural logarithm of the beta function, for `a, b > 0`.
 * For large arguments the big terms of the three log-gammas are cancelled on paper, so no digits are lost to subtraction.
 */
export function logBeta(a: number, b: number): number {
  const small = Math.min(a, b)
  const large = Math.max(a, b)
  const share = small / (small + large)
  if (small >= SERIES_FROM) {
    const remainder = stirlingRemainder(small) + stirlingRemainder(large) - stirlingRemainder(small + large)
    return (
      HALF_LOG_TWO_PI - 0.5 * Math.log(large) + remainder + (small - 0.5) * Math.log(share) + large * Math.log1p(-share)
    )
  }
  if (large >= SERIES_FROM) {
    const remainder = stirlingRemainder(large) - stirlingRemainder(small + large)
    return logGamma(small) + remainder + small - small * Math.log(small + large) + (large - 0.5) * Math.log1p(-share)
  }
  return logGamma(small) + logGamma(large) - logGamma(small + large)
}

/** Computes the remainder that Stirling's leading terms leave out of log-gamma, for `x >= 15`. */
function stirlingRemainder(x: number): number {
  const square = x * x
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / x
}
