import { readRecords as csvRecords } from '../csv-records.ts'
import type { FaultList } from '../faults.ts'
import { field, isObject, parseJson, type JsonObject } from '../json.ts'
import { addJsonFault, jsonValues, parseStreaming } from '../json-text.ts'
import { isBlank, readName } from '../cell.ts'
import type { ScoredCase } from '../scored-cases.ts'
import { settleSeparator } from '../separator.ts'
import { LIMITS } from '../source.ts'
import type { ReadingOptions } from './format.ts'
import type { RowFilter } from '../mapping.ts'

/** Takes one record of a file, with the place that faults name. */
export type TakeRecord = (record: JsonObject, place: { readonly line?: number; readonly pointer?: string }) => void

/** Reads the records of a text: a JSON object a line, an array of them (at one of `arrays`), or the rows of a CSV file. Answers what stands around an array. */
export function readRecords(
  text: string,
  faults: FaultList,
  take: TakeRecord,
  arrays: readonly string[] = [''],
): unknown {
  if (text.length > LIMITS.fileSize) return faults.add('too_large', `larger than ${LIMITS.fileSize} characters`)
  const first = text.trimStart()[0]
  if (first === undefined) return faults.add('empty', 'the file is empty')
  if (first !== '{' && first !== '[') return readRows(text, faults, take)
  if (first === '[' || !arrays.includes('')) return readDocument(text, faults, take, arrays)
  for (const found of jsonValues(text)) {
    if ('offset' in found) addJsonFault(text, found, faults, { isSequence: true })
    else if (isObject(found.value)) take(found.value, { line: found.line })
    else faults.add('not_an_object', 'not a JSON object', { line: found.line })
  }
  return undefined
}

/** Reads a JSON document whose records stand in one of `arrays` (JSON pointers). */
export function readDocument(text: string, faults: FaultList, take: TakeRecord, arrays: readonly string[]): unknown {
  const parsed = parseStreaming(text, arrays, ({ value, index, array }) => {
    const pointer = `${array}/${index}`
    if (isObject(value)) take(value, { pointer })
    else faults.add('not_an_object', 'not a JSON object', { pointer })
  })
  return 'value' in parsed ? parsed.value : addJsonFault(text, parsed, faults)
}

function readRows(text: string, faults: FaultList, take: TakeRecord): undefined {
  const separator = settleSeparator(() => [text], faults)
  if (!separator) return undefined
  let columns: readonly string[] | undefined
  let isDeclaration = separator.hasOwnLine
  for (const record of csvRecords([text], separator.character)) {
    if (!('cells' in record)) return faults.add(record.fault, record.text, { line: record.line })
    const { cells, line } = record
    if (isDeclaration) isDeclaration = false
    else if (columns === undefined) columns = cells.map((name) => name.trim())
    else if (cells.length === columns.length)
      take(Object.fromEntries(columns.map((name, index) => [name, cells[index]])), { line })
    else faults.add('ragged_row', `${cells.length} cells under ${columns.length} columns`, { line })
  }
  if (columns !== undefined && new Set(columns).size !== columns.length)
    faults.add('duplicate_column', 'two columns have one name', { line: 1 })
  return undefined
}

/** Whether a record passes all filters. */
export function passes(record: JsonObject, where: readonly RowFilter[] | undefined): boolean {
  return (where ?? []).every(({ column, equals }) => readName(field(record, column)) === equals)
}

/** A value that a CSV file holds as JSON, or as it stands. */
export function parsedCell(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{"]/.test(value)) return value
  const parsed = parseJson(value)
  return 'value' in parsed ? parsed.value : value
}

/** Finds fields that hold several values although the records of one run hold one: mixed, several runs would pass for repeats. */
export function configurationGuard(
  fields: readonly string[],
  faults: FaultList,
  show: (value: string) => string,
): { readonly see: (record: JsonObject) => void; readonly finish: () => void } {
  const seen = new Map(fields.map((name) => [name, new Set<string>()]))
  return {
    see(record) {
      for (const [name, values] of seen) {
        const value = readName(field(record, name))
        if (value !== undefined && values.size < 10) values.add(value)
      }
    },
    finish() {
      for (const [name, values] of seen)
        if (values.size > 1) {
          const choices = [...values].map(show).toSorted().join(', ')
          faults.add(
            'ambiguous_selection',
            `several of ${name}`,
            {},
            `choose one with --where ${name}=VALUE: ${choices}`,
          )
        }
    },
  }
}

/** Names of fields that are left out. */
export function unread(record: JsonObject, read: ReadonlySet<string>): string[] {
  return Object.keys(record).filter((name) => !read.has(name) && !isBlank(record[name]))
}

/** The names of a case: what variables of its own data say where options name some, and else the id that its format has. */
export function namesFrom(
  data: unknown,
  ownId: string | undefined,
  { caseIdVariable, sliceVariable, clusterVariable, watch }: ReadingOptions,
): Pick<ScoredCase, 'caseId' | 'slice' | 'cluster'> {
  watch?.sawVariables(data)
  const named = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : readName(field(data, name))
  return {
    caseId: caseIdVariable === undefined ? ownId : named(caseIdVariable),
    slice: named(sliceVariable),
    cluster: named(clusterVariable),
  }
}

/** Names the rows that filters chose of a file, in words. */
export function selectionOf(where: readonly RowFilter[] | undefined): string | null {
  return where === undefined || where.length === 0 ? null : where.map(({ equals }) => equals).join('/')
}
