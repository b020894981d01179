import { atPointer, field, isObject, type JsonObject } from './json.ts'

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
