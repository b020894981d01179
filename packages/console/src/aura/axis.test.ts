import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { orient, place, ticks } from './axis.ts'
import { metric } from '../../testing/metrics.ts'

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true })

test('what is worse lies to the left, whatever is better of a metric', () => {
  const interval = { lower: -0.06, upper: -0.02 }
  expect(orient(metric({ delta: -0.04, interval }))).toEqual({ delta: -2, lower: -3, upper: -1 })
  const rising = { direction: 'down', delta: 0.04, interval: { lower: 0.02, upper: 0.06 } } as const
  expect(orient(metric(rising))).toEqual({ delta: -2, lower: -3, upper: -1 })
})

test('nothing is drawn of a metric whose direction, margin or interval nobody knows', () => {
  for (const unknown of [
    { direction: null },
    { margin: null },
    { margin: 0 },
    { delta: null },
    { interval: null },
  ] as const)
    expect(orient(metric(unknown))).toBeUndefined()
})

test('Property: a larger difference never lies further left, and all lie on the plot', () => {
  fc.assert(
    fc.property(finite, finite, (one, other) => {
      expect(place(Math.min(one, other))).toBeLessThanOrEqual(place(Math.max(one, other)))
      expect(place(one)).toBeGreaterThanOrEqual(0)
      expect(place(one)).toBeLessThanOrEqual(100)
    }),
  )
})

test('the marks of the axis stand in their order, clear of each other', () => {
  const places = ticks.map(place)
  const gaps = places.slice(1).map((at, index) => at - (places[index] ?? 0))
  expect(Math.min(...gaps)).toBeGreaterThan(5)
})
