import type { ImportResult } from '../faults.ts'
import { atPointer, field, isObject, type JsonObject } from '../json.ts'
import { lineOf, parseStreaming } from '../json-text.ts'
import { LIMITS } from '../source.ts'
import { tableReader } from '../table.ts'
import { MEDIA, type OpenedSource, type ReadingOptions, type ResultsFormat } from './format.ts'

/** A JSON array of objects: a table like JSONL, whose columns are keys or JSON pointers. */
export const jsonArrayFormat: ResultsFormat = {
  name: 'json',
  label: 'JSON array of objects',
  mediaTypes: [MEDIA.json],
  takes: ['mapping', 'where'],
  isText: true,
  recognise: ({ kind, keys, isLines }) => kind === 'json' && !isLines && keys.has('/*'),
  read: importJsonArray,
}

function importJsonArray(source: OpenedSource, options: ReadingOptions): ImportResult {
  const reader = tableReader('json', source, options)
  const { faults } = reader
  if (source.text.length > LIMITS.fileSize) {
    faults.add('too_large', `larger than ${LIMITS.fileSize} characters`)
    return faults.result()
  }
  let state: 'before' | 'reading' | 'unmapped' = 'before'
  const parsed = parseStreaming(source.text, [''], ({ value, index }) => {
    // What a table calls a line is the number of the element: all of a file may stand on one line.
    const line = index + 1
    if (!isObject(value)) {
      faults.add('not_an_object', 'not a JSON object', { pointer: `/${index}` })
      return
    }
    if (Object.keys(value).length > LIMITS.columns)
      faults.add('too_large', `more than ${LIMITS.columns} keys`, { pointer: `/${index}` })
    if (state === 'before') state = reader.begin(Object.keys(value), () => true) ? 'reading' : 'unmapped'
    if (state === 'reading')
      reader.row({ line, get: (column) => read(value, column), fields: () => Object.keys(value) })
  })
  if (!('value' in parsed)) faults.add('malformed', `not valid JSON (line ${lineOf(source.text, parsed.offset)})`)
  else if (!Array.isArray(parsed.value)) faults.add('malformed', 'not an array of objects')
  else if (state === 'before' && !faults.any()) faults.add('empty', 'the array is empty')
  return byPointer(reader.finish())
}

/** Tables name lines; an array's elements have pointers. */
function byPointer(result: ImportResult): ImportResult {
  if (result.ok) return result
  const faults = result.faults.map(({ line, ...fault }) =>
    line === undefined ? fault : { ...fault, pointer: `/${line - 1}` },
  )
  return { ...result, faults }
}

function read(record: JsonObject, column: string): unknown {
  return column.startsWith('/') ? atPointer(record, column) : field(record, column)
}
