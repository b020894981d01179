import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { toMs } from './traces.ts'

const msOf = (nanoseconds: bigint): number => toMs(Number(nanoseconds >> 32n), Number(nanoseconds & 0xffff_ffffn))

test('a time in nanoseconds is in the millisecond that it lies in, to the last nanosecond', () => {
  const time = fc.bigInt({ min: 0n, max: 2n ** 64n / 1_000_000n - 1n })
  fc.assert(
    fc.property(time, (ms) => {
      const seen = [0n, 1n, 999_999n].map((more) => msOf(ms * 1_000_000n + more))
      expect(seen).toEqual([Number(ms), Number(ms), Number(ms)])
    }),
  )
  expect(msOf(2n ** 64n - 1n)).toBe(Number(2n ** 64n / 1_000_000n))
})
