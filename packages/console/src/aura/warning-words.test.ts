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

test.each([
  [
    'its margin of 1 allows to lose all; say a smaller one with --margin pass=NUMBER',
    'assess again with a smaller margin',
  ],
  ['nothing says which way is better; say it with --direction a=up or --direction a=down', 'say which way is better'],
  [
    "its scale isn't known, so no default margin fits; say --scale a=LOWER..UPPER, or --margin a=NUMBER in its own unit",
    'assess again with a margin for it',
  ],
  ['3 values lie outside its scale 0..1; say the right one with --scale a=LOWER..UPPER', 'import both on one scale'],
])('no option of the command line stands on a page: %s', (text, remedy) => {
  const said = warningWords({ text, metric: null, slice: null })
  expect(said).not.toContain('--')
  expect(said).toContain(remedy)
})
