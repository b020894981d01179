import canonicalize from 'canonicalize'
import { textOf, utf8 } from './bytes.ts'
import { RecordError } from './record-error.ts'

/** A value that JSON can hold without loss. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue }

/**
 * Canonical JSON (RFC 8785, JCS). Whatever JSON would drop or bend in silence is refused first.
 * @throws RecordError `not_plain_json` for undefined, functions, symbols, bigints, NaN, Map, class instances, lone surrogates, cycles, over 1,000 levels
 */
export function canonicalJson(value: unknown): string {
  refuseUnlessPlain(value, '', new Set())
  const text = canonicalize(value)
  if (text === undefined) throw new RecordError('not_plain_json', 'the value has no JSON form')
  return text
}

/** UTF-8 bytes of {@link canonicalJson}. */
export function canonicalBytes(value: unknown): Uint8Array {
  return utf8(canonicalJson(value))
}

/**
 * Reads canonical JSON and refuses any other spelling of it: duplicate keys, white space, other key order, other number forms.
 * @throws RecordError `not_canonical`
 */
export function parseCanonical(bytes: Uint8Array): unknown {
  const text = textOf(bytes)
  const value = parseJson(text)
  if (canonicalJson(value) !== text) {
    throw new RecordError('not_canonical', 'the bytes are JSON, but not its canonical form (RFC 8785)')
  }
  return value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RecordError('not_canonical', 'the bytes are not JSON', { cause })
  }
}

// Far more than any record has, far less than what ends the stack.
const maxDepth = 1_000

function refuseUnlessPlain(value: unknown, path: string, ancestors: Set<object>): void {
  if (value === null || typeof value === 'boolean') return
  if (typeof value === 'string') return refuseLoneSurrogates(value, path)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notPlain(path, 'is not a finite number')
    return
  }
  if (typeof value !== 'object') throw notPlain(path, `is a ${typeof value}`)
  if (ancestors.has(value)) throw notPlain(path, 'contains itself')
  if (ancestors.size === maxDepth) throw new RecordError('not_plain_json', `the value is over ${maxDepth} levels deep`)
  ancestors.add(value)
  for (const [key, member] of membersOf(value, path)) refuseUnlessPlain(member, `${path}/${key}`, ancestors)
  ancestors.delete(value)
}

function membersOf(value: object, path: string): Iterable<[string | number, unknown]> {
  // `entries` of an array also yields its holes, as undefined: they are refused with the rest.
  if (Array.isArray(value)) return value.entries()
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw notPlain(path, 'is not a plain object')
  if (Object.getOwnPropertySymbols(value).length > 0) throw notPlain(path, 'has a symbol for a key')
  const members = Object.entries(value)
  for (const [key] of members) refuseLoneSurrogates(key, path)
  return members
}

function refuseLoneSurrogates(text: string, path: string): void {
  if (!text.isWellFormed()) throw notPlain(path, 'holds half of a surrogate pair')
}

function notPlain(path: string, what: string): RecordError {
  return new RecordError('not_plain_json', `the value at "${path}" ${what}`)
}
