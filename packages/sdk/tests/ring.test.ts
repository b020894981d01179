import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ringRows, rowsAtOnce } from '../src/capture/layout.ts'
import { Ring } from '../src/capture/ring.ts'
import { Contexts } from '../src/sender/contexts.ts'
import { RowQueue } from '../src/sender/row-queue.ts'

const name = fc.constantFrom(undefined, 'chat', 'search', 'stop')
const row = fc.record({
  route: name,
  finishReason: name,
  score: fc.option(fc.record({ name: fc.constantFrom('quality', 'tone'), value: fc.integer({ min: 0, max: 9 }) }), {
    nil: undefined,
  }),
  latencyMs: fc.integer({ min: 0, max: 86_400_000 }),
  error: fc.option(fc.boolean(), { nil: undefined }),
})
/** So many of a row, one after the other, and whether some are taken out afterwards. */
const steps = fc.array(fc.record({ row, times: fc.integer({ min: 1, max: 3_000 }), takes: fc.nat(4) }), {
  minLength: 1,
  maxLength: 25,
})

test('what went into the ring comes out of the sender’s queue, in its order, with its names; of what had no room, the oldest is missing', () => {
  const contexts = new Contexts()
  contexts.tell({ type: 'context', index: 0, fields: { system: 'bot', environment: 'test' }, fingerprint: undefined })
  fc.assert(
    fc.property(steps, (given) => {
      const ring = new Ring()
      const queue = new RowQueue()
      let expected: object[] = []
      let told = 0
      const deliver = (): void => {
        const taken = ring.take()
        if (taken === undefined) return
        queue.push(structuredClone(taken))
        for (const it of expected.splice(0, taken.rows)) {
          const shifted = queue.shift(contexts, 0)
          const parsed = JSON.parse('json' in shifted ? shifted.json : '{}') as Record<string, unknown>
          expect(parsed).toEqual({ kind: 'measure', system: 'bot', environment: 'test', at: expect.any(String), ...it })
        }
      }
      for (const { row: measurement, times, takes } of given) {
        for (let n = 0; n < times; n++) {
          told += 1
          expected.push(JSON.parse(JSON.stringify(measurement)) as object)
          const rows = ring.append(0, measurement)
          expect(rows).toBe(expected.length)
          if (rows === ringRows) expected = expected.slice(ring.drop())
        }
        for (let n = 0; n < takes; n++) deliver()
      }
      while (ring.rows > 0) deliver()
      expect(expected).toEqual([])
      expect(ring.appended).toBe(told)
      expect(ring.take()).toBeUndefined()
    }),
    { numRuns: 30 },
  )
})

test('a full ring makes room for as many rows as one message has', () => {
  const ring = new Ring()
  for (let n = 1; n <= ringRows; n++) expect(ring.append(0, { route: `r${n}` })).toBe(n)
  const taken = ring.take()
  expect([taken?.rows, taken?.texts.length, ring.rows]).toEqual([rowsAtOnce, rowsAtOnce * 4, ringRows - rowsAtOnce])
})

test('in a burst a time is at most that of the seventh measurement before which asked for one, and never none', () => {
  const ring = new Ring()
  for (let n = 0; n < rowsAtOnce; n++) ring.append(0, { at: 1 })
  ring.sharing = 0
  const since = Date.now()
  ring.append(0, {})
  ring.drop()
  expect(ring.take()?.numbers[0]).toBeGreaterThanOrEqual(since)
})
