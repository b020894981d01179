import { conditionCheck, conditionMetrics } from '@afterai/contract'
import { assert, constantFrom, double, integer, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { formatConditionCheck, readConditionCheck } from './condition-check.ts'

test.each([
  [
    'error_rate<2%/24h',
    { metric: 'error_rate', comparison: 'at_most', bound: 0.02, of: 'value', windowHours: 24, minCalls: 20 },
  ],
  ['error_rate <= 2.3% / 24h', { bound: 0.023 }],
  ['refusal_rate<0.05', { bound: 0.05, windowHours: 24, minCalls: 20 }],
  ['latency_p95_ms<1.2x/7d/100calls', { bound: 1.2, of: 'before', windowHours: 168, minCalls: 100 }],
  ['latency_mean_ms<1.005s/100calls/6h', { bound: 1005, windowHours: 6, minCalls: 100 }],
  ['output_tokens_mean>=40/1h', { comparison: 'at_least', bound: 40, windowHours: 1 }],
  ['cost_per_request_usd<0.01usd', { bound: 0.01 }],
])('%s is read as it is meant', (text, check) => {
  expect(readConditionCheck(text)).toMatchObject(check)
})

test.each([
  ['errors<2%', 'The metric is one of error_rate'],
  ['error_rate', 'Write it as'],
  ['error_rate=2%', 'Write it as'],
  ['error_rate<-2%', 'Write it as'],
  ['error_rate<2e3%', 'Write it as'],
  ['error_rate<2', 'error_rate is 1 at most'],
  ['error_rate<200%', 'error_rate is 1 at most'],
  ['error_rate<2ms', 'The bound of error_rate is a number, or one with %'],
  ['latency_p95_ms<2%', 'or one with ms, or one with s'],
  ['error_rate<2%/24', 'After the bound comes one window'],
  ['error_rate<2%/24h/12h', 'After the bound comes one window'],
  ['error_rate<2%/8d', 'The window is 1h to 168h'],
  ['error_rate<2%/0h', 'The window is 1h to 168h'],
  ['error_rate<2%/24h/0calls', 'The calls are 1 to 1000000'],
  ['error_rate<2%/24h/', 'After the bound comes one window'],
])('%s is refused by what is wrong with it', (text, message) => {
  expect(() => readConditionCheck(text)).toThrow(message)
})

test('what is shown of a condition can be typed again, and the contract takes it', () => {
  const checks = record({
    metric: constantFrom(...conditionMetrics),
    comparison: constantFrom('at_most' as const, 'at_least' as const),
    bound: integer({ min: 0, max: 1000 }).map((it) => it / 1000),
    of: constantFrom('value' as const, 'before' as const),
    windowHours: integer({ min: 1, max: 168 }),
    minCalls: integer({ min: 1, max: 1_000_000 }),
  })
  assert(
    property(checks, (check) => {
      expect(readConditionCheck(formatConditionCheck(check))).toEqual(check)
      expect(conditionCheck.parse(check)).toEqual(check)
    }),
  )
  assert(
    property(double({ min: 0.0001, max: 100, noNaN: true }), (percent) => {
      const digits = percent.toFixed(4)
      expect(readConditionCheck(`error_rate<${digits}%`).bound).toBe(Number(`${digits}e-2`))
    }),
  )
})
