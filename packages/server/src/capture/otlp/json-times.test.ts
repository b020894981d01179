import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readTimes, times } from './json-times.ts'

const nanoseconds = fc.bigInt({ min: 1_000_000_000n * 1_000_000_000n, max: 9_999_999_999n * 1_000_000_000n })
const startOf = (it: object): bigint | undefined => {
  const [[high, low]] = readTimes(it as Record<string, unknown>, times.start, times.end)
  return Number.isNaN(high) ? undefined : (BigInt(high) << 32n) + BigInt(low)
}

const names = ['startTime', 'start_time', 'StartTime', 'start', 'startedAt', 'start_timestamp', 'startTimeUnix']

test('a time is the same in whatever unit, form and name it is written, as exactly as it is written', () => {
  const digits = fc.constantFrom(0, 3, 6, 9)
  fc.assert(
    fc.property(
      nanoseconds,
      digits,
      fc.constantFrom(...names),
      fc.constantFrom('', 'Z', '+02:00'),
      (ns, beyond, name, zone) => {
        const step = 10n ** BigInt(9 - beyond)
        const counted = ns / step
        expect(startOf({ [name]: String(counted) })).toBe(counted * step)
        const [seconds, nanos] = [ns / 1_000_000_000n, ns % 1_000_000_000n]
        expect(startOf({ [name]: [Number(seconds), Number(nanos)] })).toBe(ns)
        expect(startOf({ [name]: { seconds: String(seconds), nanos: Number(nanos) } })).toBe(ns)
        expect(startOf({ [name]: `${seconds}.${String(nanos).padStart(9, '0')}` })).toBe(ns)
        const shifted = zone === '+02:00' ? seconds + 7_200n : seconds
        const text = new Date(Number(shifted) * 1000).toISOString().replace(/\.\d+Z$/, '')
        const whole = `${text}.${String(nanos).padStart(9, '0')}${zone || '+0000'}`
        for (const key of [name, 'startTimeUnixNano']) expect(startOf({ [key]: whole })).toBe(ns)
        const halves = { high: Number(ns >> 32n), low: Number(BigInt.asIntN(32, ns)) }
        for (const key of [name, 'startTimeUnixNano', 'start_time_unix_nano'])
          expect(startOf({ [key]: halves })).toBe(ns)
      },
    ),
    { numRuns: 300 },
  )
})

describe('a time that may be another one, or none, is none that can be read', () => {
  test.each([
    { startTime: '2026-11-29T20:00:00' },
    { startTime: 'yesterday' },
    { startTime: 12_345 },
    { startTime: true },
    { startTime: [1, 2, 3] },
    { startTime: { at: 5 } },
    { startTimeMs: 1_764_446_400 },
    { startTimeUnixSeconds: '1764446400000' },
    { startTimeUnixNano: '2026-11-29' },
    { timestamp: '2026-11-29T20:00:00Z' },
    { ts: 1_764_446_400 },
    { eventTime: '1' },
  ])('%j', (it) => {
    expect(startOf(it)).toBeUndefined()
  })

  test.each([
    {},
    { startTime: null },
    { startTimeUnixNano: '0', timeUnixNano: 0 },
    { startTimeUnixNano: { high: 0, low: 0 } },
  ])('%j tells of none', (it) => {
    expect(startOf(it)).toBe(0n)
  })

  test('the name of OTLP goes before another', () => {
    expect(startOf({ startTime: '1764446401', startTimeUnixNano: '1764446400000000000' })).toBe(
      1_764_446_400_000_000_000n,
    )
  })
})
