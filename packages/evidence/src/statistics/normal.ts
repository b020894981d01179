const SQRT_TWO_PI = Math.sqrt(2 * Math.PI)
/** Left of this the power series is exact; right of it the continued fraction keeps the relative precision of the tail. */
const TAIL_FROM = 2

/** The probability that a standard normal variable is at most `z`, with full relative precision in the lower tail. */
export function normalCdf(z: number): number {
  if (z > 0) return 1 - normalCdf(-z)
  return z > -TAIL_FROM ? 0.5 - centralArea(-z) : upperTail(-z)
}

/** The `p` quantile of the standard normal distribution, for `0 < p < 1`. */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p)
  // Abramowitz & Stegun 26.2.23 is within 4.5e-4; Halley's step triples the digits each time.
  const t = Math.sqrt(-2 * Math.log(p))
  let z = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t
  for (let step = 0; step < 3; step += 1) {
    const newton = (normalCdf(z) - p) / density(z)
    z -= newton / (1 + (z * newton) / 2)
  }
  return z
}

/** The area between 0 and `z`. Source: NIST DLMF 7.6.2; every term is positive, so nothing cancels. */
function centralArea(z: number): number {
  let term = z
  let sum = z
  for (let odd = 3; term > sum * 1e-17; odd += 2) {
    term *= (z * z) / odd
    sum += term
  }
  return density(z) * sum
}

/** The area right of `z`, by the continued fraction of Mills's ratio, evaluated from its far end. */
function upperTail(z: number): number {
  let fraction = z
  for (let step = 150; step >= 1; step -= 1) fraction = z + step / fraction
  return density(z) / fraction
}

function density(z: number): number {
  return Math.exp((-z * z) / 2) / SQRT_TWO_PI
}
