import type { MeanEstimate } from './mean-difference.ts'
import { withStudentInterval } from './mean-difference.ts'
import { mean, standardDeviation } from './moments.ts'

/**
 * The candidate's total over the baseline's total, for at least two pairs and a positive baseline total: what the bill or the
 * waiting time as a whole does, where the geometric mean tells what the typical case does.
 * Source: the delta method for a ratio of paired means (Casella & Berger 2002, example 5.5.27). The p value is that of "ratio is 0": not used.
 */
export function ratioOfTotals(baseline: ArrayLike<number>, candidate: ArrayLike<number>): Omit<MeanEstimate, 'p'> {
  const base = mean(baseline)
  const ratio = mean(candidate) / base
  const residuals = new Float64Array(candidate)
  for (let index = 0; index < residuals.length; index += 1)
    residuals[index] = (candidate[index] ?? Number.NaN) - ratio * (baseline[index] ?? Number.NaN)
  const standardError = standardDeviation(residuals) / Math.sqrt(candidate.length) / base
  residuals.buffer.transfer(0)
  const { p: _, ...estimate } = withStudentInterval(ratio, standardError, candidate.length - 1)
  return estimate
}
