import { LOWER_TAIL, type Interval } from './interval.ts'
import { normalQuantile } from './normal.ts'

const Z = -normalQuantile(LOWER_TAIL)

/** How a binary outcome fell in both runs of `pairs` pairs. */
export interface ChangedPairs {
  readonly pairs: number
  /** Pairs that were 1 in the baseline and 0 in the candidate. */
  readonly lost: number
  /** Pairs that were 0 in the baseline and 1 in the candidate. */
  readonly gained: number
}

/**
 * The 95% score interval of the difference of two paired proportions, candidate minus baseline.
 * It stays inside [-1, 1] and is honest with few or no changed pairs, where the usual interval has no width.
 * Source: Tango 1998, Statistics in Medicine 17, 891-908.
 */
export function tangoInterval(counts: ChangedPairs): Interval {
  const estimate = (counts.gained - counts.lost) / counts.pairs
  return {
    lower: whereScoreEquals(Z, counts, -1, estimate),
    upper: whereScoreEquals(-Z, counts, estimate, 1),
  }
}

/** The score falls as the supposed difference grows, so halving finds the crossing; 100 halvings exhaust a double. */
function whereScoreEquals(target: number, counts: ChangedPairs, from: number, to: number): number {
  let low = from
  let high = to
  for (let step = 0; step < 100 && low < high; step += 1) {
    const middle = (low + high) / 2
    if (score(middle, counts) > target) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Tango's score statistic for a supposed difference; the nuisance proportion is at its maximum-likelihood value. */
function score(difference: number, { pairs, lost, gained }: ChangedPairs): number {
  const b = (2 * pairs - gained + lost) * difference - gained - lost
  const c = -lost * difference * (1 - difference)
  const lostShare = (Math.sqrt(b * b - 8 * pairs * c) - b) / (4 * pairs)
  const variance = pairs * (2 * lostShare + difference * (1 - difference))
  const distance = gained - lost - pairs * difference
  if (variance <= 0) return distance === 0 ? 0 : Math.sign(distance) * Infinity
  return distance / Math.sqrt(variance)
}
