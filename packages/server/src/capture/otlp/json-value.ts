import type { Gate } from '../gate/gate.ts'
import type { Facts } from '../gate/slots.ts'

type Json = Readonly<Record<string, unknown>>

interface Target {
  readonly id: number
  readonly facts: Facts
}

/** Longest list of texts that is read. */
const longestList = 512

/** Reads an AnyValue of OTLP in JSON onto an allowed attribute. */
export function readJsonValue(value: Json, gate: Gate, { id, facts }: Target): void {
  const { stringValue, intValue, doubleValue, arrayValue } = value
  if (typeof stringValue === 'string') return readText(stringValue, gate, { id, facts })
  if (intValue !== undefined) return gate.number(id, integerOf(intValue), facts)
  if (doubleValue !== undefined) return gate.number(id, numberOf(doubleValue), facts)
  if (arrayValue !== undefined && gate.takesList(id)) return readList(arrayValue, gate, { id, facts })
  if (Object.keys(value).length > 0) gate.unfit(id, 'wrong_type', facts)
}

function readText(text: string, gate: Gate, { id, facts }: Target): void {
  const longest = gate.longestTextOn(id)
  if (longest === 0) return gate.unfit(id, 'wrong_type', facts)
  const bytes = Buffer.from(text)
  if (bytes.length > longest) return gate.unfit(id, 'too_long', facts)
  if (gate.isDigest(id)) return gate.digest(id, [bytes], facts)
  gate.text(id, text, facts)
}

function readList(list: unknown, gate: Gate, { id, facts }: Target): void {
  const values = (list as { values?: unknown } | null)?.values
  const texts = Array.isArray(values) ? values.map(textOf) : []
  if (texts.includes(undefined) || texts.length > longestList) return gate.unfit(id, 'wrong_type', facts)
  const bytes = texts.map((text) => Buffer.from(text ?? ''))
  const length = bytes.reduce((sum, { byteLength }) => sum + byteLength, 0)
  if (length > gate.longestTextOn(id)) return gate.unfit(id, 'too_long', facts)
  const [first] = texts
  if (first === undefined) return
  if (gate.isDigest(id)) return gate.digest(id, bytes, facts)
  gate.text(id, first, facts)
}

function textOf(value: unknown): string | undefined {
  const text = (value as { stringValue?: unknown } | null)?.stringValue
  return typeof text === 'string' ? text : undefined
}

function integerOf(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? Number(BigInt.asIntN(64, BigInt(value))) : Number.NaN
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}
