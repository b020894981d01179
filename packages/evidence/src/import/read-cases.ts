import type { IdentifierGate } from '../identifier.ts'
import { isToken, isCaseId } from '../identifier.ts'
import { isBinary, isQuality } from '../metric.ts'
import { readFlag, readId, readName } from './cell.ts'
import { runCollector } from './collector.ts'
import { sentinelWatch, type SentinelWatch } from './sentinels.ts'
import { isNothing } from './column-survey.ts'
import type { FaultList, ImportResult } from './faults.ts'
import { fieldRoles } from './field-roles.ts'
import { caseColumnsOf, type ImportMapping, type MetricColumn } from './mapping.ts'
import { valueOf, type Notation } from './notation.ts'
import { placeList, type PlaceList } from './places.ts'
import { selects } from './survey.ts'
import { definitionOf, type TableContext } from './table-options.ts'
import { detached, type TableFile } from './table-file.ts'

/** A second pass over a table. */
export interface CaseReader {
  readonly rows: () => number
  /** How many rows measured nothing, by the metric's place in the mapping. */
  readonly missing: (metric: number) => number
  /** What a reader should know of numbers that may stand for none, by the metric's place in the mapping. */
  readonly notes: (metric: number) => readonly string[]
  readonly finish: (selection: string | null) => ImportResult
}

/** A metric as it is read, and what is found on the way. */
interface MetricCells<R> {
  readonly metric: MetricColumn
  readonly notation: Notation | undefined
  readonly cell: (record: R) => unknown
  readonly notBinary: PlaceList
  readonly negative: PlaceList
  readonly sentinel: SentinelWatch
  missing: number
}

type CasesContext = TableContext & {
  readonly mapping: ImportMapping
  readonly notations: ReadonlyMap<string, Notation>
}

/** Reads every selected row into a case. A column without a notation is in the faults already, and read as nothing. */
export function readCases<R>(file: TableFile<R>, context: CasesContext): CaseReader {
  const { source, options, gate, faults, mapping, notations } = context
  const { digest } = source
  const collector = runCollector(file.format, { text: '', sourceDigest: file.sourceDigest, digest }, gate, faults)
  const metrics = mapping.metrics.map((metric) => cellsOf(file, metric, notations.get(metric.column)))
  const isSelected = selects(file, options.where ?? [])
  const roles = fieldRoles(file, { mapping, where: options.where ?? [], faults, collector })
  const idOf = idReader(file, mapping, gate)
  const optional = (column: string | undefined) => (column === undefined ? () => undefined : file.cell(column))
  const [cluster, slice, error] = [optional(mapping.cluster), optional(mapping.slice), optional(mapping.error)]
  const marks = new Set(options.missing)
  let rows = 0
  for (const { record, line } of file.records(false)) {
    if (!isSelected(record)) continue
    const caseId = idOf(record)
    if (caseId === undefined) continue
    rows += 1
    const read = readValues(record, line, metrics, marks)
    collector.add(
      {
        caseId,
        cluster: kept(readId(cluster(record))),
        slice: sliceName(kept(readName(slice(record))), context),
        isError: read.isError || readFlag(error(record)),
        values: read.values,
      },
      { line },
    )
    roles.see(record, { caseId, line })
  }
  return {
    rows: () => rows,
    missing: (index) => metrics[index]?.missing ?? 0,
    notes: (index) => (options.mapping === undefined ? [] : (metrics[index]?.sentinel.notes() ?? [])),
    finish(selection) {
      for (const cells of metrics) {
        reportCells(cells, faults)
        // Who names a metric may mean them.
        if (options.mapping === undefined) cells.sentinel.report(faults)
      }
      const described = mapping.metrics.map((metric) => ({
        name: gate.label(metric.name),
        ...definitionOf(metric),
      }))
      return collector.finish({ selection, metrics: described })
    },
  }
}

function cellsOf<R>(file: TableFile<R>, metric: MetricColumn, notation: Notation | undefined): MetricCells<R> {
  const [notBinary, negative] = [placeList(), placeList()]
  const sentinel = sentinelWatch(metric)
  return { metric, notation, cell: file.cell(metric.column), notBinary, negative, sentinel, missing: 0 }
}

/** Each fault once a column, with its first places. */
function reportCells<R>({ metric, notBinary, negative }: MetricCells<R>, faults: FaultList): void {
  const { column, kind } = metric
  if (notBinary.count() > 0)
    faults.add('not_binary', `neither 0 nor 1 ${notBinary.text()}`, { line: notBinary.first(), column })
  if (negative.count() > 0)
    faults.add('negative', `a ${kind} below 0 ${negative.text()}`, { line: negative.first(), column })
}

function readValues<R>(
  record: R,
  line: number,
  metrics: readonly MetricCells<R>[],
  marks: ReadonlySet<string>,
): { values: (number | null)[]; isError: boolean } {
  let isError = false
  const values = metrics.map((metric) => {
    const cell = metric.cell(record)
    if (metric.notation === undefined) return null
    const value = isNothing(cell, marks) ? undefined : valueOf(cell, metric.notation)
    if (value === null) isError = true
    if (typeof value !== 'number') {
      metric.missing += 1
      return null
    }
    const { kind } = metric.metric
    if (isBinary(kind) && value !== 0 && value !== 1) metric.notBinary.add(line)
    if (!isQuality(kind) && value < 0) metric.negative.add(line)
    metric.sentinel.see(value, line)
    return value
  })
  return { values, isError }
}

/** Reads a case's id. Several columns are joined by slashes; a slash within one is written `#1`, and `#` is written `#0`. */
function idReader<R>(
  file: TableFile<R>,
  mapping: ImportMapping,
  gate: IdentifierGate,
): (record: R) => string | undefined {
  const cells = caseColumnsOf(mapping).map((column) => file.cell(column))
  const [only, another] = cells
  if (only !== undefined && another === undefined) return (record) => kept(readId(only(record)))
  return (record) => {
    const parts = cells.map((cell) => readId(cell(record)))
    if (parts.includes(undefined)) return undefined
    const names = parts.map(String)
    const joined = names.map((part) => part.replaceAll('#', '#0').replaceAll('/', '#1')).join('/')
    // Joining lends a mark of an id to words that have none of their own: they pass only beside a part that is an id.
    return names.every(isToken) && names.some(isCaseId) ? joined : gate.hide(joined)
  }
}

/** A column of slices that nobody mapped, but that has the usual name, may hold anything: one token at most. */
function sliceName(name: string | undefined, { options, gate }: TableContext): string | undefined {
  return name === undefined || options.mapping ? name : gate.token(name)
}

function kept(name: string | undefined): string | undefined {
  return name === undefined ? undefined : detached(name)
}
