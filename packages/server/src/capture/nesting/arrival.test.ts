import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  countedIn,
  knowingMoreIn,
  otlpSpanOf,
  spanTree,
  totalsOf,
  type TreeSpan,
} from '../../../testing/otlp/span-trees.ts'
import { bytesOf } from '../../../testing/otlp/otlp-client.ts'
import { tracesOf } from '../../../testing/otlp/otlp-bodies.ts'
import { readOtlp } from '../otlp/read-otlp.ts'
import { arrive } from './arrival.ts'
import { figureBits, knowsMore, leftOf } from './figures.ts'
import { nowhere, SpanMemory } from './span-memory.ts'
import { infoBits, recordFields, recordWords, SpanRecords, spanIdWords } from './span-records.ts'

const atMs = Date.parse('2026-11-24T11:00:00Z')
const context = { digestKey: { keyId: '0'.repeat(16), key: Buffer.from('k') }, nowMs: atMs }

/** The records of spans, as a body in each of the encodings has them. */
function recordsOf(spans: readonly TreeSpan[], as: 'protobuf' | 'json'): Uint32Array {
  const body = tracesOf(
    'bot',
    spans.map((span) => otlpSpanOf(span, { as, trace: 1, atMs })),
  )
  return readOtlp(bytesOf('traces', as, body), { signal: 'traces', encoding: as }, context).readings.spans.words
}

/** Takes in all spans, and gives the `info` of each by its index; checks that `enclosing` gets what had been known of it before. */
function settledAfter(memory: SpanMemory, records: Uint32Array, order: readonly number[]): Map<number, number> {
  const places = new Map<number, number>()
  const settled = new Map<number, number>()
  for (const place of order) {
    const { span, info } = arrive(memory, records, place * recordWords, (it, before) => {
      const its = places.get(it) ?? nowhere
      expect(settled.get(its)).toBe(before)
      settled.set(its, memory.word(it, recordFields.info))
    })
    places.set(span, place)
    settled.set(place, info)
  }
  return settled
}

function countedAfter(memory: SpanMemory, records: Uint32Array, order: readonly number[]): number[] {
  return placesWhere(settledAfter(memory, records, order), (info) => (info & infoBits.counted) !== 0)
}

function placesWhere(settled: ReadonlyMap<number, number>, is: (info: number) => boolean): number[] {
  return [...settled]
    .filter(([, info]) => is(info))
    .map(([place]) => place)
    .toSorted((a, b) => a - b)
}

test('P1.1: of requests around each other that describe the same one the innermost counts, in whatever order they arrive', () => {
  let knowing = 0
  const ordered = spanTree.chain((tree) =>
    fc.record({
      tree: fc.constant(tree),
      order: fc.shuffledSubarray(
        tree.map(({ id }) => id),
        { minLength: tree.length },
      ),
      as: fc.constantFrom('protobuf' as const, 'json' as const),
    }),
  )
  fc.assert(
    fc.property(ordered, ({ tree, order, as }) => {
      const settled = settledAfter(new SpanMemory(1024), recordsOf(tree, as), order)
      const idsOf = (spans: readonly TreeSpan[]): number[] => spans.map(({ id }) => id)
      expect(placesWhere(settled, (info) => (info & infoBits.counted) !== 0)).toEqual(idsOf(countedIn(tree)))
      // Of what doesn't count, the figures do that nothing within it tells.
      const { tokens, finished } = totalsOf(tree)
      const { input, output, finish } = figureBits
      for (const [bit, telling] of [
        [input, tokens],
        [output, tokens],
        [finish, finished],
      ] as const) {
        expect(placesWhere(settled, (info) => (leftOf(info) & bit) !== 0)).toEqual(idsOf(telling))
      }
      const more = knowingMoreIn(tree)
      expect(placesWhere(settled, knowsMore)).toEqual(idsOf(more))
      knowing += more.length
    }),
    { numRuns: 1_000 },
  )
  expect(knowing).toBeGreaterThan(0)
})

/** Records of requests of one model, each by its id and its parent's. */
function chainOf(pairs: readonly (readonly [id: number, parent: number])[]): Uint32Array {
  const records = new SpanRecords()
  for (const [id, parent] of pairs) {
    const ids = new Uint32Array(spanIdWords).fill(0)
    ids.set([1, 1, 1, 1, 0, id, 0, parent])
    records.add(ids, 'bot')
  }
  const { words } = records
  for (let at = 0; at < words.length; at += recordWords) words[at + 4] = infoBits.request
  return words
}

const countOf = (memory: SpanMemory, records: Uint32Array): number => {
  let counted = 0
  for (let at = 0; at < records.length; at += recordWords) {
    const { info } = arrive(memory, records, at, (_, before) => (counted -= (before & infoBits.counted) === 0 ? 0 : 1))
    if ((info & infoBits.counted) !== 0) counted += 1
  }
  return counted
}

test('P5.3: of more spans than are remembered the last are, and what has gone is forgotten without a trace', () => {
  const pairs = Array.from({ length: 20_000 }, (_, index) => [index + 1, 100_000 + index] as const)
  const memory = new SpanMemory(4096)
  expect(countOf(memory, chainOf(pairs))).toBe(20_000)
  expect(memory.capacity).toBe(4096)
  // The spans around the last ones are told of late, and those around the first ones too late.
  const around = (index: number) => [100_000 + index, 0] as const
  expect(countOf(memory, chainOf([around(19_999), around(19_000)]))).toBe(0)
  expect(countOf(memory, chainOf([around(0), around(1)]))).toBe(2)
})

