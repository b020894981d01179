import { expect, test } from 'vitest'
import { faultWords, placeWords } from './fault-words.ts'
import type { Power } from './power.ts'
import { powerWords } from './power-words.ts'

const power: Power = {
  metric: 'pass',
  kind: 'binary',
  direction: 'up',
  margin: 0.02,
  marginFrom: 'default',
  cases: 88,
  pairsForMargin: 3000,
  pairsAtMost: 6000,
  detectableLoss: 0.1234,
  chance: 0.091,
}

test('advice says what the cases show, what it takes, and the chance; never that it is safe', () => {
  expect(powerWords(power)).toBe(
    'These 88 cases can show a loss of 12 points. To show “not worse” by this margin takes about 3,000, 6,000 at most. With these the chance is 9 %.',
  )
  expect(powerWords({ ...power, pairsForMargin: 80 })).toBe(
    'These 88 cases can show a loss of 12 points: enough for this margin.',
  )
})

test('where nothing can be said, it says why', () => {
  expect(powerWords({ ...power, margin: null })).toMatch(/needs a margin/)
  expect(powerWords({ ...power, pairsForMargin: null, detectableLoss: null })).toMatch(/all alike/)
})

test('losses of amounts are percent, of scores as they are', () => {
  expect(powerWords({ ...power, kind: 'latency', detectableLoss: 0.25 })).toMatch(/a loss of 25 %/)
  expect(powerWords({ ...power, kind: 'continuous', detectableLoss: 0.031 })).toMatch(/a loss of 0.031\./)
})

test('a fault is told by its place in words', () => {
  expect(placeWords({ line: 1203, column: 'correct', pointer: null })).toBe('line 1,203, column correct')
  expect(placeWords({ line: null, column: null, pointer: '/results/3' })).toBe('/results/3')
  expect(placeWords({ line: null, column: null, pointer: null })).toBe('the file')
})

test('what to do about a fault is said for this page, not for a command line', () => {
  expect(faultWords({ code: 'no_metric', text: 'no column; name it with --metric' })).toBe(
    'no column; say below which columns are metrics',
  )
  expect(faultWords({ code: 'ragged_row', text: 'not 3 cells; give each row one' })).toBe(
    'not 3 cells; give each row one',
  )
})

test.each(['case_id_missing', 'no_metric', 'a code of a later release'])(
  'of %s no option of a command line is named',
  (code) => {
    expect(faultWords({ code, text: 'something was found; name it with --case' })).toMatch(
      /^something was found(?!.* --)/,
    )
  },
)
