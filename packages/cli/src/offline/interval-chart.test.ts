import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawInterval } from './interval-chart.ts'

test('draws the interval, no change and the margin in their places', () => {
  expect(drawInterval({ lower: -0.5, estimate: 0, upper: 1, margin: 0.5 }, 21)).toBe('     ├────●─────────┤')
  expect(drawInterval({ lower: 0.4, estimate: 0.5, upper: 1, margin: 0.2 }, 21)).toBe('        ┊ │   ├●────┤')
})

test('keeps its width and its order whatever the interval', () => {
  const value = fc.double({ min: -1e6, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(fc.tuple(value, value, value), fc.double({ min: 1e-6, max: 1e3, noNaN: true }), (values, margin) => {
      const [lower = 0, estimate = 0, upper = 0] = values.toSorted((a, b) => a - b)
      const chart = drawInterval({ lower, estimate, upper, margin }, 50)
      expect(chart).toHaveLength(50)
      expect(chart).toContain('●')
    }),
    { seed: 7 },
  )
})
