import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { soonestFirst } from './key-purposes.ts'

const key = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  expiresAt: fc.option(
    fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((at) => at.toISOString()),
  ),
  expiresSoon: fc.boolean(),
})

test('each key stands once, those that end soon first and by their end', () => {
  fc.assert(
    fc.property(fc.array(key), (keys) => {
      const ordered = soonestFirst(keys)
      expect(ordered.map(({ id }) => id).toSorted()).toEqual([...new Set(keys.map(({ id }) => id))].toSorted())
      const soon = ordered.filter(({ expiresSoon }) => expiresSoon)
      expect(ordered.slice(0, soon.length)).toEqual(soon)
      const ends = soon.map(({ expiresAt }) => expiresAt ?? '')
      expect(ends).toEqual(ends.toSorted())
    }),
  )
})
