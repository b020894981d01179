/**
 * Quantiles of positive and negative numbers to 1 % of their value. Counts per logarithmic bin merge by addition, so any order or
 * split gives the same sketch. Source: Masson, Rim, Lee, "DDSketch", VLDB 2019.
 */
export interface QuantileSketch {
  zeros: number
  readonly positive: Map<number, number>
  readonly negative: Map<number, number>
}

/** Largest error of a quantile, as a share of its value. */
export const relativeAccuracy = 0.01

const gamma = (1 + relativeAccuracy) / (1 - relativeAccuracy)
const logGamma = Math.log(gamma)
/** Numbers nearer to 0 than this count as 0; so the bins of numbers up to 1e9 are bounded (2,072 a sign). */
const smallest = 1e-9

/** A sketch of nothing. */
export function emptySketch(): QuantileSketch {
  return { zeros: 0, positive: new Map(), negative: new Map() }
}

/**
 * Counts a finite number, in place.
 * @param log the logarithm of its size, for who has it
 * @param times -1 takes back what was counted
 */
export function addToSketch(
  sketch: QuantileSketch,
  value: number,
  log: number = Math.log(Math.abs(value)),
  times: 1 | -1 = 1,
): void {
  if (Math.abs(value) < smallest) {
    sketch.zeros += times
    return
  }
  addToBin(value > 0 ? sketch.positive : sketch.negative, Math.ceil(log / logGamma), times)
}

// A bin of nothing isn't kept: the same numbers have the same bins, whatever was counted and taken back between.
function addToBin(bins: Map<number, number>, bin: number, count: number): void {
  const sum = (bins.get(bin) ?? 0) + count
  if (sum === 0) bins.delete(bin)
  else bins.set(bin, sum)
}

/** Adds the counts of another sketch, in place. */
export function mergeSketch(into: QuantileSketch, from: QuantileSketch): void {
  into.zeros += from.zeros
  for (const sign of ['positive', 'negative'] as const) {
    for (const [bin, count] of from[sign]) addToBin(into[sign], bin, count)
  }
}

/**
 * The value below which the share `q` of the numbers lies, to 1 % of it; undefined for a sketch of nothing.
 * @param q 0..1
 */
export function quantileOf(sketch: QuantileSketch, q: number): number | undefined {
  const negative = [...sketch.negative]
    .toSorted(([a], [b]) => b - a)
    .map(([bin, count]) => [-middle(bin), count] as const)
  const positive = [...sketch.positive]
    .toSorted(([a], [b]) => a - b)
    .map(([bin, count]) => [middle(bin), count] as const)
  const ordered = [...negative, [0, sketch.zeros] as const, ...positive]
  const total = ordered.reduce((sum, [, count]) => sum + count, 0)
  if (total === 0) return undefined
  const rank = q * (total - 1)
  let seen = 0
  for (const [value, count] of ordered) {
    seen += count
    if (count > 0 && seen > rank) return value
  }
  return ordered.at(-1)?.[0]
}

/** The point of a bin from which both its ends are equally far, as shares. */
function middle(bin: number): number {
  return (2 * gamma ** bin) / (gamma + 1)
}

/** Zeros, then pairs of bin and count in the order of the bins: the same sketch always has the same form. */
export type SketchJson = readonly [zeros: number, positive: readonly number[], negative: readonly number[]]

/** The form in which a sketch is kept. */
export function sketchToJson({ zeros, positive, negative }: QuantileSketch): SketchJson {
  return [zeros, pairsOf(positive), pairsOf(negative)]
}

function pairsOf(bins: ReadonlyMap<number, number>): number[] {
  return [...bins].toSorted(([a], [b]) => a - b).flat()
}

/** The sketch that was kept. */
export function sketchFromJson([zeros, positive, negative]: SketchJson): QuantileSketch {
  return { zeros, positive: binsOf(positive), negative: binsOf(negative) }
}

function binsOf(pairs: readonly number[]): Map<number, number> {
  const map = new Map<number, number>()
  for (let index = 0; index + 1 < pairs.length; index += 2) map.set(pairs[index] ?? 0, pairs[index + 1] ?? 0)
  return map
}
