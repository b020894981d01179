/** One answer to a case, as pairing sees it. `null`: not measured. */
export interface Attempt {
  readonly caseId: string
  readonly cluster?: string | undefined
  readonly slice?: string | undefined
  readonly value: number | null
}

/** A case that was measured in both runs; repeats are averaged. */
export interface Pair {
  readonly caseId: string
  /** The case itself where no cluster is known. */
  readonly cluster: string
  readonly slice: string | undefined
  readonly baseline: number
  readonly candidate: number
}

/** The cases of two runs, matched by id. */
export interface Pairing {
  readonly pairs: readonly Pair[]
  readonly missing: Missing
}

/** How many cases have no value, by the side that lacks it. */
export interface Missing {
  readonly baseline: number
  readonly candidate: number
  readonly both: number
  /** Of all cases of either run, 0..1. */
  readonly share: number
}

interface CaseValues {
  cluster: string
  slice: string | undefined
  values: number[]
}

/** Matches two runs by case id. The result doesn't depend on the order of either. */
export function pairCases(baseline: readonly Attempt[], candidate: readonly Attempt[]): Pairing {
  const before = byCase(baseline)
  const after = byCase(candidate)
  const ids = [...new Set([...before.keys(), ...after.keys()])].toSorted()
  const pairs: Pair[] = []
  const missing = { baseline: 0, candidate: 0, both: 0 }
  for (const caseId of ids) {
    const left = before.get(caseId)
    const right = after.get(caseId)
    const leftMean = average(left)
    const rightMean = average(right)
    if (leftMean !== undefined && rightMean !== undefined) {
      const known = left ?? right
      pairs.push({
        caseId,
        cluster: known?.cluster ?? caseId,
        slice: known?.slice ?? right?.slice,
        baseline: leftMean,
        candidate: rightMean,
      })
    } else if (leftMean === undefined && rightMean === undefined) missing.both += 1
    else missing[leftMean === undefined ? 'baseline' : 'candidate'] += 1
  }
  const lacking = ids.length - pairs.length
  return { pairs, missing: { ...missing, share: ids.length === 0 ? 1 : lacking / ids.length } }
}

function byCase(attempts: readonly Attempt[]): Map<string, CaseValues> {
  const cases = new Map<string, CaseValues>()
  for (const { caseId, cluster, slice, value } of attempts) {
    let known = cases.get(caseId)
    if (!known) {
      known = { cluster: cluster ?? caseId, slice, values: [] }
      cases.set(caseId, known)
    }
    if (value !== null) known.values.push(value)
  }
  return cases
}

/** Sorted before adding, so that the order of repeats can't change the last digit. */
function average(known: CaseValues | undefined): number | undefined {
  if (!known || known.values.length === 0) return undefined
  const [first = 0] = known.values
  if (known.values.every((value) => value === first)) return first
  return known.values.toSorted((a, b) => a - b).reduce((sum, value) => sum + value, 0) / known.values.length
}
