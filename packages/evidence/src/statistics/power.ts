import { LOWER_TAIL } from './interval.ts'
import { normalCdf, normalQuantile } from './normal.ts'

const CONFIDENCE_Z = -normalQuantile(LOWER_TAIL)
const POWER_Z = normalQuantile(0.8)

/** How many pairs tell a loss as large as the margin from none, at 95% confidence and 80% power: `((1.96 + 0.84) sd / M)^2`. */
export function pairsForMargin(standardDeviation: number, margin: number): number {
  return Math.ceil((((CONFIDENCE_Z + POWER_Z) * standardDeviation) / margin) ** 2)
}

/**
 * How many pairs in all would settle an inconclusive comparison: enough for the margin, and enough that an interval around this
 * same (oriented) difference leaves out either the margin or zero.
 */
export function pairsToDecide(standardDeviation: number, margin: number, delta: number): number {
  const distance = Math.max(margin + delta, -delta)
  const aroundDelta = Math.ceil(((CONFIDENCE_Z * standardDeviation) / distance) ** 2)
  return Math.max(pairsForMargin(standardDeviation, margin), aroundDelta)
}

/** The smallest difference that this many pairs would find with 80% power. */
export function detectableDifference(standardError: number): number {
  return (CONFIDENCE_Z + POWER_Z) * standardError
}

/** The chance that an interval of this standard error lies above minus the margin, where nothing changed. */
export function chanceToShow(standardError: number, margin: number): number {
  return normalCdf(margin / standardError - CONFIDENCE_Z)
}
