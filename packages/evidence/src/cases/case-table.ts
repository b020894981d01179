import { growingArray } from './growing-array.ts'
import { growingNames, type NameColumn } from './name-column.ts'
import { growingNumbers, numberAt, type GrowingNumbers, type NumberColumn } from './number-column.ts'
import { sortedOrder } from './sorted-order.ts'
import { compareTexts, growingTexts, reorderTexts, textAt, type TextColumn } from './text-column.ts'

/** One answer of one system to one case. */
export interface EvaluationCase {
  readonly caseId: string
  /** Cases of one cluster resemble each other: turns of a conversation, questions on one document. */
  readonly cluster?: string | undefined
  readonly slice?: string | undefined
  /** `error`: no answer came (failed or timed out). A wrong answer is `completed`. */
  readonly outcome: 'completed' | 'error'
  /** In the order of the run's metrics; null where nothing was measured. */
  readonly values: readonly (number | null)[]
}

/**
 * The cases of a run in columns, sorted by id (repeats of a case by what they measured), so that the same cases are the same table
 * whatever order they came in, two tables are matched by going through both once, and a million cases take some 20 MB.
 */
export interface CaseTable {
  readonly rows: number
  readonly ids: TextColumn
  readonly clusters: NameColumn | null
  readonly slices: NameColumn | null
  /** 1 where no answer came. */
  readonly errors: Uint8Array
  /** A column for each metric; NaN where nothing was measured. */
  readonly values: readonly NumberColumn[]
}

/** A table under construction. Every case has a value for each of the metrics. */
export interface CaseTableBuilder {
  readonly add: (entry: EvaluationCase) => void
  readonly rows: () => number
  /** The table, and for each of its rows the place at which it was added. */
  readonly finish: () => { readonly table: CaseTable; readonly order: Uint32Array }
}

/** An empty table for so many metrics. */
export function caseTableBuilder(metrics: number): CaseTableBuilder {
  const ids = growingTexts()
  const clusters = growingNames()
  const slices = growingNames()
  const errors = growingArray(Uint8Array)
  const values = Array.from({ length: metrics }, growingNumbers)
  let rows = 0
  return {
    rows: () => rows,
    add(entry) {
      errors.reserve(rows + 1)
      ids.add(entry.caseId)
      clusters.add(entry.cluster)
      slices.add(entry.slice)
      errors.array()[rows] = Number(entry.outcome === 'error')
      values.forEach((column, index) => column.add(entry.values[index] ?? Number.NaN))
      rows += 1
    },
    finish() {
      const texts = ids.finish()
      const errorOf = errors.array()
      const compare = (a: number, b: number): number =>
        compareTexts(texts, a, texts, b) || compareMeasured(errorOf, values, a, b)
      const order = sortedOrder(rows, compare)
      // Column by column, each let go before the next is copied: no more is held twice than the largest.
      const sorted = reorderTexts(texts, order)
      ids.release()
      const table: CaseTable = {
        rows,
        ids: sorted,
        clusters: clusters.finish(order),
        slices: slices.finish(order),
        errors: errorOf.subarray(0, rows).map((_, row) => errorOf[order[row] ?? 0] ?? 0),
        values: values.map((column) => column.finish(order)),
      }
      errors.release()
      return { table, order }
    },
  }
}

/** The table of some cases. */
export function caseTable(cases: Iterable<EvaluationCase>, metrics: number): CaseTable {
  const builder = caseTableBuilder(metrics)
  for (const entry of cases) builder.add(entry)
  return builder.finish().table
}

/** The cases of a table, one by one. */
export function* casesOf(table: CaseTable): Generator<EvaluationCase> {
  for (let row = 0; row < table.rows; row += 1) yield caseAt(table, row)
}

/** One case of a table. */
export function caseAt({ ids, clusters, slices, errors, values }: CaseTable, row: number): EvaluationCase {
  const cluster = clusters === null ? undefined : nameOf(clusters, row)
  const slice = slices === null ? undefined : nameOf(slices, row)
  return {
    caseId: textAt(ids, row),
    ...(cluster === undefined ? {} : { cluster }),
    ...(slice === undefined ? {} : { slice }),
    outcome: errors[row] === 1 ? 'error' : 'completed',
    values: values.map((column) => numberOrNull(numberAt(column, row))),
  }
}

/** How many cases of a table have no answer. */
export function errorCount({ errors }: CaseTable): number {
  return errors.reduce((sum, error) => sum + error, 0)
}

/** How many different cases a table has: its rows less the repeats. */
export function distinctCases({ ids, rows }: CaseTable): number {
  let distinct = Math.min(rows, 1)
  for (let row = 1; row < rows; row += 1) if (compareTexts(ids, row - 1, ids, row) !== 0) distinct += 1
  return distinct
}

/** How many cases stand in both tables. */
export function sharedCases(a: CaseTable, b: CaseTable): number {
  let shared = 0
  for (let [left, right] = [0, 0]; left < a.rows && right < b.rows;) {
    const order = compareTexts(a.ids, left, b.ids, right)
    const isRepeat = left > 0 && compareTexts(a.ids, left - 1, a.ids, left) === 0
    if (order === 0 && !isRepeat) shared += 1
    if (order <= 0) left += 1
    else right += 1
  }
  return shared
}

function nameOf({ names, of }: NameColumn, row: number): string | undefined {
  const index = of[row] ?? 0
  return index === 0 ? undefined : textAt(names, index - 1)
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

/** Repeats of a case in an order that doesn't depend on when they came: errors last, what wasn't measured last. */
function compareMeasured(errors: Uint8Array, values: readonly GrowingNumbers[], a: number, b: number): number {
  const byOutcome = (errors[a] ?? 0) - (errors[b] ?? 0)
  if (byOutcome !== 0) return byOutcome
  for (const column of values) {
    const [left, right] = [column.at(a), column.at(b)]
    if (Number.isNaN(left) !== Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right))
    if (left < right) return -1
    if (left > right) return 1
  }
  return 0
}
