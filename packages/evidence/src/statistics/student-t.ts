import { incompleteBeta } from './incomplete-beta.ts'
import { logBeta } from './log-gamma.ts'
import { normalQuantile } from './normal.ts'

/** The probability that |T| is at least `|t|`, for Student's t with `df` degrees of freedom (any `df > 0`). */
export function twoSidedP(t: number, df: number): number {
  const square = t * t
  if (!Number.isFinite(square)) return 0
  return incompleteBeta(df / (df + square), df / 2, 0.5, square / (df + square))
}

/** The probability that T is at most `t`, with full relative precision in the lower tail. */
export function studentCdf(t: number, df: number): number {
  const tail = twoSidedP(t, df) / 2
  return t < 0 ? tail : 1 - tail
}

/** The `p` quantile of Student's t with `df` degrees of freedom, for `0 < p < 1`. */
export function studentQuantile(p: number, df: number): number {
  if (p === 0.5) return 0
  if (p > 0.5) return -studentQuantile(1 - p, df)
  // The quantile lies left of the normal's; double the distance until it is bracketed, then Newton kept inside the bracket.
  let upper = Math.min(normalQuantile(p), 0)
  let lower = Math.min(2 * upper, -1)
  while (studentCdf(lower, df) > p) lower *= 2
  let t = upper
  for (let step = 0; step < 200; step += 1) {
    const excess = studentCdf(t, df) - p
    if (excess > 0) upper = t
    else lower = t
    const newton = t - excess / density(t, df)
    const next = newton > lower && newton < upper ? newton : (lower + upper) / 2
    if (Math.abs(next - t) <= 1e-15 * Math.abs(t)) return next
    t = next
  }
  return t
}

function density(t: number, df: number): number {
  return Math.exp(-((df + 1) / 2) * Math.log1p((t * t) / df) - logBeta(df / 2, 0.5)) / Math.sqrt(df)
}
