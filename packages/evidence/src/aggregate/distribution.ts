import { addExactly, type ExactSum, totalOf } from './exact-sum.ts'
import {
  addToSketch,
  emptySketch,
  mergeSketch,
  type QuantileSketch,
  type SketchJson,
  sketchFromJson,
  sketchToJson,
} from './quantile-sketch.ts'

/** A summary of many numbers: enough for means, variances (raw and of logarithms) and quantiles, and none of the numbers. */
export interface Distribution {
  n: number
  readonly sum: ExactSum
  readonly squares: ExactSum
  /** Of the numbers above 0, for which there is a logarithm. */
  logN: number
  readonly logSum: ExactSum
  readonly logSquares: ExactSum
  readonly sketch: QuantileSketch
}

/** A distribution of nothing. */
export function emptyDistribution(): Distribution {
  return { n: 0, sum: [], squares: [], logN: 0, logSum: [], logSquares: [], sketch: emptySketch() }
}

/** Counts a finite number, in place. @param times -1 takes back what was counted */
export function addToDistribution(it: Distribution, value: number, times: 1 | -1 = 1): void {
  it.n = addCounts(it.n, times)
  addExactly(it.sum, times * value)
  addExactly(it.squares, times * value * value)
  const log = Math.log(Math.abs(value))
  addToSketch(it.sketch, value, log, times)
  if (value <= 0) return
  it.logN += times
  addExactly(it.logSum, times * log)
  addExactly(it.logSquares, times * log * log)
}

/** Adds another distribution, in place. */
export function mergeDistribution(into: Distribution, from: Distribution): void {
  into.n = addCounts(into.n, from.n)
  into.logN = addCounts(into.logN, from.logN)
  for (const part of ['sum', 'squares', 'logSum', 'logSquares'] as const) {
    for (const value of from[part]) addExactly(into[part], value)
  }
  mergeSketch(into.sketch, from.sketch)
}

/** Adds counts; what is beyond the integers that a double holds exactly stays at the largest of them. */
export function addCounts(one: number, other: number): number {
  return Math.min(one + other, Number.MAX_SAFE_INTEGER)
}

/** Numbers and sums as doubles, rounded once. */
export interface DistributionTotals {
  readonly n: number
  readonly sum: number
  readonly sumSquares: number
  readonly logN: number
  readonly logSum: number
  readonly logSumSquares: number
}

/** The totals of a distribution. */
export function distributionTotals(it: Distribution): DistributionTotals {
  return {
    n: it.n,
    sum: totalOf(it.sum),
    sumSquares: totalOf(it.squares),
    logN: it.logN,
    logSum: totalOf(it.logSum),
    logSumSquares: totalOf(it.logSquares),
  }
}

/** The form in which a distribution is kept: exact, so that merging what was kept loses nothing. */
export interface DistributionJson {
  readonly n: number
  readonly s: readonly number[]
  readonly q: readonly number[]
  readonly ln: number
  readonly ls: readonly number[]
  readonly lq: readonly number[]
  readonly k: SketchJson
}

/** Turns a distribution into the JSON in which it is kept. */
export function distributionToJson(it: Distribution): DistributionJson {
  const { n, sum, squares, logN, logSum, logSquares, sketch } = it
  return { n, s: sum, q: squares, ln: logN, ls: logSum, lq: logSquares, k: sketchToJson(sketch) }
}

/** The distribution that was kept. */
export function distributionFromJson({ n, s, q, ln, ls, lq, k }: DistributionJson): Distribution {
  return {
    n: addCounts(n, 0),
    sum: partsOf(s),
    squares: partsOf(q),
    logN: addCounts(ln, 0),
    logSum: partsOf(ls),
    logSquares: partsOf(lq),
    sketch: sketchFromJson(k),
  }
}

/** The parts of a sum. Earlier versions kept a sum beyond all doubles as `null`s. */
function partsOf(kept: readonly (number | null)[]): ExactSum {
  return kept.every((part): part is number => Number.isFinite(part)) ? [...kept] : [Number.MAX_VALUE]
}
