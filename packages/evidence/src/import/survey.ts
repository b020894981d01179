import { distinctTexts } from '../distinct-texts.ts'
import { readId, readName } from './cell.ts'
import { columnSurvey, type ColumnSurvey } from './column-survey.ts'
import { caseColumnsOf, columnsOf, type ImportMapping, type RowFilter } from './mapping.ts'
import { placeList } from './places.ts'
import type { TableContext } from './table-options.ts'
import type { TableFile } from './table-file.ts'

/** Findings of a first pass over a table. */
export interface TableSurvey {
  /** One for each column that a metric is read from. */
  readonly metrics: readonly ColumnSurvey[]
  /** Whether each row's id is a UUID that no other row has. */
  readonly hasUniqueUuids: boolean
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Looks at every selected row once, and complains of rows that can't be read and of columns that no record has. */
export function surveyTable<R>(
  file: TableFile<R>,
  { options, faults, mapping }: TableContext & { readonly mapping: ImportMapping },
): TableSurvey {
  const where = options.where ?? []
  const isSelected = selects(file, where)
  const marks = new Set(options.missing)
  const columns = [...new Set(mapping.metrics.map(({ column }) => column))]
  // Where the comma separates cells the decimal mark is a point, and so it is in JSON.
  const pointsGroup = file.format === 'csv' && file.separator !== 'comma'
  const metrics = columns.map((column) => columnSurvey(column, pointsGroup, marks))
  const cells = columns.map((column) => file.cell(column))
  const ids = caseColumnsOf(mapping).map((column) => ({ column, cell: file.cell(column), absent: placeList() }))
  // Errors that didn't happen may have left no key.
  const seen = presence(file, [...columnsOf({ ...mapping, error: undefined }), ...where.map(({ column }) => column)])
  const uuids = distinctTexts()
  let rows = 0
  for (const { record, line } of file.records(true)) {
    seen.look(record)
    if (!isSelected(record)) continue
    rows += 1
    for (const [index, survey] of metrics.entries()) survey.see(cells[index]?.(record), line)
    for (const { cell, absent } of ids) {
      const id = readId(cell(record))
      if (id === undefined) absent.add(line)
      else if (ids.length === 1 && uuids.count() === rows - 1 && UUID.test(id)) uuids.add(id)
    }
  }
  const unseen = new Set(rows > 0 || seen.hasLooked() ? seen.unseen() : [])
  for (const column of unseen) faults.add('column_missing', 'no record has this key', { column })
  for (const { column, absent } of ids)
    if (absent.count() > 0 && !unseen.has(column))
      faults.add('case_id_missing', `no case id ${absent.text()}`, { line: absent.first(), column })
  return { metrics, hasUniqueUuids: rows > 1 && uuids.count() === rows }
}

/** Whether a record passes every filter. */
export function selects<R>(file: TableFile<R>, where: readonly RowFilter[]): (record: R) => boolean {
  const filters = where.map(({ column, equals }) => ({ cell: file.cell(column), equals }))
  return (record) => filters.every(({ cell, equals }) => readName(cell(record)) === equals)
}

interface Presence<R> {
  readonly look: (record: R) => void
  readonly hasLooked: () => boolean
  readonly unseen: () => readonly string[]
}

/** Watches for columns of which only the records can tell whether they exist. */
function presence<R>(file: TableFile<R>, columns: readonly string[]): Presence<R> {
  let waiting = [...new Set(columns)]
    .filter((column) => file.has(column) === undefined)
    .map((column) => ({ column, cell: file.cell(column) }))
  let looked = false
  return {
    look(record) {
      looked = true
      if (waiting.length > 0) waiting = waiting.filter(({ cell }) => cell(record) === undefined)
    },
    hasLooked: () => looked,
    unseen: () => waiting.map(({ column }) => column),
  }
}
