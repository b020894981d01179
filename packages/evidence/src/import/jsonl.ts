import type { ImportResult } from './faults.ts'
import { atPointer, field, isObject, parseJson, type JsonObject } from './json.ts'
import { LIMITS, type ImportSource } from './source.ts'
import { tableReader, type TableOptions } from './table.ts'

/** Reads one JSON object a line. A mapped column is a key, or a JSON pointer (`/metrics/score`) into nested objects. */
export function importJsonl(source: ImportSource, options: TableOptions = {}): ImportResult {
  const reader = tableReader('jsonl', source, options)
  const { faults } = reader
  if (source.text.length > LIMITS.fileSize) {
    faults.add('too_large', `larger than ${LIMITS.fileSize} characters`)
    return faults.result()
  }
  let state: 'before' | 'reading' | 'unmapped' = 'before'
  const records = readLines(source.text, (code, text, line) => faults.add(code, text, { line }))
  for (const { record, line } of records) {
    // Keys may be absent from a line, so the columns that "exist" are those of the first line and whatever the mapping names.
    if (state === 'before') state = reader.begin(Object.keys(record), () => true) ? 'reading' : 'unmapped'
    if (state === 'reading')
      reader.row({ line, get: (column) => read(record, column), fields: () => Object.keys(record) })
  }
  if (state === 'before' && !faults.any()) faults.add('empty', 'the file is empty')
  return reader.finish()
}

type Complain = (code: 'too_large' | 'malformed' | 'not_an_object', text: string, line: number) => void

function* readLines(text: string, complain: Complain): Generator<{ record: JsonObject; line: number }> {
  let line = 0
  for (const raw of text.replace(/^\uFEFF/, '').split('\n')) {
    line += 1
    if (raw.trim() === '') continue
    if (raw.length > LIMITS.recordSize) {
      complain('too_large', `a line is longer than ${LIMITS.recordSize} characters`, line)
      continue
    }
    const parsed = parseJson(raw)
    if (!('value' in parsed)) complain('malformed', 'not valid JSON', line)
    else if (!isObject(parsed.value)) complain('not_an_object', 'not a JSON object', line)
    else if (Object.keys(parsed.value).length > LIMITS.columns)
      complain('too_large', `more than ${LIMITS.columns} keys`, line)
    else yield { record: parsed.value, line }
  }
}

function read(record: JsonObject, column: string): unknown {
  return column.startsWith('/') ? atPointer(record, column) : field(record, column)
}