test('P5.3: a chain of 50,000 requests, in either direction, in a circle or under one span, is taken in at once', () => {
  const length = 50_000
  const down = Array.from({ length }, (_, index) => [index + 1, index] as const)
  const circle = down.map(([id, parent]) => [id, parent === 0 ? length : parent] as const)
  const wide = down.map(([id]) => [id, length + 1] as const)
  for (const pairs of [down, down.toReversed(), circle, circle.toReversed()]) {
    expect(countOf(new SpanMemory(262_144), chainOf(pairs))).toBeLessThanOrEqual(1)
  }
  expect(countOf(new SpanMemory(262_144), chainOf([...wide, [length + 1, 0]]))).toBe(length)
})

test.each([2, 3, 7])('P6.6: of %i requests that name each other as parents in a circle not all vanish', (length) => {
  const circle = Array.from({ length }, (_, index) => [index + 1, index === 0 ? length : index] as const)
  for (const pairs of [circle, circle.toReversed()])
    expect(countOf(new SpanMemory(1024), chainOf(pairs))).toBeGreaterThanOrEqual(2)
})

interface Told {
  readonly scope: 'a' | 'b' | ''
  readonly trace: number
  readonly top: boolean
  readonly model: string
  readonly input: number
  /** In milliseconds. */
  readonly start: number
  readonly length: number
}

const told: fc.Arbitrary<Told> = fc.record({
  scope: fc.constantFrom('a', 'a', 'b', 'b', ''),
  trace: fc.constantFrom(1, 2),
  top: fc.boolean(),
  model: fc.constantFrom('gpt-4o', 'gpt-4o-2024-08-06', 'gpt-4o-mini'),
  input: fc.constantFrom(7, 7, 7, 8, 0),
  start: fc.constantFrom(0, 5, 10, 300, 990, 2_000),
  length: fc.constantFrom(1, 4, 8, 12, 20, 30, 60, 120, 400, 900, 3_000),
})

function twinRecords(all: readonly Told[]): Uint32Array {
  const records = new SpanRecords()
  for (const [index, { scope, trace, top, model, input, start, length }] of all.entries()) {
    const place = records.add(Uint32Array.from([1, 1, 1, trace, 0, index + 1, 0, top ? 0 : 1_000]), 'bot')
    const configuration = { ...noConfiguration, requestedModel: model }
    const measurement = { isCall: true, inputTokens: input, outputTokens: 0 }
    const call = { ...callOfSpan, spans: records, span: place, configuration, measurement }
    // Long after the counting of 32 bits has begun anew.
    const ticksOf = (ms: number): number => ((atMs + ms) * 100) >>> 0
    records.request(place, call, { scope, startTicks: ticksOf(start), endTicks: ticksOf(start + length) })
  }
  return records.words
}

const noConfiguration = {
  provider: undefined,
  requestedModel: undefined,
  servedModel: undefined,
  systemFingerprint: undefined,
  inference: undefined,
  prompt: undefined,
  tools: undefined,
}
const callOfSpan = { kind: 'call', request: 'chat', system: 'bot', environment: 'e', route: undefined, atMs } as const

/** Whether one tells of the request that another one tells of, and lies around it in time alone. */
function isTwinAround(one: Told, other: Told): boolean {
  const mini = (it: Told): boolean => it.model.endsWith('mini')
  const [before, after] = [other.start - one.start, one.start + one.length - other.start - other.length]
  return (
    one.scope !== '' &&
    other.scope !== '' &&
    one.scope !== other.scope &&
    one.input > 0 &&
    one.input === other.input &&
    mini(one) === mini(other) &&
    (other.top || one.trace === other.trace) &&
    Math.min(before, after) >= -2 &&
    before <= 1_000 &&
    after <= 250 &&
    before + after > 0
  )
}

test('P1.1: of two instrumentations that tell of one request, neither above the other, the inner one counts, in any order', () => {
  // Of two that take as long as each other either may be the inner one.
  const lengths = { minLength: 1, maxLength: 8, selector: ({ length }: Told) => length }
  const ordered = fc.uniqueArray(told, lengths).chain((all) =>
    fc.record({
      all: fc.constant(all),
      order: fc.shuffledSubarray(
        all.map((_, index) => index),
        { minLength: all.length },
      ),
    }),
  )
  let twins = 0
  fc.assert(
    fc.property(ordered, ({ all, order }) => {
      const expected = all.flatMap((one, index) => (all.some((other) => isTwinAround(one, other)) ? [] : [index]))
      if (expected.length < all.length) twins += 1
      expect(countedAfter(new SpanMemory(1024), twinRecords(all), order)).toEqual(expected)
    }),
    { numRuns: 1_000 },
  )
  // Some 64 of a thousand; a threshold near that would fail by chance.
  expect(twins).toBeGreaterThan(20)
})

test('spans of two services are never around each other, nor are those without ids', () => {
  const ids = Uint32Array.from([1, 2, 3, 4, 5, 6, 0, 0])
  const one = new SpanRecords()
  expect([one.add(ids, 'a'), one.add(ids, 'b'), one.add(ids, 'a')]).toEqual([0, 1, 2])
  const keys = [0, 1, 2].map((place) => [...one.words.subarray(place * recordWords, place * recordWords + 2)].join())
  expect(keys[0]).toBe(keys[2])
  expect(keys[0]).not.toBe(keys[1])
  expect(one.add(Uint32Array.from([0, 0, 0, 0, 5, 6, 0, 0]), 'a')).toBe(nowhere)
  expect(one.add(Uint32Array.from([1, 2, 3, 4, 0, 0, 0, 0]), 'a')).toBe(nowhere)
})
