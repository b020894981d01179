import { atPointer, field, isObject, parseJson, type JsonObject } from './json.ts'
import { proposeMapping, shellWord } from './proposal.ts'
import type { ByteSource } from './source.ts'

/** So deep are values looked for that a mapping could name. */
const LEAF_DEPTH = 4

/** How a key, or the value at a JSON pointer, is read from an object. */
export function cellOf(column: string): (record: JsonObject) => unknown {
  if (!column.startsWith('/')) return (record) => field(record, column)
  return (record) => (Object.hasOwn(record, column) ? record[column] : atPointer(record, column))
}

/** The keys and pointers of an object that lead to a value that isn't an object. */
export function* leavesOf(value: JsonObject, path = '', depth: number = LEAF_DEPTH): Generator<string> {
  for (const [key, inner] of Object.entries(value)) {
    const pointer = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (isObject(inner) && depth > 1) yield* leavesOf(inner, pointer, depth - 1)
    else yield path === '' ? key : pointer
  }
}

/** Objects that a JSON document holds as an array. */
export interface ObjectsInJson {
  readonly look: string
  /** How jq names the array. */
  readonly filter: string
  readonly objects: readonly JsonObject[]
}

/** The array of objects that a document is, or the only one that it holds under a key of one plain word; `undefined` where there is none. */
export function objectsIn(text: string): ObjectsInJson | undefined {
  const parsed = parseJson(text)
  if (!('value' in parsed)) return undefined
  if (isArrayOfObjects(parsed.value))
    return { look: 'this looks like a JSON array of objects', filter: '.[]', objects: parsed.value }
  if (!isObject(parsed.value)) return undefined
  const [only, another] = Object.entries(parsed.value).filter(([, value]) => isArrayOfObjects(value))
  if (!only || another || !/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(only[0])) return undefined
  const [key, objects] = only
  if (!isArrayOfObjects(objects)) return undefined
  return { look: `this looks like JSON with an array of objects at /${key}`, filter: `.${key}[]`, objects }
}

/** Tells how to make lines of such objects, and the command that maps these as far as it can be seen. */
export function proposeLines(
  { filter, objects }: ObjectsInJson,
  { name = 'FILE.json', command }: Pick<ByteSource, 'name' | 'command'>,
): string {
  const lines = `${name}l`
  const table = {
    leaves: () => [...new Set(objects.flatMap((object) => [...leavesOf(object)]))].toSorted(),
    records: () => objects.map((record, index) => ({ record, line: index + 1 })),
    cell: cellOf,
  }
  return `make one object a line of it: jq -c '${filter}' ${shellWord(name)} > ${shellWord(lines)}; ${proposeMapping(table, { name: lines, command })}`
}

function isArrayOfObjects(value: unknown): value is readonly JsonObject[] {
  return Array.isArray(value) && value.length > 0 && value.every(isObject)
}
