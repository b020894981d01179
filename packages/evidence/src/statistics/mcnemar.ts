import { incompleteBeta } from './incomplete-beta.ts'
import { logBeta } from './log-gamma.ts'

/** Two-sided p values of McNemar's test for the two counts of pairs that changed. */
export interface McNemar {
  /** Exact binomial p: never too small, often too large. */
  readonly exact: number
  /** Mid-p: half of the observed outcome's own probability is left out, which brings the error rate close to its nominal value. */
  readonly midP: number
}

/**
 * McNemar's test of `lost` against `gained` pairs: under no change each changed pair is a fair coin.
 * Source: Fagerland, Lydersen, Laake 2013, "The McNemar test for binary matched-pairs data".
 */
export function mcNemar(lost: number, gained: number): McNemar {
  const changed = lost + gained
  if (changed === 0) return { exact: 1, midP: 1 }
  const fewer = Math.min(lost, gained)
  const atMostFewer = incompleteBeta(0.5, changed - fewer, fewer + 1)
  const exactlyFewer = Math.exp(-Math.log(changed + 1) - logBeta(changed - fewer + 1, fewer + 1) - changed * Math.LN2)
  return { exact: Math.min(1, 2 * atMostFewer), midP: Math.min(1, 2 * atMostFewer - exactlyFewer) }
}
