import type { CaseTable } from '../cases/case-table.ts'
import type { NameColumn } from '../cases/name-column.ts'
import { numberAt, type NumberColumn } from '../cases/number-column.ts'
import { emptyPlaces, type Places } from '../cases/place-column.ts'
import { compareTexts, textAt, textCount } from '../cases/text-column.ts'
import type { Pairs } from './pairs.ts'

/** The cases of two runs side by side, sorted by id. The result doesn't depend on the order of either. */
export interface Matching {
  readonly cases: number
  /** The rows of case k in the baseline: from `before[k]` to `before[k + 1]`; none if it doesn't know the case. */
  readonly before: Uint32Array
  readonly after: Uint32Array
  /** By case, the number of its cluster; the case itself where no run knows one, and null where none knows any. The baseline's word comes first. */
  readonly clusterOf: Uint32Array | null
  readonly clusterCount: number
  /** By case, the place of its slice in `slices` plus 1; 0 where it has none. The baseline's word comes first. */
  readonly sliceOf: Places
  readonly slices: readonly string[]
}

/** How many cases have no value, by the side that lacks it. */
export interface Missing {
  readonly baseline: number
  readonly candidate: number
  readonly both: number
  /** Of all cases of either run, 0..1. */
  readonly share: number
}

/** The pairs of one metric, and what lacks one. */
export interface Pairing {
  readonly pairs: Pairs
  readonly missing: Missing
}

/** Goes through both tables once: they are sorted alike. */
export function matchCases(baseline: CaseTable, candidate: CaseTable): Matching {
  const most = baseline.rows + candidate.rows
  const before = new Uint32Array(most + 1)
  // Where both sides hold the same ids their rows are the same too.
  const after = baseline.ids === candidate.ids ? before : new Uint32Array(most + 1)
  let cases = 0
  let [left, right] = [0, 0]
  while (left < baseline.rows || right < candidate.rows) {
    const order = orderOf(baseline, left, candidate, right)
    const leftEnd = order <= 0 ? endOfCase(baseline, left) : left
    const rightEnd = order >= 0 ? endOfCase(candidate, right) : right
    ;[left, right] = [leftEnd, rightEnd]
    cases += 1
    before[cases] = left
    after[cases] = right
  }
  // Parts, not copies: what lies behind them was never written, and takes no memory.
  const rows = { before: before.subarray(0, cases + 1), after: after.subarray(0, cases + 1) }
  const clusters = namesByCase(rows, cases, baseline.clusters, candidate.clusters)
  const slices = namesByCase(rows, cases, baseline.slices, candidate.slices)
  const clusterNames = clusters.names.length
  return {
    cases,
    ...rows,
    clusterOf:
      clusterNames === 0
        ? null
        : new Uint32Array(clusters.of).map((name, index) => (name === 0 ? clusterNames + index : name - 1)),
    clusterCount: clusterNames + cases,
    sliceOf: slices.of,
    slices: slices.names,
  }
}

/** The values of one metric, by row; `failure` is what an error counts as, null where it counts as not measured. */
export interface MetricValues {
  readonly baseline: NumberColumn
  readonly candidate: NumberColumn
  readonly baselineErrors: Uint8Array
  readonly candidateErrors: Uint8Array
  readonly failure: number | null
}

