import { repeatedKey } from './json-keys.ts'

/** A JSON object as parsed: only own keys are ever read, so `__proto__` and `constructor` are names like any other. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whether a value is a JSON object (not an array, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value's own field; `undefined` if it isn't an object or hasn't that field. */
export function field(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** A text that isn't JSON, or that says one key twice. */
export interface JsonProblem {
  /** Where, if the engine tells. */
  readonly offset: number | undefined
  /** The key that stands twice in one object; it may be content. */
  readonly key?: string | undefined
}

/** Parses JSON. On a syntax error answers the offset, if the engine tells: its message quotes the text, so it goes no further. */
export function parseJson(text: string): { readonly value: unknown } | JsonProblem {
  try {
    const value = JSON.parse(text) as unknown
    return repeatedKey(text, value) ?? { value }
  } catch (error) {
    const position = error instanceof SyntaxError ? / at position (\d+)/.exec(error.message)?.[1] : undefined
    return { offset: position === undefined ? undefined : Number(position) }
  }
}

/** Follows an RFC 6901 pointer through own fields of objects. */
export function atPointer(value: unknown, pointer: string): unknown {
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(field, value)
}

/** The value's text with sorted keys, the same for every order of keys; `undefined` beyond `depth` levels. */
export function canonicalText(value: unknown, depth: number): string | undefined {
  if (depth < 0) return undefined
  if (Array.isArray(value))
    return joined(
      value.map((item) => canonicalText(item, depth - 1)),
      '[',
      ']',
    )
  if (!isObject(value)) return JSON.stringify(value)
  const fields = Object.keys(value)
    .toSorted()
    .map((key) => {
      const text = canonicalText(value[key], depth - 1)
      return text === undefined ? undefined : `${JSON.stringify(key)}:${text}`
    })
  return joined(fields, '{', '}')
}

function joined(parts: readonly (string | undefined)[], open: string, close: string): string | undefined {
  return parts.includes(undefined) ? undefined : `${open}${parts.join(',')}${close}`
}
