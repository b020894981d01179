import { expect, test } from 'vitest'
import { warningWords } from './warning-words.ts'

test('a warning says what it is about, and bands by their words', () => {
  const text = 'material_regression in this slice'
  expect(warningWords({ text, metric: 'answer_correct', slice: 'refunds' })).toBe(
    'answer correct, refunds: much worse in this slice',
  )
  expect(warningWords({ text: 'constant_value in both', metric: 'pass', slice: null })).toBe(
    'pass: constant_value in both',
  )
  expect(warningWords({ text: 'baseline and candidate are the same results', metric: null, slice: null })).toBe(
    'baseline and candidate are the same results',
  )
})
