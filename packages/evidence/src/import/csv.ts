import { CsvError, parse } from 'csv-parse/sync'
import type { ImportResult } from './faults.ts'
import { LIMITS, type ImportSource } from './source.ts'
import { tableReader, type TableOptions, type TableReader } from './table.ts'

/** Reads a CSV file (RFC 4180, with a header; a BOM, CRLF and quoted line breaks are fine). */
export function importCsv(source: ImportSource, options: TableOptions = {}): ImportResult {
  const reader = tableReader('csv', source, options)
  const { faults } = reader
  if (source.text.length > LIMITS.fileSize) {
    faults.add('too_large', `larger than ${LIMITS.fileSize} characters`)
    return faults.result()
  }
  let columns: Map<string, number> | undefined
  let hasHeader = false
  const onRecord = (record: string[], line: number): void => {
    // The first record is the header even if it is faulty: a row may not take its place.
    if (!hasHeader) columns = readHeader(record, reader)
    else if (columns) readRecord(record, line, columns, reader)
    hasHeader = true
  }
  try {
    parse(source.text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: LIMITS.recordSize,
      // Nothing is kept: each record is read and let go.
      on_record: (record: string[], { lines }) => {
        onRecord(record, lines)
        return null
      },
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    addSyntaxFault(error, reader)
  }
  if (!hasHeader && !faults.any()) faults.add('empty', 'the file is empty')
  return reader.finish()
}

function readHeader(record: readonly string[], reader: TableReader): Map<string, number> | undefined {
  const { faults } = reader
  if (record.length > LIMITS.columns) {
    faults.add('too_large', `more than ${LIMITS.columns} columns`, { line: 1 })
    return undefined
  }
  const columns = new Map<string, number>()
  record.forEach((name, index) => {
    const column = name.trim()
    if (columns.has(column)) faults.add('duplicate_column', `column ${index + 1} repeats a name`, { line: 1, column })
    columns.set(column, index)
  })
  return reader.begin([...columns.keys()], (column) => columns.has(column)) ? columns : undefined
}

function readRecord(
  record: readonly string[],
  line: number,
  columns: ReadonlyMap<string, number>,
  { faults, row }: TableReader,
): void {
  if (record.length !== columns.size) {
    faults.add('ragged_row', `${record.length} cells under ${columns.size} columns`, { line })
    return
  }
  row({ line, get: (column) => record[columns.get(column) ?? -1], fields: () => columns.keys() })
}

/** The parser's own message quotes the file, so only its code and line are passed on. */
function addSyntaxFault(error: CsvError, { faults }: TableReader): void {
  const place = typeof error['lines'] === 'number' ? { line: error['lines'] } : {}
  if (error.code === 'CSV_MAX_RECORD_SIZE')
    faults.add('too_large', `a record is larger than ${LIMITS.recordSize} characters`, place)
  else faults.add('malformed', `not valid CSV (${error.code})`, place)
}
