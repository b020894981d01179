import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addDistinct, distinctOf, emptyDistinct } from './distinct-count.ts'
import { distributionTotals } from './distribution.ts'
import { addExactly, type ExactSum, totalOf } from './exact-sum.ts'
import { addToSketch, emptySketch, quantileOf } from './quantile-sketch.ts'
import { openWindow, packWindow } from './packed-window.ts'
import {
  addMeasurement,
  addSummary,
  distinctIn,
  emptyWindow,
  type Measurement,
  mergeWindow,
  takeBackMeasurement,
  type WindowAggregate,
  windowFromJson,
  type WindowJson,
  windowToJson,
} from './window.ts'

const number = fc.double({ min: -1e9, max: 1e9, noNaN: true })
const positive = fc.double({ min: 0, max: 1e9, noNaN: true })
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const flag = optional(fc.boolean())

const measurement: fc.Arbitrary<Measurement> = fc.record({
  isCall: fc.boolean(),
  latencyMs: optional(positive),
  inputTokens: optional(fc.nat()),
  outputTokens: optional(fc.nat()),
  costUsd: optional(positive),
  score: optional(fc.record({ name: fc.constantFrom('exact', 'judge'), value: number })),
  finishReason: optional(fc.constantFrom('stop', 'length')),
  error: flag,
  refused: flag,
  agreed: flag,
  unidentified: flag,
  unpriced: flag,
  distinct: optional(fc.string()),
})

function windowOf(measurements: readonly Measurement[]): WindowAggregate {
  const window = emptyWindow()
  for (const it of measurements) addMeasurement(window, it)
  return window
}

/** All that can be read of a window. */
function readingOf(window: WindowAggregate): unknown {
  const { latencyMs, inputTokens, outputTokens, costUsd, scores, finishReasons, distinct: _, ...counts } = window
  const read = (it: typeof latencyMs) => [
    distributionTotals(it),
    [0, 0.1, 0.5, 0.99, 1].map((q) => quantileOf(it.sketch, q)),
  ]
  const byName = [...scores].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, it]) => [name, read(it)])
  return {
    counts,
    quantities: [latencyMs, inputTokens, outputTokens, costUsd].map(read),
    byName,
    finishReasons: Object.fromEntries(finishReasons),
    distinct: distinctIn(window),
  }
}

/** A window once it was kept and read again, in each form that there is. */
const forms: readonly (readonly [form: string, throughForm: (window: WindowAggregate) => WindowAggregate])[] = [
  ['bytes', (window) => openWindow(packWindow(window))],
  ['JSON', (window) => windowFromJson(JSON.parse(JSON.stringify(windowToJson(window))) as WindowJson)],
]

describe.each(forms)('aggregates kept as %s', (_, kept) => {
  test('merging in any order or split, also through what is kept, equals the single pass', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(measurement, fc.nat(4)), { maxLength: 60 }), fc.boolean(), (tagged, reversed) => {
        const parts = [0, 1, 2, 3, 4].map((part) => windowOf(tagged.filter(([, it]) => it === part).map(([it]) => it)))
        const merged = emptyWindow()
        for (const part of reversed ? parts.toReversed() : parts) mergeWindow(merged, kept(part))
        expect(readingOf(merged)).toEqual(readingOf(windowOf(tagged.map(([it]) => it))))
      }),
    )
  })

  test('what is taken back, at once or through a window of its own, leaves what would be there without it', () => {
    const counted = measurement.map((it) => ({ ...it, distinct: undefined }))
    const shown = fc.array(fc.record({ it: counted, isTakenBack: fc.boolean() }), { maxLength: 40 })
    fc.assert(
      fc.property(shown, fc.boolean(), (all, apart) => {
        const window = windowOf(all.map(({ it }) => it))
        const back = apart ? emptyWindow() : window
        for (const { it } of all.filter(({ isTakenBack }) => isTakenBack)) takeBackMeasurement(back, it)
        if (apart) mergeWindow(back, kept(window))
        const left = all.filter(({ isTakenBack }) => !isTakenBack).map(({ it }) => it)
        const scored = new Set(left.map(({ score }) => score?.name))
        const stored = kept(back)
        for (const name of stored.scores.keys()) if (!scored.has(name)) stored.scores.delete(name)
        expect(readingOf(stored)).toEqual(readingOf(windowOf(left)))
      }),
    )
  })

  test('whatever is added, counts and sums stay numbers that can be kept and read', () => {
    const n = fc.constantFrom(1, Number.MAX_SAFE_INTEGER)
    const sum = fc.constantFrom(0, 1, -Number.MAX_VALUE, Number.MAX_VALUE, 1.7e308, 2 ** 970, 5e-324)
    fc.assert(
      fc.property(fc.array(fc.record({ n, sum }), { maxLength: 8 }), (told) => {
        const window = emptyWindow()
        for (const it of told) {
          addSummary(window, { quantity: 'latencyMs', ...it })
          addMeasurement(window, { isCall: true, latencyMs: it.sum })
        }
        const totals = distributionTotals(kept(window).latencyMs)
        expect(totals).toEqual(distributionTotals(window.latencyMs))
        for (const total of Object.values(totals)) expect(Number.isFinite(total)).toBe(true)
        const all = told.reduce((count, it) => count + it.n + 1, 0)
        expect(totals.n).toBe(Math.min(all, Number.MAX_SAFE_INTEGER))
        const whole = emptyWindow()
        for (const _ of [1, 2]) mergeWindow(whole, kept(window))
        expect(Number.isSafeInteger(whole.latencyMs.n)).toBe(true)
        expect(Number.isFinite(distributionTotals(whole.latencyMs).sum)).toBe(true)
      }),
    )
  })
})

