import { directionOf } from '../metric-directions.ts'
import { isObject, parseJson, type JsonObject } from './json.ts'
import { cellOf, leavesOf } from './json-objects.ts'
import { usualKind } from './mapping.ts'
import { proposeMapping, shellWord } from './proposal.ts'
import type { ByteSource } from './source.ts'

/** Rows that a JSON document holds in some shape, and the way to have each on a line. */
export interface JsonTable {
  /** What it looks like, with the place where it stands. */
  readonly look: string
  /** How jq makes one object a line of it. */
  readonly filter: string
  /** The key under which it stands; empty for the document itself. */
  readonly name: string
  readonly objects: readonly JsonObject[]
}

/** So deep below the top are rows looked for. */
const DEPTH = 3
/** So many numbers by name may be one for each case; fewer are the totals of a run. */
const FEWEST_NUMBERS = 10
const MOST_TABLES = 4

/** The tables that a JSON document holds, the largest first; empty where there is none. Only under keys of plain words: any other may be content. */
export function tablesIn(text: string): readonly JsonTable[] {
  const parsed = parseJson(text)
  if (!('value' in parsed)) return []
  return [...tablesAt(parsed.value, [])].toSorted((a, b) => b.objects.length - a.objects.length).slice(0, MOST_TABLES)
}

function* tablesAt(value: unknown, path: readonly string[]): Generator<JsonTable> {
  const table = tableOf(value, path)
  if (table !== undefined) yield table
  else if (isObject(value) && path.length < DEPTH) {
    for (const [key, inner] of Object.entries(value)) {
      if (/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(key)) yield* tablesAt(inner, [...path, key])
    }
  }
}

function tableOf(value: unknown, path: readonly string[]): JsonTable | undefined {
  const [at, from] = [path.length === 0 ? '' : ` at /${path.join('/')}`, path.map((key) => `.${key}`).join('')]
  const made = (look: string, filter: string, objects: readonly JsonObject[]): JsonTable => ({
    look: `${look}${at}`,
    filter,
    name: path.at(-1) ?? '',
    objects,
  })
  if (isArrayOfObjects(value)) return made('a JSON array of objects', `${from === '' ? '.' : from}[]`, value)
  if (!isObject(value)) return undefined
  const pipe = from === '' ? '' : `${from} | `
  const columns = columnsOfLists(value) ?? columnsOfIndexes(value)
  if (columns !== undefined) return made(columns.look, `${pipe}${columns.filter}`, columns.objects)
  return (
    byId(value, (filter, objects) => made('a JSON object with an object for each id', `${pipe}${filter}`, objects)) ??
    numbersById(value, (filter, objects) =>
      made('a JSON object with a number for each id', `${pipe}${filter}`, objects),
    )
  )
}

type Make = (filter: string, objects: readonly JsonObject[]) => JsonTable

/** `{"case-1": {…}, "case-2": {…}}`: objects that have a key in common. */
function byId(value: JsonObject, make: Make): JsonTable | undefined {
  const entries = Object.entries(value)
  const [first] = entries
  if (first === undefined || entries.length < 2 || !entries.every(([, inner]) => isObject(inner))) return undefined
  const rows = entries as readonly (readonly [string, JsonObject])[]
  const isCommon = (key: string): boolean => rows.every(([, row]) => Object.hasOwn(row, key) && !isObject(row[key]))
  if (!Object.keys(rows[0]?.[1] ?? {}).some(isCommon)) return undefined
  const id = rows.some(([, row]) => Object.hasOwn(row, 'id')) ? 'case_id' : 'id'
  return make(
    `to_entries[] | {${id}: .key} + .value`,
    rows.map(([key, row]) => ({ [id]: key, ...row })),
  )
}

