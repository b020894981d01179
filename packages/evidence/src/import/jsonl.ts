import { settleText, type TextFile } from './encoding.ts'
import { faultList, type FaultList, type ImportResult } from './faults.ts'
import { lookOfText } from './file-look.ts'
import { isObject, parseJson, type JsonObject, type JsonProblem } from './json.ts'
import { cellOf, leavesOf } from './json-objects.ts'
import { startOf } from './separator.ts'
import { lookAtJson } from './json-look.ts'
import { wordsOf } from './json-text.ts'
import { LIMITS, type ByteSource } from './source.ts'
import { readTable } from './table.ts'
import { tableGate, type TableOptions } from './table-options.ts'
import type { Placed, TableFile } from './table-file.ts'

/** So many different keys are told apart; files of results have dozens. */
const MOST_KEYS = 2000

/** Reads one JSON object a line. A mapped column is a key, or a JSON pointer (`/metrics/score`) into nested objects. */
export function importJsonl(source: ByteSource, options: TableOptions = {}): ImportResult {
  const gate = tableGate(source, options)
  const faults = faultList(gate)
  const file = openJsonl(source, faults)
  return file ? readTable(file, { source, options, gate, faults }) : faults.result()
}

function openJsonl(source: ByteSource, faults: FaultList): TableFile<JsonObject> | undefined {
  const text = settleText(source, faults)
  if (!text) return undefined
  const start = startOf(text.pieces(), 4096)
  if (start.trim() === '' && start.length < 4096) return faults.add('empty', 'the file is empty')
  const look = lookOfText(start)
  if (look === 'XML or HTML' || isSpread(start))
    return faults.add('not_a_table', `this looks like ${look}, not like one JSON object a line`, {}, stepFor(look))
  // The first pass over the file tells what is wrong with its lines, whatever it is made for.
  let isTold = false
  const records = (complains: boolean): Generator<Placed<JsonObject>> => {
    const told = complains && !isTold ? faults : undefined
    isTold ||= complains
    return recordsOf(text, told)
  }
  return {
    format: 'jsonl',
    encoding: text.encoding,
    sourceDigest: text.sourceDigest,
    separator: null,
    columns: () => namesIn(records(true), (record) => Object.keys(record)),
    leaves: () => namesIn(records(false), (record) => leavesOf(record)),
    has: () => undefined,
    records,
    cell: cellOf,
    fields: (record) => Object.keys(record),
  }
}

/** One array of objects, or one object over many lines, rather than a line that happens to hold one. */
function isSpread(start: string): boolean {
  return /^\s*\[\s*(?:\{|$)/.test(start) || /^\s*\{[ \t\r]*\n/.test(start)
}

function stepFor(look: ReturnType<typeof lookOfText>): string | undefined {
  if (look === 'a JSON array') return "make one object a line of it: jq -c '.[]' FILE > FILE.jsonl"
  return look === 'a JSON object' ? 'make one object a line of it: jq -c . FILE > FILE.jsonl' : undefined
}

function namesIn(
  records: Iterable<Placed<JsonObject>>,
  namesOf: (record: JsonObject) => Iterable<string>,
): readonly string[] {
  const names = new Set<string>()
  for (const { record } of records) for (const name of namesOf(record)) if (names.size < MOST_KEYS) names.add(name)
  return [...names].toSorted()
}

function* recordsOf(text: TextFile, faults: FaultList | undefined): Generator<Placed<JsonObject>> {
  for (const { text: raw, line } of linesOf(text.pieces())) {
    if (raw === undefined) {
      faults?.add('too_large', `a line is longer than ${LIMITS.recordSize} characters`, { line })
      continue
    }
    if (raw.trim() === '') continue
    const parsed = parseLine(raw)
    if (!('value' in parsed)) addLineFault(parsed, raw, line, faults)
    else if (!isObject(parsed.value)) faults?.add('not_an_object', 'not a JSON object', { line })
    else if (Object.keys(parsed.value).length > LIMITS.columns)
      faults?.add('too_large', `more than ${LIMITS.columns} keys`, { line })
    else yield { record: parsed.value, line }
  }
}

function addLineFault({ key }: JsonProblem, raw: string, line: number, faults: FaultList | undefined): void {
  if (faults === undefined) return
  if (key === undefined) {
    const look = lookAtJson(raw)
    const pointer = look === undefined || look.pointer === '' ? {} : { pointer: look.pointer }
    faults.add('malformed', `not valid JSON${wordsOf(look)}`, { line, ...pointer })
  } else faults.add('duplicate_key', 'a key stands twice in one object', { line, column: key })
}

/** Python writes `NaN` where it has no number, which JSON knows nothing of. */
function parseLine(text: string): ReturnType<typeof parseJson> {
  const parsed = parseJson(text)
  if ('value' in parsed || parsed.key !== undefined || !text.includes('NaN')) return parsed
  return parseJson(text.replaceAll(/"(?:[^"\\]|\\.)*"|\bNaN\b/g, (token) => (token === 'NaN' ? 'null' : token)))
}

/** The lines of a text that comes in pieces; a line without text is one that is too long. */
function* linesOf(pieces: Iterable<string>): Generator<{ text: string | undefined; line: number }> {
  let parts: string[] = []
  let length = 0
  let line = 1
  const take = (part: string): void => {
    length += part.length
    if (length <= LIMITS.recordSize) parts.push(part)
  }
  for (const piece of pieces) {
    let start = 0
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', start)) {
      take(piece.slice(start, end))
      yield { text: length > LIMITS.recordSize ? undefined : parts.join(''), line }
      parts = []
      length = 0
      line += 1
      start = end + 1
    }
    take(piece.slice(start))
  }
  if (length > 0) yield { text: length > LIMITS.recordSize ? undefined : parts.join(''), line }
}
