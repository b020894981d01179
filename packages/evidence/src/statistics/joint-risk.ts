import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { mean } from './moments.ts'
import type { Pairs } from './pairs.ts'
import { studentCdf } from './student-t.ts'

/** A guardrail as the joint draw sees it; up is better. */
export interface RiskInput {
  readonly delta: number
  readonly standardError: number
  readonly margin: number
  readonly degreesOfFreedom: number
  /** By cluster, what it contributes to the estimate's error: the sum of its residuals over n. Not needed of one that is drawn alone. */
  readonly influence: Float64Array
}

const DRAWS = 10_000
/** Fixed, so that the same evidence gives the same risk. */
const SEED = 20_260_101

/**
 * The probability that at least one guardrail's true loss exceeds its margin.
 * The guardrails' errors are drawn together (multivariate t, correlated as their clusters' residuals are): guardrails that fail on the
 * same cases are one risk, not two, which a product of their separate risks would get wrong. Within 0.01 of the exact value (10,000 draws).
 */
export function jointRisk(inputs: readonly RiskInput[]): number {
  const [only] = inputs
  if (only && inputs.length === 1) return riskAlone(only)
  const factor = choleskyFactor(correlations(inputs))
  const degreesOfFreedom = Math.min(...inputs.map((input) => input.degreesOfFreedom))
  const normal = normalSource()
  let losses = 0
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const independent = inputs.map(normal)
    const stretch = Math.sqrt(degreesOfFreedom / chiSquare(degreesOfFreedom, normal))
    const isLoss = inputs.some(({ delta, standardError, margin }, index) => {
      const error = (factor[index] ?? []).reduce((sum, weight, at) => sum + weight * (independent[at] ?? 0), 0)
      return delta + standardError * stretch * error < -margin
    })
    if (isLoss) losses += 1
  }
  return losses / DRAWS
}

/** One guardrail needs no draws. */
function riskAlone({ delta, standardError, margin, degreesOfFreedom }: RiskInput): number {
  if (standardError === 0) return Number(delta < -margin)
  return studentCdf((-margin - delta) / standardError, degreesOfFreedom)
}

/** Works out what each cluster's residuals contribute to the error of their mean. `sign` turns it so that up is better. */
export function influenceOf(
  values: Float64Array,
  { clusterOf, clusterCount }: Pick<Pairs, 'clusterOf' | 'clusterCount'>,
  sign: 1 | -1,
): Float64Array {
  const centre = mean(values)
  const influence = new Float64Array(clusterCount)
  values.forEach((value, index) => {
    const cluster = clusterOf[index] ?? 0
    influence[cluster] = (influence[cluster] ?? 0) + (sign * (value - centre)) / values.length
  })
  return influence
}

function correlations(inputs: readonly RiskInput[]): number[][] {
  const covariance = inputs.map((a) => inputs.map((b) => product(a.influence, b.influence)))
  return covariance.map((row, i) =>
    row.map((value, j) => {
      const scale = Math.sqrt((covariance[i]?.[i] ?? 0) * (covariance[j]?.[j] ?? 0))
      if (i === j) return 1
      return scale === 0 ? 0 : value / scale
    }),
  )
}

function product(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, cluster) => sum + value * (b[cluster] ?? 0), 0)
}

/** The lower triangle whose square is the matrix. Two guardrails that always agree leave a zero on the diagonal: no error of its own. */
function choleskyFactor(matrix: readonly (readonly number[])[]): number[][] {
  const factor: number[][] = []
  matrix.forEach((row, i) => {
    const filled: number[] = []
    factor.push(filled)
    for (let j = 0; j <= i; j += 1) {
      const other = factor[j] ?? []
      const known = other.slice(0, j).reduce((sum, value, k) => sum + value * (filled[k] ?? 0), 0)
      const rest = (row[j] ?? 0) - known
      const pivot = other[j] ?? 0
      if (i === j) filled.push(Math.sqrt(Math.max(rest, 0)))
      else filled.push(pivot > 1e-7 ? rest / pivot : 0)
    }
  })
  return factor
}

/** Standard normal numbers by Marsaglia's polar method. */
function normalSource(): () => number {
  const generator = xoroshiro128plus(SEED)
  const next = (): number => 2 * uniformFloat64(generator) - 1
  return () => {
    for (;;) {
      const x = next()
      const y = next()
      const square = x * x + y * y
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square)
    }
  }
}

/** A chi-square number: a sum of squares, or beyond 30 degrees of freedom the cube root's normal approximation (Wilson & Hilferty 1931). */
function chiSquare(degreesOfFreedom: number, normal: () => number): number {
  if (degreesOfFreedom <= 30) {
    let sum = 0
    for (let count = 0; count < degreesOfFreedom; count += 1) sum += normal() ** 2
    return sum
  }
  const ninth = 2 / (9 * degreesOfFreedom)
  return degreesOfFreedom * (1 - ninth + normal() * Math.sqrt(ninth)) ** 3
}
