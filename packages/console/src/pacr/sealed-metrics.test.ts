import { expect, test } from 'vitest'
import { assessedWords, sealedRows } from './sealed-metrics.ts'

const metric = {
  metric: 'answer_correct',
  band: 'material_regression',
  primary: true,
  margin: 0.02,
  scale: 'absolute',
  pairs: 1088,
  baselineMean: 0.909090909,
  candidateMean: 0.8181818,
  delta: -0.0909090909,
  lower: -0.16234,
  upper: -0.031,
} as const
const assessment = (metrics: readonly object[], cited = true) =>
  ({ id: 'a', verdict: 'material_regression', overallRisk: null, mode: 'prospective', cited, metrics }) as never

test('a metric is told with its numbers as they were sealed', () => {
  expect(sealedRows(assessment([metric]))).toEqual([
    {
      metric: 'answer correct',
      before: '0.9091',
      after: '0.8182',
      difference: '−0.09091',
      interval: '−0.1623 to −0.031',
      margin: '0.02',
      verdict: 'Much worse',
      pairs: '1,088',
    },
  ])
})

test('a ratio is told in percent, and what wasn’t known as such', () => {
  const ratio = {
    ...metric,
    metric: 'latency',
    scale: 'relative',
    primary: false,
    margin: 0.1,
    delta: 0.45,
    lower: null,
  }
  const [row] = sealedRows(assessment([{ ...ratio, baselineMean: null }]))
  expect(row).toMatchObject({
    metric: 'latency (decides nothing)',
    before: '–',
    difference: '+45 %',
    interval: '–',
    margin: '10 %',
  })
})

test('an assessment on which the decision doesn’t rest is told as such', () => {
  expect(assessedWords(assessment([]))).toBe('It was assessed as much worse.')
  expect(assessedWords(assessment([], false))).toBe(
    'It was assessed as much worse too; the decision doesn’t rest on that.',
  )
})
