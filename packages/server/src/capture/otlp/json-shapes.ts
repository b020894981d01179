import type { Readings } from '../body-readings.ts'
import { MalformedBody } from './malformed.ts'

/** An object of JSON. */
export type Json = Readonly<Record<string, unknown>>

const otherNames = new Map<string, string>()

/** How protobuf's own definition writes a name of JSON: `resource_spans`, which protobuf's JSON allows and OTLP's doesn't ask for. */
function snakeCase(name: string): string {
  const there = otherNames.get(name)
  if (there !== undefined) return there
  const made = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  otherNames.set(name, made)
  return made
}

/** A member, by its name of OTLP's JSON or by that of protobuf's definition. Only names of the code's own are asked for. */
export function memberOf(it: Json, name: string): unknown {
  if (Object.hasOwn(it, name)) return it[name]
  const other = snakeCase(name)
  return Object.hasOwn(it, other) ? it[other] : undefined
}

/** Whether an object has a member under both of its names: one of them would be read, the other lost. */
export function isTwice(it: Json, name: string): boolean {
  return Object.hasOwn(it, name) && Object.hasOwn(it, snakeCase(name))
}

/** The value as an object; one without members where it is none. */
export function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

/** The value as text; empty where it is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A member that is a list. What isn't an object in it is an empty one. @throws MalformedBody */
export function listOf(it: Json, name: string): readonly Json[] {
  const list = memberOf(it, name)
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) throw new MalformedBody(`${name} is no list`)
  return list.map(objectOf)
}

/** Whether an object has members, and none of these. */
export function isForeign(it: Json, names: readonly string[]): boolean {
  const isKnown = (key: string): boolean => names.some((name) => name === key || snakeCase(name) === key)
  const keys = Object.keys(it)
  return keys.length > 0 && !keys.some(isKnown)
}

/** Counts members of an object that hold something, aren't of these names and are read by no other. */
export function tellOthers(
  it: Json,
  names: readonly string[],
  readings: Readings,
  isRead: (key: string) => boolean = () => false,
): void {
  for (const key of Object.keys(it)) {
    const value = it[key]
    const isEmpty = typeof value !== 'object' || value === null || Object.keys(value).length === 0
    if (isEmpty || names.some((name) => name === key || snakeCase(name) === key) || isRead(key)) continue
    readings.remark('member')
  }
}

const twoTo32 = 4_294_967_296
const most64 = 0xffff_ffff_ffff_ffffn

/**
 * An unsigned integer of 64 bits in two halves, which JSON writes as text or as a number, and a library of JavaScript as an object of the halves.
 * Zero where there is none; NaN where it is something else.
 */
export function halvesOf(value: unknown): [high: number, low: number] {
  if (value === undefined || value === null) return [0, 0]
  if (typeof value === 'object') {
    const { high, low } = value as { high?: unknown; low?: unknown }
    return [halfOf(high), halfOf(low)]
  }
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || !/^\d{1,20}$/.test(text)) return [Number.NaN, Number.NaN]
  const whole = BigInt(text)
  return whole > most64 ? [Number.NaN, Number.NaN] : [Number(whole >> 32n), Number(whole & 0xffff_ffffn)]
}

// As a signed integer of 32 bits, or an unsigned one.
function halfOf(value: unknown): number {
  const isHalf = typeof value === 'number' && Number.isInteger(value) && value >= -twoTo32 / 2 && value < twoTo32
  return isHalf ? value >>> 0 : Number.NaN
}