describe('a window as bytes', () => {
  test('is the same whatever the order of what it counts, and reads as its JSON does', () => {
    fc.assert(
      fc.property(fc.array(measurement, { maxLength: 40 }), (all) => {
        const packed = packWindow(windowOf(all))
        expect(packWindow(openWindow(packed))).toEqual(packed)
        expect(windowToJson(openWindow(packed))).toEqual(windowToJson(windowOf(all)))
      }),
    )
  })

  test('of which nothing is left begins as the empty one, and no other does', () => {
    const empty = packWindow(emptyWindow())
    const isEmptied = (window: WindowAggregate): boolean =>
      Buffer.compare(packWindow(window).subarray(0, empty.length), empty) === 0
    fc.assert(
      fc.property(fc.array(measurement, { maxLength: 3 }), (all) => {
        const window = windowOf(all)
        const { distinct: _, ...shown } = windowToJson(window)
        const { distinct: __, ...nothing } = windowToJson(emptyWindow())
        expect(isEmptied(window)).toBe(JSON.stringify(shown) === JSON.stringify(nothing))
      }),
    )
  })

  test('takes half the room of its JSON', () => {
    const calls = Array.from({ length: 200 }, (_, n) => ({
      isCall: true,
      latencyMs: 300 + 7 * n,
      inputTokens: 900 + n,
    }))
    const window = windowOf(calls)
    expect(2 * packWindow(window).length).toBeLessThan(JSON.stringify(windowToJson(window)).length)
  })

  test('that is cut or of another version is refused', () => {
    const packed = packWindow(windowOf([{ isCall: true, latencyMs: 5, finishReason: 'stop' }]))
    for (let length = 0; length < packed.length; length += 1)
      expect(() => openWindow(packed.subarray(0, length))).toThrow(RangeError)
    expect(() => openWindow(Uint8Array.of(4, ...packed.subarray(1)))).toThrow('another version')
  })
})

describe('aggregates', () => {
  test('a sum is exact where doubles lose everything', () => {
    const sum: ExactSum = []
    for (const value of [1e100, 1, -1e100, 2 ** -60]) addExactly(sum, value)
    expect(totalOf(sum)).toBe(1)
    addExactly(sum, -1)
    expect(totalOf(sum)).toBe(2 ** -60)
  })

  test('a sum does not depend on the order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e200, max: 1e200 })), (values) => {
        const [forth, back]: [ExactSum, ExactSum] = [[], []]
        for (const value of values) addExactly(forth, value)
        for (const value of values.toReversed()) addExactly(back, value)
        expect(totalOf(forth)).toBe(totalOf(back))
      }),
    )
  })

  test('every quantile is right to 1 % of its value', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const sketch = emptySketch()
        for (const value of values) addToSketch(sketch, value)
        const exact = values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? 0
        const tolerance = Math.max(Math.abs(exact) * 0.010001, 1e-9)
        expect(Math.abs((quantileOf(sketch, q) ?? Number.NaN) - exact)).toBeLessThanOrEqual(tolerance)
      }),
    )
    expect(quantileOf(emptySketch(), 0.5)).toBeUndefined()
  })

  test.each([1, 10, 300, 5_000, 100_000])('%i distinct names are counted to 20 %%', (n) => {
    const count = emptyDistinct()
    for (let index = 0; index < n; index++) {
      addDistinct(count, `name-${index}`)
      addDistinct(count, `name-${index}`)
    }
    expect(Math.abs(distinctOf(count) - n)).toBeLessThanOrEqual(Math.max(1, n * 0.2))
  })

  test('a window tells 32 names apart, and counts the rest as other', () => {
    const window = windowOf(
      Array.from({ length: 40 }, (_, index) => ({
        isCall: true,
        finishReason: `r${index}`,
        score: { name: `s${index}`, value: 1 },
      })),
    )
    expect([window.finishReasons.size, window.finishReasons.get('other')]).toEqual([33, 8])
    expect([window.scores.size, window.scores.get('other')?.n]).toEqual([33, 8])
  })
})
