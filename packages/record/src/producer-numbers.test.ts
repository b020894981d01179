import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { followNumbers, type SeenNumbers } from './producer-numbers.ts'

const one = (number: number): SeenNumbers => ({ count: 1, ranges: [[number, number]] })

test('P4.5: numbers that are all there once have no fault, in whatever order and in however many parts they come', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.infiniteStream(fc.nat()), fc.nat(60), (last, order, cut) => {
      const numbers = Array.from({ length: last }, (_, at) => at + 1)
      const shuffled = numbers
        .map((number) => ({ number, at: order.next().value ?? 0 }))
        .toSorted((a, b) => a.at - b.at)
      const first = followNumbers()
      for (const { number } of shuffled.slice(0, cut)) first.add('p', one(number))
      const second = followNumbers(JSON.parse(JSON.stringify(first.seen())))
      for (const { number } of shuffled.slice(cut)) second.add('p', one(number))
      expect(second.faults()).toEqual([])
      expect(second.seen()['p']?.ranges ?? []).toEqual(last === 0 ? [] : [[1, last]])
    }),
  )
})

test('P4.5: a number that is missing or told twice is a fault, wherever it is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 50 }), fc.nat(), fc.boolean(), (last, place, twice) => {
      const odd = (place % (last - 1)) + 1
      const followed = followNumbers()
      for (let number = 1; number <= last; number += 1) {
        if (number !== odd || twice) followed.add('p', one(number))
        if (number === odd && twice) followed.add('p', one(number))
      }
      const faults = followed.faults()
      expect(faults).toHaveLength(1)
      expect(faults[0]).toMatch(twice ? /; entries with a number that another one has: 1$/ : /; missing numbers: 1$/)
    }),
  )
})

test('P4.5: a missing number and one that is told twice do not make up for each other', () => {
  const followed = followNumbers()
  for (const number of [1, 2, 2, 4]) followed.add('p', one(number))
  expect(followed.faults()).toEqual([
    'producer p has 4 entries, numbered from 1 to 4; missing numbers: 1; entries with a number that another one has: 1',
  ])
})

test('P4.5: a producer whose first numbers are missing, or that begins below 1, has a fault', () => {
  const [late, early] = [followNumbers(), followNumbers()]
  for (const number of [3, 4]) late.add('p', one(number))
  for (const number of [0, 1, 2]) early.add('p', one(number))
  expect(late.faults()).toEqual(['producer p has 2 entries, numbered from 3 to 4; missing numbers: 2'])
  expect(early.faults()).toEqual(['producer p has 3 entries, numbered from 0 to 2'])
})

test('P4.5: what is followed has a bound, past which nothing is called complete', () => {
  const followed = followNumbers({}, { most: 10 })
  for (let number = 1; number < 1_000; number += 2) followed.add('p', one(number))
  expect(Object.values(followed.seen())[0]?.ranges.length).toBeLessThan(13)
  for (let number = 2; number < 1_000; number += 2) followed.add('p', one(number))
  expect(followed.faults()).toEqual([expect.stringContaining('is not told')])
})
