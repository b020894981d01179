import {
  canonicalBytes,
  createNoteSigner,
  encodeBundle,
  encodeEntry,
  entryFromEnvelope,
  formatTlogProof,
  hashLeaf,
  parseCanonical,
  signCheckpoint,
  signEnvelope,
  statementPayloadType,
} from '../src/index.ts'
import type { JsonValue } from '../src/index.ts'
import { exampleOrigin } from './example-record.ts'
import type { ExampleLog } from './example-record.ts'

type Place = readonly (string | number)[]

/** A way to bend one value of a JSON document; undefined where it doesn't apply, `removed` to leave the value out. */
export interface Mutation {
  readonly name: string
  readonly apply: (value: JsonValue) => JsonValue | undefined | typeof removed
}

/** In place of a value that is left out. */
export const removed: unique symbol = Symbol('removed')

const isObject = (value: JsonValue): value is { readonly [member: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const replaceBy = (name: string, value: JsonValue): Mutation => ({ name, apply: () => value })
const ofText = (name: string, change: (text: string) => string): Mutation => ({
  name,
  apply: (value) => (typeof value === 'string' ? change(value) : undefined),
})
const ofArray = (name: string, change: (list: readonly JsonValue[]) => JsonValue): Mutation => ({
  name,
  apply: (value) => (Array.isArray(value) ? change(value) : undefined),
})
const ofLines = (name: string, change: (lines: readonly string[]) => readonly string[]): Mutation =>
  ofText(name, (text) => change(text.split('\n')).join('\n'))

/** Each way to bend a value's type, names, blanks, lines and repetitions. */
export const mutations: readonly Mutation[] = [
  { name: 'leave out', apply: () => removed },
  replaceBy('null', null),
  replaceBy('true', true),
  replaceBy('0', 0),
  replaceBy('1', 1),
  replaceBy('-1.5', -1.5),
  replaceBy('an empty text', ''),
  replaceBy('the word erased', 'erased'),
  replaceBy('the word null', 'null'),
  replaceBy('an empty array', []),
  replaceBy('an empty object', {}),
  { name: 'put in an array', apply: (value) => [value] },
  { name: 'put in an object', apply: (value) => ({ value }) },
  {
    name: 'make an object of an array',
    apply: (value) => (Array.isArray(value) ? Object.fromEntries(value.entries()) : undefined),
  },
  { name: 'make an array of an object', apply: (value) => (isObject(value) ? Object.values(value) : undefined) },
  { name: 'add a member', apply: (value) => (isObject(value) ? { ...value, zeta: null } : undefined) },
  {
    name: 'add a blank to the names of members',
    apply: (value) =>
      isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, it]) => [`${key} `, it])) : undefined,
  },
  ofArray('repeat the elements', (list) => [...list, ...list]),
  ofArray('turn the elements round', (list) => list.toReversed()),
  ofText('end with a blank', (text) => `${text} `),
  ofText('begin with a blank', (text) => ` ${text}`),
  ofText('end with a newline', (text) => `${text}\n`),
  ofText('begin with a newline', (text) => `\n${text}`),
  ofText('end with a null character', (text) => `${text}\u0000`),
  ofText('end with a byte order mark', (text) => `${text}\ufeff`),
  ofText('end with a carriage return', (text) => `${text}\r`),
  ofText('drop the last character', (text) => text.slice(0, -1)),
  ofText('write it in capitals', (text) => text.toUpperCase()),
  ofText('double the blanks', (text) => text.replaceAll(' ', '  ')),
  ofText('make tabs of blanks', (text) => text.replaceAll(' ', '\t')),
  ofLines('repeat the last line', (lines) => [...lines.slice(0, -1), ...lines.slice(-2)]),
  ofLines('repeat the second line', (lines) => [...lines.slice(0, 2), ...lines.slice(1)]),
  ofLines('drop the second line', (lines) => lines.toSpliced(1, 1)),
  ofLines('make an empty line of the third', (lines) => lines.toSpliced(2, 1, '')),
  ofLines('end each line with a blank', (lines) => lines.map((line) => `${line} `)),
]

/** Every place of a document but its root, from the top. */
export function placesOf(value: JsonValue, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const members: readonly (readonly [string | number, JsonValue])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value)
  return members.flatMap(([key, member]) => [[...at, key], ...placesOf(member, [...at, key])])
}

/** The document with the mutation applied at a place; undefined where it doesn't apply. */
export function mutate(root: JsonValue, place: Place, { apply }: Mutation): JsonValue | undefined {
  const result = at(root, place)
  return result === removed ? undefined : result

  function at(value: JsonValue, [key, ...rest]: Place): ReturnType<Mutation['apply']> {
    if (key === undefined) return apply(value)
    const inner = at(Array.isArray(value) ? value[Number(key)] : Object(value)[key], rest)
    if (inner === undefined) return undefined
    if (Array.isArray(value)) return value.toSpliced(Number(key), 1, ...(inner === removed ? [] : [inner]))
    const others = Object.entries(Object(value) as Record<string, JsonValue>).filter(([name]) => name !== key)
    return Object.fromEntries(inner === removed ? others : [...others, [String(key), inner]])
  }
}

/** Parses the JSON of a bundle's file. */
export function documentOf(bytes: Uint8Array): JsonValue {
  return parseCanonical(bytes) as JsonValue
}

/** A bundle whose statement is this document, duly signed and logged: only its form can be wrong. */
export function bundleOfStatement(statement: JsonValue, { bundle, recordKey, logKey }: ExampleLog): Uint8Array {
  const dsseEnvelope = signEnvelope(statementPayloadType, canonicalBytes(statement), [recordKey.signer])
  const entry = encodeEntry(entryFromEnvelope('pacr', dsseEnvelope))
  const signer = createNoteSigner(exampleOrigin, logKey.privateKey, logKey.publicKey)
  const checkpoint = signCheckpoint({ origin: exampleOrigin, size: 1n, root: hashLeaf(entry) }, [signer])
  const tlogProof = formatTlogProof({ index: 0n, hashes: [], checkpoint })
  return encodeBundle({ ...bundle, dsseEnvelope, entry, tlogProof, consistencyProof: null })
}