/** `{"case-1": 1, "case-2": 0}`. Numbers by the names of metrics are the totals of a run. */
function numbersById(value: JsonObject, make: Make): JsonTable | undefined {
  const entries = Object.entries(value)
  if (entries.length < FEWEST_NUMBERS || !entries.every(([, inner]) => isScore(inner))) return undefined
  if (entries.some(([key]) => directionOf(key) !== undefined || usualKind(key) !== undefined)) return undefined
  return make(
    'to_entries[] | {id: .key, value}',
    entries.map(([id, number]) => ({ id, value: number })),
  )
}

function isScore(it: unknown): boolean {
  return typeof it === 'number' || typeof it === 'boolean'
}

interface Columns {
  readonly look: string
  readonly filter: string
  readonly objects: readonly JsonObject[]
}

/** `{"id": ["a", "b"], "correct": [1, 0]}`: lists that are as long as each other. */
function columnsOfLists(value: JsonObject): Columns | undefined {
  const lists = Object.values(value)
  const [first] = lists
  if (!Array.isArray(first) || lists.length < 2 || first.length < 2) return undefined
  if (!lists.every((list) => Array.isArray(list) && list.length === first.length && !list.some(isObject))) {
    return undefined
  }
  const objects = first.map((_, row) =>
    Object.fromEntries(Object.entries(value).map(([key, list]) => [key, (list as unknown[])[row]])),
  )
  const filter = '. as $all | range([.[] | length] | max) as $row | $all | map_values(.[$row])'
  return { look: 'JSON with a list for each column', filter, objects }
}

/** `{"correct": {"0": 1, "1": 0}, "cost": {"0": 3, "1": 2}}`, as pandas writes a table: the same numbers of rows in each. */
function columnsOfIndexes(value: JsonObject): Columns | undefined {
  const columns = Object.entries(value)
  const [first] = columns
  if (first === undefined || !columns.every(([, column]) => isObject(column))) return undefined
  const rows = Object.keys(first[1] as JsonObject)
  if (rows.length < 2 || rows.some((row) => !/^\d+$/.test(row))) return undefined
  if (!columns.every(([, column]) => Object.keys(column as JsonObject).join() === rows.join())) return undefined
  const objects = rows.map((row) => ({
    row,
    ...Object.fromEntries(columns.map(([key, column]) => [key, (column as JsonObject)[row]])),
  }))
  const filter = '. as $all | ([.[]][0] | keys_unsorted[]) as $row | {row: $row} + ($all | map_values(.[$row]))'
  return { look: 'JSON with an object of rows for each column', filter, objects }
}

/** Names what a document looks like, by all the tables that it holds. */
export function lookOfTables(tables: readonly JsonTable[]): string {
  return `this looks like ${tables.map(({ look }) => look).join(' and ')}`
}

/** Tells how to make lines of a document's tables, and the command that maps the largest, as far as it can be seen. */
export function proposeLines(
  tables: readonly JsonTable[],
  { name = 'FILE.json', command }: Pick<ByteSource, 'name' | 'command'>,
): string {
  const [first, ...others] = tables
  if (first === undefined) return ''
  const linesOf = (table: JsonTable): string =>
    others.length === 0 ? `${name}l` : `${name.replace(/\.json$/i, '')}.${table.name}.jsonl`
  const make = (table: JsonTable): string => `jq -c '${table.filter}' ${shellWord(name)} > ${shellWord(linesOf(table))}`
  const { objects } = first
  const table = {
    leaves: () => [...new Set(objects.flatMap((object) => [...leavesOf(object)]))].toSorted(),
    records: () => objects.map((record, index) => ({ record, line: index + 1 })),
    cell: cellOf,
  }
  const mapping = proposeMapping(table, { name: linesOf(first), command })
  const what = others.length === 0 ? 'it' : 'each'
  return `make one object a line of ${what}: ${tables.map(make).join('; ')}; ${mapping}`
}

function isArrayOfObjects(value: unknown): value is readonly JsonObject[] {
  return Array.isArray(value) && value.length > 0 && value.every(isObject)
}