/** Pairs one metric over all cases, or over those of the slice at a place of `slices`. */
export function pairValues(matching: Matching, values: MetricValues, slice?: number): Pairing {
  const { cases, before, after, clusterOf, clusterCount, sliceOf } = matching
  const left = new Float64Array(cases)
  const right = new Float64Array(cases)
  const clusters = new Uint32Array(cases)
  const missing = { baseline: 0, candidate: 0, both: 0 }
  let length = 0
  let seen = 0
  for (let index = 0; index < cases; index += 1) {
    if (slice !== undefined && sliceOf[index] !== slice + 1) continue
    seen += 1
    const baseline = average(values.baseline, values.baselineErrors, values.failure, before, index)
    const candidate = average(values.candidate, values.candidateErrors, values.failure, after, index)
    if (!Number.isNaN(baseline) && !Number.isNaN(candidate)) {
      left[length] = baseline
      right[length] = candidate
      clusters[length] = clusterOf === null ? index : (clusterOf[index] ?? 0)
      length += 1
    } else if (Number.isNaN(baseline) && Number.isNaN(candidate)) missing.both += 1
    else missing[Number.isNaN(baseline) ? 'baseline' : 'candidate'] += 1
  }
  const pairs: Pairs = {
    length,
    baseline: left.subarray(0, length),
    candidate: right.subarray(0, length),
    clusterOf: clusters.subarray(0, length),
    clusterCount,
  }
  return { pairs, missing: { ...missing, share: seen === 0 ? 1 : (seen - length) / seen } }
}

/** The mean of a case's repeats; NaN where none was measured. Sorted before adding, so that their order can't change the last digit. */
export function average(
  column: NumberColumn,
  errors: Uint8Array,
  failure: number | null,
  bounds: Uint32Array,
  index: number,
): number {
  const [start = 0, end = 0] = [bounds[index], bounds[index + 1]]
  const valueAt = (row: number): number => (errors[row] === 1 ? (failure ?? Number.NaN) : numberAt(column, row))
  if (end - start === 1) return valueAt(start)
  const measured: number[] = []
  for (let row = start; row < end; row += 1) {
    const value = valueAt(row)
    if (!Number.isNaN(value)) measured.push(value)
  }
  const [first = Number.NaN] = measured
  if (measured.every((value) => value === first)) return first
  return measured.toSorted((a, b) => a - b).reduce((sum, value) => sum + value, 0) / measured.length
}

function orderOf(baseline: CaseTable, left: number, candidate: CaseTable, right: number): number {
  if (left >= baseline.rows) return 1
  if (right >= candidate.rows) return -1
  return compareTexts(baseline.ids, left, candidate.ids, right)
}

/** The row behind the last repeat of the case at a row. */
function endOfCase({ ids, rows }: CaseTable, row: number): number {
  let end = row + 1
  while (end < rows && compareTexts(ids, row, ids, end) === 0) end += 1
  return end
}

/** The name that the baseline gives each case, or else the candidate, over one list of names. */
function namesByCase(
  { before, after }: Pick<Matching, 'before' | 'after'>,
  cases: number,
  left: NameColumn | null,
  right: NameColumn | null,
): { of: Places; names: string[] } {
  const names = [...new Set([...namesOf(left), ...namesOf(right)])].toSorted((a, b) => (a < b ? -1 : 1))
  const places = new Map(names.map((name, index) => [name, index + 1]))
  const leftPlaces = placesOf(left, places)
  const rightPlaces = placesOf(right, places)
  if (names.length === 0) return { of: emptyPlaces(0, 0), names }
  const of = emptyPlaces(cases, names.length)
  for (let index = 0; index < cases; index += 1)
    of[index] = leftPlaces[firstName(left, before, index)] || (rightPlaces[firstName(right, after, index)] ?? 0)
  return { of, names }
}

function namesOf(column: NameColumn | null): string[] {
  if (column === null) return []
  return Array.from({ length: textCount(column.names) }, (_, index) => textAt(column.names, index))
}

function placesOf(column: NameColumn | null, places: ReadonlyMap<string, number>): Uint32Array {
  return Uint32Array.from([0, ...namesOf(column).map((name) => places.get(name) ?? 0)])
}

/** The first name among a case's repeats, as its table numbers it; 0 where none has one. */
function firstName(column: NameColumn | null, bounds: Uint32Array, index: number): number {
  if (column === null) return 0
  for (let row = bounds[index] ?? 0; row < (bounds[index + 1] ?? 0); row += 1) {
    const name = column.of[row] ?? 0
    if (name > 0) return name
  }
  return 0
}
