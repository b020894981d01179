import { logBeta } from './log-gamma.ts'

const TINY = 1e-300
const PRECISION = 1e-16
const MOST_STEPS = 20_000

/**
 * The regularised incomplete beta function `I_x(a, b)`: the distribution function of Beta(a, b).
 * `complement` is `1 - x`, passed by callers who know it without rounding.
 * Source: continued fraction, NIST DLMF 8.17.22, by Lentz's method.
 */
export function incompleteBeta(x: number, a: number, b: number, complement: number = 1 - x): number {
  if (x <= 0) return 0
  if (complement <= 0) return 1
  // The fraction converges fast only left of the mean; on the right the mirror image is computed.
  if (x > (a + 1) / (a + b + 2)) return 1 - lowerTail(complement, b, a, x)
  return lowerTail(x, a, b, complement)
}

/** `I_x(a, b)` to full relative precision for x left of the mean. */
function lowerTail(x: number, a: number, b: number, complement: number): number {
  const logX = x > 0.5 ? Math.log1p(-complement) : Math.log(x)
  const logComplement = complement > 0.5 ? Math.log1p(-x) : Math.log(complement)
  const front = Math.exp(a * logX + b * logComplement - logBeta(a, b)) / a
  return front * continuedFraction(x, a, b)
}

function continuedFraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let step = 1; step <= MOST_STEPS; step += 1) {
    const even = (step * (b - step) * x) / ((a + 2 * step - 1) * (a + 2 * step))
    d = 1 / awayFromZero(1 + even * d)
    c = awayFromZero(1 + even / c)
    fraction *= d * c
    const odd = (-(a + step) * (a + b + step) * x) / ((a + 2 * step) * (a + 2 * step + 1))
    d = 1 / awayFromZero(1 + odd * d)
    c = awayFromZero(1 + odd / c)
    fraction *= d * c
    if (Math.abs(d * c - 1) <= PRECISION * 4) break
  }
  return fraction
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}
