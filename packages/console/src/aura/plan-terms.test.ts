import { expect, test } from 'vitest'
import { choicesOf, toTerms } from './plan-terms.ts'

test('a metric without a margin decides nothing, and a margin with a comma is one', () => {
  const [pass, latency] = choicesOf([
    { name: 'pass', kind: 'binary', direction: 'up' },
    { name: 'latency', kind: 'latency', direction: null },
  ])
  if (pass === undefined || latency === undefined) throw new Error('two metrics are two choices')
  const terms = toTerms(
    [
      { ...pass, margin: '2,0' },
      { ...latency, direction: 'down' },
    ],
    {
      caseDigest: 'sha256:c',
      minCases: 80,
      attempts: 2,
    },
  )
  expect(terms).toEqual({
    plan: {
      metrics: [
        { name: 'pass', primary: true, margin: 0.02 },
        { name: 'latency', primary: false, direction: 'down' },
      ],
    },
    datasets: ['sha256:c'],
    minCases: 80,
    attempts: 2,
  })
})
