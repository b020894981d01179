import { isRow, RECORDS_BELOW } from './csv-header.ts'
import { readRecords } from './csv-records.ts'
import { settleText, type TextFile } from './encoding.ts'
import { faultList, type FaultList, type ImportResult } from './faults.ts'
import { lookOfText } from './file-look.ts'
import { placeList } from './places.ts'
import { SEPARATORS, settleSeparator, startOf, trimmedTo, type Separator } from './separator.ts'
import { shellWord } from './proposal.ts'
import { LIMITS, type ByteSource } from './source.ts'
import { readTable } from './table.ts'
import { tableGate, type TableOptions } from './table-options.ts'
import { detached, type Placed, type TableFile } from './table-file.ts'

type Cells = readonly string[]

/** Reads a CSV file with a header (RFC 4180), whatever its separator, encoding and ends of lines. */
export function importCsv(source: ByteSource, options: TableOptions = {}): ImportResult {
  const gate = tableGate(source, options)
  const faults = faultList(gate)
  const file = openCsv(source, faults)
  return file ? readTable(file, { source, options, gate, faults }) : faults.result()
}

function openCsv(source: ByteSource, faults: FaultList): TableFile<Cells> | undefined {
  const text = settleText(source, faults)
  if (!text) return undefined
  const look = lookOfText(startOf(text.pieces(), 256))
  if (look !== undefined) return faults.add('not_a_table', `this looks like ${look}, not like CSV`)
  const separator = settleSeparator(text.pieces, faults)
  const header = separator && readHeader(text, separator, { source, faults })
  if (!separator || !header) return undefined
  return tableOf(text, separator, header, faults)
}

function readHeader(
  text: TextFile,
  separator: Separator,
  { source, faults }: { readonly source: ByteSource; readonly faults: FaultList },
): readonly string[] | undefined {
  const below: Cells[] = []
  let header: Placed<Cells> | undefined
  for (const record of linesOf(text, separator)) {
    if (!('cells' in record)) {
      if (header === undefined) return faults.add(record.fault, record.text, { line: record.line })
      break
    }
    const { line, cells } = record
    if (header === undefined) header = { record: [...cells], line }
    else below.push([...cells])
    if (cells.length > LIMITS.columns) return faults.add('too_large', `more than ${LIMITS.columns} columns`, { line })
    if (below.length === RECORDS_BELOW) break
  }
  if (header === undefined) return faults.add('empty', 'the file is empty')
  const { record, line } = header
  if (!isRow(record, below)) return nameColumns(record, line, faults)
  return faults.add(
    'header_missing',
    'the first line is a row, and no header',
    { line },
    namingStep(record, separator, source),
  )
}

/** The command that puts a header before a file. Which of its columns is which, only its owner knows. */
function namingStep(cells: Cells, { character }: Separator, { name = 'FILE.csv' }: ByteSource): string {
  const names = cells.map((_, index) => (index === 0 ? 'id' : `column_${index + 1}`)).join(character)
  const named = `${name.replace(/\.[^./\\]*$/, '')}.named.csv`
  return `put the names of its columns before it, in the place of these: (echo '${names}'; cat ${shellWord(name)}) > ${shellWord(named)}`
}

/** A column without a name is called by its place: row numbers often stand in one. Columns of one name are told apart as `Score#1` and `Score#2`. */
function nameColumns(cells: Cells, line: number, faults: FaultList): readonly string[] | undefined {
  const given = cells.map((cell, index) => (cell.trim() === '' ? `column-${index + 1}` : detached(cell.trim())))
  const counts = new Map<string, number>()
  for (const name of given) counts.set(name, (counts.get(name) ?? 0) + 1)
  const seen = new Map<string, number>()
  const named = given.map((name) => {
    if (counts.get(name) === 1) return name
    const place = (seen.get(name) ?? 0) + 1
    seen.set(name, place)
    return `${name}#${place}`
  })
  const repeated = named.find((name, index) => named.indexOf(name) !== index)
  if (repeated !== undefined)
    return faults.add('duplicate_column', 'two columns would have this name', { line, column: repeated })
  return named
}

function tableOf(text: TextFile, separator: Separator, header: readonly string[], faults: FaultList): TableFile<Cells> {
  const indexOf = new Map(header.map((column, index) => [column, index]))
  return {
    format: 'csv',
    encoding: text.encoding,
    sourceDigest: text.sourceDigest,
    separator: SEPARATORS[separator.character] ?? null,
    columns: () => header,
    leaves: () => header,
    has: (column) => indexOf.has(column),
    records: (complains) => rowsOf(text, { separator, width: header.length, faults: complains ? faults : undefined }),
    cell: (column) => {
      const index = indexOf.get(column) ?? -1
      return (record) => record[index]
    },
    fields: () => header,
  }
}

function* rowsOf(
  text: TextFile,
  { separator, width, faults }: { separator: Separator; width: number; faults: FaultList | undefined },
): Generator<Placed<Cells>> {
  const ragged = placeList()
  let isHeader = true
  for (const record of linesOf(text, separator)) {
    if (!('cells' in record)) {
      faults?.add(record.fault, record.text, { line: record.line })
      return
    }
    if (isHeader) {
      isHeader = false
      continue
    }
    const { line } = record
    const cells = trimmedTo(width, record.cells)
    if (cells.length === width) {
      // Spreadsheets end a table with rows of separators alone.
      if (width === 1 || cells.some((cell) => cell !== '')) yield { record: cells, line }
    } else ragged.add(line)
  }
  if (ragged.count() > 0)
    faults?.add('ragged_row', `not ${width} cells, as there are columns, ${ragged.text()}`, { line: ragged.first() })
}

function* linesOf({ pieces }: TextFile, { character, hasOwnLine }: Separator): ReturnType<typeof readRecords> {
  let isFirst = hasOwnLine
  for (const record of readRecords(pieces(), character)) {
    if (!isFirst) yield record
    isFirst = false
  }
}
