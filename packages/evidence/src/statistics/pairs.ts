/** Cases that were measured in both runs, in columns; repeats are averaged. */
export interface Pairs {
  readonly length: number
  readonly baseline: Float64Array
  readonly candidate: Float64Array
  /** The number of each pair's cluster, below `clusterCount`; the case itself where no cluster is known. */
  readonly clusterOf: Uint32Array
  /** How many clusters the whole comparison knows, of which these pairs may meet only some. */
  readonly clusterCount: number
}

/** Only the pairs that `keep` accepts, in the memory of the pairs that were given: those hold nothing of use any more. */
export function filterPairs(pairs: Pairs, keep: (baseline: number, candidate: number) => boolean): Pairs {
  const { baseline, candidate, clusterOf, clusterCount } = pairs
  let length = 0
  for (let index = 0; index < pairs.length; index += 1) {
    const [before = Number.NaN, after = Number.NaN] = [baseline[index], candidate[index]]
    if (!keep(before, after)) continue
    baseline[length] = before
    candidate[length] = after
    clusterOf[length] = clusterOf[index] ?? 0
    length += 1
  }
  return {
    length,
    baseline: baseline.subarray(0, length),
    candidate: candidate.subarray(0, length),
    clusterOf: clusterOf.subarray(0, length),
    clusterCount,
  }
}

/** Whether every pair has two values that `holds` accepts. */
export function everyPair({ baseline, candidate }: Pairs, holds: (value: number) => boolean): boolean {
  return baseline.every(holds) && candidate.every(holds)
}

/** How many different clusters these pairs belong to. */
export function clustersMet({ clusterOf, clusterCount }: Pairs): number {
  const met = new Uint8Array(clusterCount)
  let count = 0
  for (const cluster of clusterOf) {
    if (met[cluster] === 0) count += 1
    met[cluster] = 1
  }
  letColumnsGo(met)
  return count
}

/** Gives the memory of pairs back at once. */
export function letGo({ baseline, candidate, clusterOf }: Pairs): void {
  letColumnsGo(baseline, candidate, clusterOf)
}

/** Gives the memory of columns back at once: one of a million numbers takes 8 MB, and the engine may let many pile up. */
export function letColumnsGo(...columns: readonly (Float64Array | Uint32Array | Uint8Array)[]): void {
  for (const { buffer } of columns) if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0)
}

/** Candidate minus baseline, pair by pair. */
export function differences({ baseline, candidate }: Pairs): Float64Array {
  return baseline.map((before, index) => (candidate[index] ?? Number.NaN) - before)
}

/** The logarithm of candidate over baseline, pair by pair. */
export function logRatios({ baseline, candidate }: Pairs): Float64Array {
  return baseline.map((before, index) => Math.log(candidate[index] ?? Number.NaN) - Math.log(before))
}

/** How many pairs went from 1 to 0 and from 0 to 1; `undefined` unless every value is 0 or 1. */
export function changedPairs(pairs: Pairs): { lost: number; gained: number } | undefined {
  if (!everyPair(pairs, isZeroOrOne)) return undefined
  let lost = 0
  let gained = 0
  for (let index = 0; index < pairs.length; index += 1) {
    const difference = (pairs.candidate[index] ?? Number.NaN) - (pairs.baseline[index] ?? Number.NaN)
    if (difference < 0) lost += 1
    if (difference > 0) gained += 1
  }
  return { lost, gained }
}

/** Whether a value is that of a 0/1 metric. */
export function isZeroOrOne(value: number): boolean {
  return value === 0 || value === 1
}
