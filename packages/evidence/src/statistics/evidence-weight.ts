import { normalCdf } from './normal.ts'

/** A difference shrunk by how little is known about it. */
export interface WeightedEvidence {
  /** 0..1: the share of the raw difference that the evidence supports. */
  readonly evidenceWeight: number
  /** `evidenceWeight` times the raw difference. */
  readonly evidenceWeightedDelta: number
  /** The probability that the true loss is larger than the margin. */
  readonly regressionRisk: number
}

/**
 * Weighs an oriented difference (up is better) by its standard error: the posterior of a normal prior centred at "no change".
 * `tau` is the prior's spread: twice the margin unless learnt from past comparisons.
 */
export function weighEvidence(
  { delta, standardError, margin }: { delta: number; standardError: number; margin: number },
  tau: number = 2 * margin,
): WeightedEvidence {
  const evidenceWeight = tau ** 2 / (tau ** 2 + standardError ** 2)
  const evidenceWeightedDelta = evidenceWeight * delta
  if (standardError === 0) return { evidenceWeight, evidenceWeightedDelta, regressionRisk: Number(delta < -margin) }
  const spread = Math.sqrt(evidenceWeight) * standardError
  return {
    evidenceWeight,
    evidenceWeightedDelta,
    regressionRisk: normalCdf((-margin - evidenceWeightedDelta) / spread),
  }
}
