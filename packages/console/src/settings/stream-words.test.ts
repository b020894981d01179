import { expect, test } from 'vitest'
import { lagOf } from './stream-words.ts'

test.each([
  [0, 0, 'up to date'],
  [1, 45, '1 event, 45 s'],
  [1_200, 180, '1,200 events, 3 min'],
  [7, 7_200, '7 events, 2 h'],
  [7, 400_000, '7 events, 5 d'],
])('%i events and %i seconds behind is told as %s', (lagEvents, lagSeconds, words) =>
  expect(lagOf({ lagEvents, lagSeconds })).toBe(words.replace(/\s/g, ' ')),
)
