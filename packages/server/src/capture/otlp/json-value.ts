import type { Gate } from '../gate/gate.ts'
import type { Facts } from '../gate/slots.ts'
import { type Json, memberOf, objectOf } from './json-shapes.ts'

interface Target {
  readonly id: number
  readonly facts: Facts
}

/** Longest list of texts that is read. */
const longestList = 512

/** Reads an AnyValue of OTLP in JSON onto an allowed attribute; also a value without its wrapping, which says the same. */
export function readJsonValue(value: unknown, gate: Gate, target: Target): void {
  if (value === undefined || value === null) return gate.empty(target.id, target.facts)
  if (typeof value === 'string') return readText(value, gate, target)
  if (typeof value === 'number') return gate.number(target.id, value, target.facts)
  if (typeof value === 'boolean') return gate.unfit(target.id, 'wrong_type', target.facts)
  if (Array.isArray(value)) return readList(value, gate, target)
  readWrapped(unwrapped(objectOf(value)), gate, target)
}

/** A value as OTLP wraps it; also from the wrapping that Go's own encoding of JSON writes, `{"Value": {"StringValue": "x"}}`, which isn't protobuf's. */
function unwrapped(value: Json): Json {
  const [only, ...more] = Object.entries(value)
  if (only === undefined || more.length > 0) return value
  const [name, of] = only
  if (name === 'Value') return unwrapped(objectOf(of))
  return /^[A-Z][a-z]+Value$/.test(name) ? { [name.replace(/^./, (it) => it.toLowerCase())]: of } : value
}

function readWrapped(value: Json, gate: Gate, { id, facts }: Target): void {
  const text = memberOf(value, 'stringValue')
  if (typeof text === 'string') return readText(text, gate, { id, facts })
  const whole = memberOf(value, 'intValue')
  if (whole !== undefined) return gate.number(id, integerOf(whole), facts)
  const number = memberOf(value, 'doubleValue')
  if (number !== undefined) return gate.number(id, numberOf(number), facts)
  const list = memberOf(value, 'arrayValue')
  if (list !== undefined) return readList(Array.isArray(list) ? list : objectOf(list)['values'], gate, { id, facts })
  if (Object.keys(value).length > 0) gate.unfit(id, 'wrong_type', facts)
  else gate.empty(id, facts)
}

function readText(text: string, gate: Gate, { id, facts }: Target): void {
  const bytes = Buffer.from(text)
  if (bytes.length > gate.longestTextOn(id)) return gate.unfit(id, 'too_long', facts)
  if (gate.isDigest(id)) return gate.digest(id, [bytes], facts)
  gate.text(id, text, facts)
}

function readList(list: unknown, gate: Gate, { id, facts }: Target): void {
  if (!gate.takesList(id)) return gate.unfit(id, 'wrong_type', facts)
  const texts = Array.isArray(list) ? list.map(textOf) : []
  const isUnfit = texts.length > longestList || (gate.isDigest(id) && texts.includes(undefined))
  if (isUnfit) return gate.unfit(id, 'wrong_type', facts)
  // A reason that is no text doesn't hide the others.
  const all = texts.map((text) => text ?? '')
  const bytes = all.map((text) => Buffer.from(text))
  const length = bytes.reduce((sum, { byteLength }) => sum + byteLength, 0)
  if (length > gate.longestTextOn(id)) return gate.unfit(id, 'too_long', facts)
  const [first, ...more] = all
  if (first === undefined) return
  if (gate.isDigest(id)) return gate.digest(id, bytes, facts)
  if (more.length > 0) gate.reasons(id, all, facts)
  else gate.text(id, first, facts)
}

function textOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value : memberOf(objectOf(value), 'stringValue')
  return typeof text === 'string' ? text : undefined
}

function integerOf(value: unknown): number {
  if (typeof value === 'number') return value
  const [low, high] = [memberOf(objectOf(value), 'low'), memberOf(objectOf(value), 'high')]
  if (typeof low === 'number' && typeof high === 'number') return high * 4_294_967_296 + (low >>> 0)
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? Number(BigInt.asIntN(64, BigInt(value))) : Number.NaN
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}
