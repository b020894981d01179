import { halvesOf, type Json, memberOf } from './json-shapes.ts'

/** Nanoseconds since 1970 in two halves; zero where no time is told, NaN where one is told that can't be read. */
export type Halves = readonly [high: number, low: number]

const absent: Halves = [0, 0]
const unreadable: Halves = [Number.NaN, Number.NaN]

/** How many digits of a second each unit has beyond it, by what a member's name may end in. */
const units: Readonly<Record<string, number>> = {
  s: 0,
  sec: 0,
  secs: 0,
  seconds: 0,
  ms: 3,
  milli: 3,
  millis: 3,
  milliseconds: 3,
  us: 6,
  micro: 6,
  micros: 6,
  microseconds: 6,
  ns: 9,
  nano: 9,
  nanos: 9,
  nanoseconds: 9,
}
const unitEnding = `(${Object.keys(units).join('|')})?`

/** A time by its name in OTLP, and the form of the names that other writers give it, in lower case and without `_` and `-`. */
export interface TimeName {
  readonly name: string
  readonly others: RegExp
}

const timeNames = (name: string, before: string): TimeName => ({
  name,
  others: new RegExp(`^${before}(?:unix)?${unitEnding}$`),
})

/** The times of spans, data points and log records. */
export const times = {
  start: timeNames('startTimeUnixNano', 'start(?:ed)?(?:at|time|timestamp)?'),
  end: timeNames('endTimeUnixNano', 'end(?:ed)?(?:at|time|timestamp)?'),
  at: timeNames('timeUnixNano', 'time(?:stamp)?'),
  observed: timeNames('observedTimeUnixNano', 'observed(?:at|time|timestamp)?'),
} as const

/**
 * Reads two times of a thing: under their names of OTLP, and where there is none, under others, if what stands there can be only one time. A thing that tells of a time
 * under no name that is read has one that can't be read, since it would count at the time of its arrival.
 */
export function readTimes(it: Json, one: TimeName, other: TimeName): readonly [Halves, Halves] {
  const found = [readTime(it, one), readTime(it, other)] as const
  const isUntold = found.every(isAbsent) && Object.keys(it).some((key) => tellsTime(key, it[key]))
  return isUntold ? [unreadable, unreadable] : found
}

/** Whether a member of a span is named as one of its times. */
export function isTimeOfSpan(key: string): boolean {
  return [times.start, times.end].some(({ others }) => others.test(plainName(key)))
}

function readTime(it: Json, { name, others }: TimeName): Halves {
  const told = memberOf(it, name)
  const own = isNothing(told) ? absent : (otherTimeOf(told) ?? halvesOf(told))
  if (!isAbsent(own)) return own
  for (const key of Object.keys(it)) {
    const ending = others.exec(plainName(key))
    if (ending === null || isNothing(it[key]) || memberOf({ [key]: 1 }, name) !== undefined) continue
    return otherTimeOf(it[key]) ?? countedTimeOf(it[key], ending[1]) ?? unreadable
  }
  return absent
}

function isAbsent([high, low]: Halves): boolean {
  return high === 0 && low === 0
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === 0 || value === '0'
}

function plainName(key: string): string {
  return key.toLowerCase().replaceAll(/[_-]/g, '')
}

function tellsTime(key: string, value: unknown): boolean {
  return !isNothing(value) && !isZero(value) && /time|^ts$/.test(plainName(key))
}

function isZero(value: unknown): boolean {
  return typeof value === 'object' && isAbsent(halvesOf(value))
}

/** A time that says by itself what it is: a text with its zone, seconds with nanoseconds, or halves of 64 bits. */
function otherTimeOf(value: unknown): Halves | undefined {
  if (typeof value === 'string') return textTimeOf(value)
  if (typeof value !== 'object' || value === null) return undefined
  const { seconds, nanos = 0 } = value as { seconds?: unknown; nanos?: unknown }
  const [whole, rest] = Array.isArray(value) ? (value as unknown[]) : [seconds, nanos]
  if (whole === undefined) return Array.isArray(value) ? unreadable : halvesOf(value)
  const pair = `${textOrNumber(whole)} ${textOrNumber(rest)}`
  const [, second = '', part = ''] = /^(\d{10}) (\d{1,9})$/.exec(pair) ?? []
  return second === '' ? unreadable : inHalves(BigInt(second + part.padStart(9, '0')))
}

function textOrNumber(value: unknown): string | number {
  return typeof value === 'string' || typeof value === 'number' ? value : ''
}

const textForm = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9})\d*)?\s?(Z|[+-]\d\d:?\d\d)$/i

/** A text as RFC 3339 has it. One without a zone is of no place's time. */
function textTimeOf(text: string): Halves | undefined {
  const [, day, time, fraction = '', zone = ''] = textForm.exec(text) ?? []
  if (day === undefined || time === undefined) return undefined
  const ms = Date.parse(`${day}T${time}${zone.toUpperCase().replace(/^(...)(\d\d)$/, '$1:$2')}`)
  return ms > 0 ? inHalves(BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))) : unreadable
}

/** A number of seconds, or of thousandths, millionths or billionths of one: from 2001 to 2286 each has its own number of digits. */
function countedTimeOf(value: unknown, unit: string | undefined): Halves | undefined {
  const [, whole = '', fraction = ''] = /^(\d{10}|\d{13}|\d{16}|\d{19})(?:\.(\d+))?$/.exec(String(value)) ?? []
  if (whole === '') return undefined
  const beyond = whole.length - 10
  if (unit !== undefined && units[unit] !== beyond) return undefined
  return inHalves(BigInt(whole + fraction.slice(0, 9 - beyond).padEnd(9 - beyond, '0')))
}

function inHalves(nanoseconds: bigint): Halves {
  return halvesOf(String(nanoseconds))
}
