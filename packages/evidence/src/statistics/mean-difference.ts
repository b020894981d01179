import { LOWER_TAIL, type Interval } from './interval.ts'
import { mean, standardDeviation } from './moments.ts'
import { studentQuantile, twoSidedP } from './student-t.ts'

/** A mean of paired differences, how sure it is, and the p value of "no difference". */
export interface MeanEstimate {
  readonly estimate: number
  readonly standardError: number
  readonly degreesOfFreedom: number
  readonly interval: Interval
  readonly p: number
}

/** A mean of differences whose cases come in groups. */
export interface ClusteredEstimate extends MeanEstimate {
  readonly clusters: number
  /** How many times the variance is what independent cases would give. */
  readonly designEffect: number
}

/** The paired t interval: n - 1 degrees of freedom, at least two differences. */
export function pairedT(differences: ArrayLike<number>): MeanEstimate {
  const standardError = standardDeviation(differences) / Math.sqrt(differences.length)
  return withStudentInterval(mean(differences), standardError, differences.length - 1)
}

/**
 * The mean of differences that come in clusters: CR1 standard error, t with G - 1 degrees of freedom, at least two clusters.
 * Source: Cameron & Miller 2015, "A Practitioner's Guide to Cluster-Robust Inference", equations 11 and 12.
 */
export function clusteredT(differences: ArrayLike<number>, clusterOf: ArrayLike<number | string>): ClusteredEstimate {
  const n = differences.length
  const estimate = mean(differences)
  const residuals = new Map<number | string, number>()
  for (let index = 0; index < n; index += 1) {
    const cluster = clusterOf[index] ?? 0
    residuals.set(cluster, (residuals.get(cluster) ?? 0) + (differences[index] ?? Number.NaN) - estimate)
  }
  const clusters = residuals.size
  const sumOfSquares = [...residuals.values()].reduce((sum, residual) => sum + residual ** 2, 0)
  const standardError = Math.sqrt((clusters / (clusters - 1)) * sumOfSquares) / n
  const independent = standardDeviation(differences) / Math.sqrt(n)
  return {
    ...withStudentInterval(estimate, standardError, clusters - 1),
    clusters,
    designEffect: independent === 0 ? 1 : (standardError / independent) ** 2,
  }
}

/** The interval and p value of an estimate whose error follows Student's t. */
export function withStudentInterval(estimate: number, standardError: number, degreesOfFreedom: number): MeanEstimate {
  const reach = -studentQuantile(LOWER_TAIL, degreesOfFreedom) * standardError
  return {
    estimate,
    standardError,
    degreesOfFreedom,
    interval: { lower: estimate - reach, upper: estimate + reach },
    p: standardError === 0 ? Number(estimate === 0) : twoSidedP(estimate / standardError, degreesOfFreedom),
  }
}
