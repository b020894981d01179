import { faultList, type FaultList, type ImportResult } from '../faults.ts'
import { isObject, type JsonObject } from '../json.ts'
import { cellOf, leavesOf } from '../json-objects.ts'
import { lookOfTables, proposeLines, tablesIn } from '../json-tables.ts'
import { addJsonFault, parseStreaming } from '../json-text.ts'
import { LIMITS } from '../source.ts'
import { readTable } from '../table.ts'
import type { Placed, TableFile } from '../table-file.ts'
import { tableGate } from '../table-options.ts'
import { MEDIA, type OpenedSource, type ReadingOptions, type ResultsFormat } from './format.ts'

/** A JSON array of objects: a table like JSONL, whose columns are keys or JSON pointers. */
export const jsonArrayFormat: ResultsFormat = {
  name: 'json',
  label: 'JSON array of objects',
  mediaTypes: [MEDIA.json],
  takes: ['mapping', 'where', 'notation'],
  holds: 'text',
  recognise: ({ kind, keys, isLines }) => kind === 'json' && !isLines && keys.has('/*'),
  read: importJsonArray,
}

function importJsonArray(opened: OpenedSource, options: ReadingOptions): ImportResult {
  const { digest, name, command } = opened
  const source = { chunks: () => [], sha256: unused, digest, name, command }
  const gate = tableGate(source, options)
  const faults = faultList(gate)
  const records = readObjects(opened, faults)
  if (faults.any()) return faults.result()
  const names = (of: (record: JsonObject) => Iterable<string>): readonly string[] =>
    [...new Set(records.flatMap(({ record }) => [...of(record)]))].toSorted()
  const file: TableFile<JsonObject> = {
    format: 'json',
    encoding: 'utf-8',
    sourceDigest: opened.sourceDigest,
    separator: null,
    columns: () => names((record) => Object.keys(record)),
    leaves: () => names((record) => leavesOf(record)),
    has: () => undefined,
    records: () => records,
    cell: cellOf,
    fields: (record) => Object.keys(record),
  }
  return byPointer(readTable(file, { source, options, gate, faults }))
}

/** The text is held already. */
function unused(): never {
  throw new TypeError('a text that is held is not digested again')
}

/** Reads the objects of an array. The number of the element stands for a table's line: all of a file may stand on one line. */
function readObjects(source: OpenedSource, faults: FaultList): Placed<JsonObject>[] {
  const { text } = source
  const records: Placed<JsonObject>[] = []
  const parsed = parseStreaming(text, [''], ({ value, index }) => {
    const pointer = `/${index}`
    if (!isObject(value)) faults.add('not_an_object', 'not a JSON object', { pointer })
    else if (Object.keys(value).length > LIMITS.columns)
      faults.add('too_large', `more than ${LIMITS.columns} keys`, { pointer })
    else records.push({ record: value, line: index + 1 })
  })
  if (!('value' in parsed)) addJsonFault(text, parsed, faults, { isByLine: false })
  else if (!Array.isArray(parsed.value)) refuseOther(text, source, faults)
  else if (records.length === 0 && !faults.any()) faults.add('empty', 'the array is empty')
  return records
}

function refuseOther(text: string, source: OpenedSource, faults: FaultList): void {
  const tables = tablesIn(text)
  if (tables.length === 0) faults.add('malformed', 'not an array of objects')
  else faults.add('not_a_table', lookOfTables(tables), {}, proposeLines(tables, source))
}

/** Tables name lines; an array's elements have pointers. */
function byPointer(result: ImportResult): ImportResult {
  if (result.ok) return result
  const faults = result.faults.map(({ line, ...fault }) =>
    line === undefined ? fault : { ...fault, pointer: `/${line - 1}` },
  )
  return { ...result, faults }
}
