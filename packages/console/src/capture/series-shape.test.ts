import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fieldOf, setZone } from '../api/instants.ts'
import { instantsBetween, marksUpTo, nearest, pathThrough, seriesSentence, share } from './series-shape.ts'

const hour = 3_600_000
const day = Date.UTC(2026, 9, 5)

describe('marks of the upright axis', () => {
  test('reach the largest value by a few equal steps', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (largest) => {
        const { top, marks } = marksUpTo(largest)
        expect(top).toBeGreaterThanOrEqual(largest * (1 - 1e-9))
        expect(top).toBeLessThan(largest * 2.01)
        expect([marks[0], marks.length <= 7, marks.length >= 2]).toEqual([0, true, true])
      }),
    )
  })

  test.each([
    [412, [0, 200, 400, 600]],
    [1, [0, 0.5, 1]],
    [0.03, [0, 0.01, 0.02, 0.03]],
  ])('are round: up to %d', (largest, marks) => {
    expect(marksUpTo(largest).marks).toEqual(marks)
  })

  test('are there where nothing is above zero', () => {
    expect([marksUpTo(0).top, marksUpTo(Number.NaN).top]).toEqual([1, 1])
  })
})

describe('a line', () => {
  const frame = { from: 0, to: 4, top: 10 }

  test('breaks where nothing was told: a gap is never drawn as a value', () => {
    const points = [5, null, 10, 0].map((value, at) => ({ at, value }))
    expect(pathThrough(points, frame)).toBe('M0 50h0M50 0h0L75 100')
  })

  test('stays within the plot', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.integer({ min: -9, max: 9 }), value: fc.option(fc.double({ noNaN: true })) })),
        (points) => {
          const numbers = pathThrough(points, frame).match(/-?[\d.]+(?:e[+-]?\d+)?/g) ?? []
          expect(numbers.map(Number).every((it) => it >= 0 && it <= 100)).toBe(true)
        },
      ),
    )
  })

  test('has a nearest point, among those that tell something', () => {
    const points = [1, null, null, 4].map((value, at) => ({ at, value }))
    expect([nearest(points, 1)?.at, nearest(points, 2)?.at, nearest([], 2)]).toEqual([0, 3, undefined])
  })
})

test('instants on the axis of time are seven at most, between the ends', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2160 }), (hours) => {
      const instants = instantsBetween(day, day + hours * hour)
      expect(instants.length).toBeLessThanOrEqual(7)
      expect(instants.every((at) => at >= day && at < day + hours * hour)).toBe(true)
    }),
  )
})

describe('in a zone whose clocks change', () => {
  beforeAll(() => setZone('Europe/Stockholm'))
  afterAll(() => setZone(null))

  test('days begin at midnight on both sides of the change, and each stands once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 365 * 24 }), fc.integer({ min: 72, max: 2160 }), (start, hours) => {
        const from = Date.UTC(2026, 0, 1) + start * hour
        const fields = instantsBetween(from, from + hours * hour).map((at) => fieldOf(at))
        expect(new Set(fields).size).toBe(fields.length)
        // Steps of half a day stand at noon too.
        expect(fields.filter((field) => !/T(00|12):00$/.test(field))).toEqual([])
      }),
    )
  })

  test('the hours of a day on which they change are whole ones', () => {
    const from = Date.parse('2026-10-24T22:00:00Z')
    const fields = instantsBetween(from, from + 25 * hour).map((at) => fieldOf(at))
    expect(fields).toEqual(['2026-10-25T00:00', '2026-10-25T06:00', '2026-10-25T12:00', '2026-10-25T18:00'])
  })
})

test('a share is bounded, also of nothing', () => {
  expect([share(5, 0, 10), share(-1, 0, 10), share(11, 0, 10), share(1, 3, 3)]).toEqual([50, 0, 100, 0])
})

test('says in a sentence what is seen, and what isn’t', () => {
  const points = [0.01, null, 0.5].map((value, at) => ({ at, value }))
  expect(seriesSentence(points, 'error_rate', 1)).toBe(
    'Errors over time: 3 points, from 1 % to 50 %, 50 % at the end. Nothing was told for 1 of 3. One change began to run meanwhile.',
  )
  expect(seriesSentence([], 'calls', 0)).toBe('Calls: nothing was told.')
})
