import { expect, test } from 'vitest'
import { assessmentDifferences } from './assessment-differences.ts'
import type { Metric } from './metric-words.ts'

const row = (metric: string, band: Metric['band'], slice: string | null = null) => ({ metric, band, slice }) as Metric

test('says each band that is another one, and what only one of the two has', () => {
  const earlier = {
    metrics: [row('pass', 'inconclusive'), row('cost', 'improved'), row('old_one', 'regression')],
    slices: [row('pass', 'regression', 'refunds')],
  }
  const newest = {
    metrics: [row('pass', 'regression'), row('cost', 'improved'), row('fresh', 'withheld')],
    slices: [row('pass', 'regression', 'refunds')],
  }
  expect(assessmentDifferences(earlier, newest)).toEqual([
    'pass: undecided here, worse in the newest',
    'old one: only in this one, worse',
    'fresh: only in the newest, not judged',
  ])
})

test('says nothing of what is alike', () => {
  const same = { metrics: [row('pass', 'improved')], slices: [row('pass', 'improved', 'a')] }
  expect(assessmentDifferences(same, same)).toEqual([])
})
