import { identifierGate } from '../identifier.ts'
import { settleDirection } from '../metric.ts'
import { isBlank, readFlag, readMetric, readName } from './cell.ts'
import { runCollector } from './collector.ts'
import { faultList, type FaultList, type ImportResult } from './faults.ts'
import { automaticMapping, CONFIGURATION_COLUMNS, type ImportMapping, type RowFilter } from './mapping.ts'
import { LIMITS, type ImportSource } from './source.ts'

/** How to read a table; without a mapping the columns' usual names are looked for. */
export interface TableOptions {
  readonly mapping?: ImportMapping | undefined
  readonly where?: readonly RowFilter[] | undefined
}

/** One row of a table, whatever its file's format. */
export interface TableRow {
  readonly line: number
  readonly get: (column: string) => unknown
  /** The names of the row's own fields. */
  readonly fields: () => Iterable<string>
}

/** Takes a table row by row. */
export interface TableReader {
  readonly faults: FaultList
  /** Settles the mapping against the columns that exist; false if it can't be settled. */
  readonly begin: (columns: readonly string[], has: (column: string) => boolean) => boolean
  readonly row: (row: TableRow) => void
  readonly finish: () => ImportResult
}

/** A reader for one file. */
export function tableReader(
  format: 'csv' | 'jsonl' | 'json',
  source: ImportSource,
  options: TableOptions,
): TableReader {
  const gate = identifierGate(source.digest)
  const faults = faultList(gate)
  const collector = runCollector(format, source, gate, faults)
  const where = options.where ?? []
  const checkConfiguration = configurationCheck(faults)
  let mapping: ImportMapping | undefined
  let used = new Set<string>()
  /** The fields that are read: the used columns, and what a used JSON pointer leads through. */
  let read = new Set<string>()
  let rows = 0

  function begin(columns: readonly string[], has: (column: string) => boolean): boolean {
    mapping = options.mapping ?? automaticMapping(columns)
    if (!mapping) faults.add('column_missing', 'no column of case ids; give a mapping')
    else if (mapping.metrics.length === 0)
      faults.add('no_metric', 'no column has the usual name of a metric; give a mapping')
    if (!mapping) return false
    used = new Set([...columnsOf(mapping), ...where.map(({ column }) => column)])
    read = new Set([...used, ...[...used].flatMap((column) => /^\/([^/]+)\//.exec(column)?.[1] ?? [])])
    for (const column of used) if (!has(column)) faults.add('column_missing', 'no such column', { column })
    return !faults.any()
  }

  function row(entry: TableRow): void {
    if (!mapping || !where.every(({ column, equals }) => readName(entry.get(column)) === equals)) return
    rows += 1
    if (rows === LIMITS.rows + 1) faults.add('too_large', `more than ${LIMITS.rows} rows`, { line: entry.line })
    if (rows > LIMITS.rows) return
    checkConfiguration(entry, used)
    readCase(entry, mapping)
    for (const field of entry.fields()) if (!read.has(field) && !isBlank(entry.get(field))) collector.drop(field)
  }

  function readCase(entry: TableRow, { caseId, cluster, slice, error, metrics }: ImportMapping): void {
    const id = readName(entry.get(caseId))
    if (id === undefined) return faults.add('case_id_missing', 'no case id', { line: entry.line, column: caseId })
    const isError = error !== undefined && readFlag(entry.get(error))
    const values = metrics.map(({ column, kind }) => {
      const cell = readMetric(entry.get(column), kind)
      if ('value' in cell) return cell.value
      faults.add(cell.fault, cell.text, { line: entry.line, column })
      return null
    })
    const name = (column: string | undefined): string | undefined =>
      column === undefined ? undefined : readName(entry.get(column))
    collector.add(
      { caseId: id, cluster: name(cluster), slice: sliceName(name(slice)), isError, values },
      { line: entry.line },
    )
  }

  /** A column of slices that nobody mapped, but that has the usual name, may hold anything: one token at most. */
  function sliceName(name: string | undefined): string | undefined {
    return name === undefined || options.mapping ? name : gate.token(name)
  }

  function finish(): ImportResult {
    const metrics = (mapping?.metrics ?? []).map(({ name, column, kind, direction }) => ({
      name: gate.label(name),
      kind,
      ...settleDirection({ kind, names: [name, column], stated: direction }),
    }))
    const selection = where.length === 0 ? null : where.map(({ equals }) => equals).join('/')
    return collector.finish({ selection, metrics })
  }

  return { faults, begin, row, finish }
}

/** Rows of two configurations under the same case ids would be averaged as repeats: refuse to guess. Each column is complained of once. */
function configurationCheck(faults: FaultList): (row: TableRow, used: ReadonlySet<string>) => void {
  const firstOf = new Map<string, string>()
  const ambiguous = new Set<string>()
  return (row, used) => {
    for (const column of row.fields()) {
      if (!CONFIGURATION_COLUMNS.has(column.toLowerCase()) || used.has(column) || ambiguous.has(column)) continue
      const value = readName(row.get(column)) ?? ''
      const first = firstOf.get(column) ?? value
      firstOf.set(column, first)
      if (first === value) continue
      ambiguous.add(column)
      faults.add('ambiguous_selection', 'several configurations; choose one', { column, line: row.line })
    }
  }
}

function columnsOf({ caseId, cluster, slice, error, metrics }: ImportMapping): string[] {
  return [caseId, cluster, slice, error, ...metrics.map(({ column }) => column)].filter(
    (column) => column !== undefined,
  )
}
