import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { chunksAway, chunksInAll, rowsPerChunk } from '../src/capture/layout.ts'
import { Ring } from '../src/capture/ring.ts'
import { Contexts } from '../src/sender/contexts.ts'
import { RowQueue } from '../src/sender/row-queue.ts'
import { makeShared, read, type Shared } from '../src/shared/memory.ts'
import * as count from '../src/shared/counts.ts'
import * as word from '../src/shared/words.ts'

const unheard = { unknown: () => undefined }
const contexts = new Contexts()
contexts.tell({ type: 'context', index: 0, fields: { system: 'bot', environment: 'test' }, fingerprint: undefined })

const name = fc.constantFrom(undefined, 'chat', 'search', 'stop')
const row = fc.record({
  route: name,
  finishReason: name,
  score: fc.option(fc.record({ name: fc.constantFrom('quality', 'tone'), value: fc.integer({ min: 0, max: 9 }) }), {
    nil: undefined,
  }),
  latencyMs: fc.integer({ min: 0, max: 86_400_000 }),
  inputTokens: fc.option(fc.nat(1_000_000_000), { nil: undefined }),
  outputTokens: fc.option(fc.nat(1_000_000_000), { nil: undefined }),
  costUsd: fc.option(fc.double({ min: 1e-9, max: 1e6, noNaN: true }), { nil: undefined }),
  error: fc.option(fc.boolean(), { nil: undefined }),
  refused: fc.option(fc.boolean(), { nil: undefined }),
  agreed: fc.option(fc.boolean(), { nil: undefined }),
  fingerprint: fc.constantFrom(undefined, `sha256:${'0f'.repeat(32)}`),
})
/** So many of a row, one after the other; then how many chunks the sender takes, and how many of those it has it gives back. */
const steps = fc.array(
  fc.record({
    row,
    times: fc.integer({ min: 1, max: 5_000 }),
    takes: fc.nat(6),
    gives: fc.nat(4),
    isKept: fc.boolean(),
  }),
  { minLength: 1, maxLength: 25 },
)

const give = (shared: Shared, chunks: number): number => Atomics.add(shared.words, word.givenBack, chunks)

test('what went into the ring comes out of the sender’s queue, in its order, with its names; of what had no room, the oldest is missing', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const shared = makeShared()
      // It comes round within the test.
      shared.words[word.givenBack] = 2 ** 31 - 3
      const ring = new Ring(shared, unheard)
      const queue = new RowQueue()
      const expected: object[] = []
      let [told, away, dropped] = [0, 0, 0]
      const deliver = (isLast: boolean): void => {
        const taken = ring.take(isLast)
        expect(taken === undefined).toBe(expected.length === 0 || (!isLast && away === chunksAway))
        if (taken === undefined) return
        away += 1
        queue.push(structuredClone(taken), shared.rows)
        for (const it of expected.splice(0, taken.rows)) {
          expect(JSON.parse(queue.shift(contexts, 0))).toEqual({
            kind: 'measure',
            system: 'bot',
            environment: 'test',
            at: new Date(told).toISOString(),
            ...it,
          })
        }
      }
      for (const { row: measurement, times, takes, gives, isKept } of given) {
        for (let n = 0; n < times; n++) {
          expected.push(JSON.parse(JSON.stringify(measurement)) as object)
          const rows = ring.append(0, { ...measurement, at: told })
          if (rows === expected.length) continue
          expect(expected.length - rows).toBe(rowsPerChunk)
          expected.splice(0, rowsPerChunk)
          dropped += rowsPerChunk
        }
        expect([ring.rows, ring.hasDropped]).toEqual([expected.length, dropped > 0])
        if (isKept) ring.keep()
        for (let n = 0; n < takes; n++) deliver(false)
        give(shared, Math.min(gives, away))
        away -= Math.min(gives, away)
      }
      while (ring.rows > 0) deliver(true)
      expect(expected).toEqual([])
      expect(read(shared, count.overflow)).toBe(dropped)
      expect(ring.take(true)).toBeUndefined()
    }),
    { numRuns: 30 },
  )
})

test('while as many chunks are with the sender as may be, 16 have room in the ring', () => {
  const shared = makeShared()
  const ring = new Ring(shared, unheard)
  for (let n = 0; n < chunksAway; n++) {
    ring.append(0, {})
    expect(ring.take(false)?.rows).toBe(1)
  }
  for (let n = 1; n <= 16 * rowsPerChunk; n++) expect(ring.append(0, { route: `r${n}` })).toBe(n)
  expect([ring.take(false), ring.hasDropped]).toEqual([undefined, false])
  expect(ring.append(0, {})).toBe(15 * rowsPerChunk + 1)
  expect(read(shared, count.overflow)).toBe(rowsPerChunk)
  // What a process that ends hands over needs nothing given back.
  const last = Array.from({ length: 17 }, () => ring.take(true)?.rows)
  expect(last).toEqual([...Array.from({ length: 15 }, () => rowsPerChunk), 1, undefined])
})

test('what comes after all is handed over writes into no chunk that is away', () => {
  const shared = makeShared()
  const ring = new Ring(shared, unheard)
  const taken = []
  for (let n = 0; n < chunksInAll * rowsPerChunk; n++) ring.append(0, { latencyMs: 1 })
  for (let rows = ring.take(true); rows !== undefined; rows = ring.take(true)) taken.push(rows.chunk)
  const before = taken.map((chunk) => shared.rows[chunk * 8 * rowsPerChunk + 2])
  for (let n = 0; n < 3 * rowsPerChunk; n++) ring.append(0, { latencyMs: 2 })
  expect(taken.map((chunk) => shared.rows[chunk * 8 * rowsPerChunk + 2])).toEqual(before)
  expect(ring.rows).toBe(rowsPerChunk)
})

test('a measurement without a time gets that of the next look at the clock, at most 1,024 measurements later', () => {
  vi.useFakeTimers()
  const shared = makeShared()
  const ring = new Ring(shared, unheard)
  const queue = new RowQueue()
  const append = (at: number, rows: number): void => {
    vi.setSystemTime(at)
    for (let n = 0; n < rows; n++) ring.append(0, n === 1 ? { at: 7 } : {})
  }
  append(1_000, 3)
  vi.setSystemTime(2_000)
  ring.keep()
  ring.keep()
  append(3_000, rowsPerChunk - 3)
  // The first of the next chunk closes the one before.
  append(4_000, 1)
  vi.setSystemTime(5_000)
  const times: number[] = []
  for (let rows = ring.take(false); rows !== undefined; rows = ring.take(false)) {
    queue.push(structuredClone(rows), shared.rows)
    while (queue.rows > 0) times.push(Date.parse((JSON.parse(queue.shift(contexts, 0)) as { at: string }).at))
  }
  vi.useRealTimers()
  expect(times.slice(0, 5)).toEqual([2_000, 7, 2_000, 4_000, 7])
  expect(times.slice(5)).toEqual([...Array.from({ length: rowsPerChunk - 5 }, () => 4_000), 5_000])
})
