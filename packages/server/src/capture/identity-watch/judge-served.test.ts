import { sayingOf } from '@afterai/models'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judge, type KnownIdentity, latestOf, replacements, soles } from './judge-served.ts'

const hourMs = 3_600_000
const asked = { provider: 'openai', requestedModel: 'gpt-4o' }

interface Seen {
  readonly name: string
  readonly fingerprint?: string
  readonly atMs: number
}

/** Keeps what it is told, as the database does, and the changes that follow. */
class Memory {
  readonly kept: KnownIdentity[] = []
  readonly changes: string[] = []
  readonly #learningMs: number

  readonly #asked: typeof asked

  constructor(learningMs = 24 * hourMs, by = asked) {
    this.#learningMs = learningMs
    this.#asked = by
  }

  /** One transaction: what it shows of an identity is told from its first to its last sighting. */
  batch(seen: readonly Seen[]): void {
    const identities = Map.groupBy(seen, ({ name, fingerprint = '' }) => `${name} ${fingerprint}`)
    const spans = [...identities.values()].map((group) => {
      const times = group.map(({ atMs }) => atMs)
      const { name = '', fingerprint = '' } = group[0] ?? {}
      return { name, fingerprint, firstMs: Math.min(...times), lastMs: Math.max(...times) }
    })
    for (const { name, fingerprint, firstMs, lastMs } of spans.toSorted((a, b) => a.firstMs - b.firstMs)) {
      this.#tell({ servedName: name, systemFingerprint: fingerprint, firstMs, lastMs })
    }
    for (const { by } of replacements(this.kept, this.#learningMs)) by.changeId = this.#open('replaced')
    for (const { by, inPlaceOf } of soles(this.kept)) {
      if (inPlaceOf !== undefined) by.returned = { ms: by.lastMs, changeId: this.#open('returned') }
    }
    for (const [index, it] of this.kept.entries()) this.kept[index] = { ...it, heldMs: it.lastMs }
  }

  #tell(it: { servedName: string; systemFingerprint: string; firstMs: number; lastMs: number }): void {
    const saying = sayingOf(it.servedName, this.#asked)
    const judgement = judge(this.kept, { ...it, saying }, this.#learningMs)
    if (judgement.is === 'late') return
    if (judgement.is === 'known') {
      if (judgement.as !== undefined) judgement.as.lastMs = Math.max(judgement.as.lastMs, it.lastMs)
      return
    }
    const isNew = judgement.is === 'growth' || judgement.is === 'change'
    const toldBy = judgement.is === 'member' || judgement.is === 'refinement' ? judgement.changeId : null
    const changeId = isNew ? this.#open(judgement.is) : toldBy
    const baseline = judgement.is === 'baseline' || (judgement.is === 'refinement' && judgement.baseline)
    const never = { heldMs: Number.NEGATIVE_INFINITY, alone: undefined, apart: undefined, returned: null }
    this.kept.push({ ...it, saying, baseline, changeId, ...never })
  }

  #open(what: string): string {
    this.changes.push(what)
    return `${what} ${this.changes.length}`
  }
}

function changesOf(...seen: readonly (readonly [name: string, hour: number, fingerprint?: string])[]): string[] {
  const memory = new Memory()
  for (const [name, hour, fingerprint = ''] of seen) memory.batch([{ name, fingerprint, atMs: hour * hourMs }])
  return memory.changes
}

describe('names that say the same in other words open nothing', () => {
  test.each([
    [['gpt-4o-2024-05-13', 'gpt-4o', 'gpt-4o-2024-05-13']],
    [['gpt-4o', 'gpt-4o-2024-05-13', 'gpt-4o', 'gpt-4o-2024-05-13']],
    [['gpt-4o', 'openai/gpt-4o', 'models/gpt-4o', 'GPT-4o', 'GPT-4O-2024-05-13', 'openai/gpt-4o-2024-05-13']],
  ])('%s', (names) => {
    expect(changesOf(...names.map((name, hour) => [name, hour] as const))).toEqual([])
  })
})

describe('another snapshot, release, model or platform opens exactly one', () => {
  test.each([
    [['gpt-4o-2024-05-13', 'gpt-4o-2024-08-06', 'gpt-4o-2024-05-13', 'gpt-4o-2024-08-06']],
    [['gpt-4o', 'gpt-4o-2024-05-13', 'gpt-4o', 'gpt-4o-2024-08-06', 'openai/GPT-4o-2024-08-06', 'gpt-4o']],
    [['anthropic.claude-3-5-sonnet-20241022-v1:0', 'us.anthropic.claude-3-5-sonnet-20241022-v2:0']],
    [['gpt-4o', 'gpt-4o-mini-2024-07-18', 'gpt-4o-mini']],
    [['gpt-4o-2024-08-06', 'azure/gpt-4o-2024-08-06', 'gpt-4o-2024-08-06']],
    [['m-1', 'm-2', 'm-1']],
  ])('%s', (names) => {
    expect(changesOf(...names.map((name, hour) => [name, hour] as const))).toEqual(['change'])
  })
})

describe('an alias that a provider moves by itself', () => {
  const turbo = { provider: 'openai', requestedModel: 'gpt-4-turbo-preview' }
  const flash = { provider: 'gcp.gemini', requestedModel: 'gemini-flash-latest' }
  const gateway = { provider: 'litellm_proxy', requestedModel: 'fast' }
  test.each([
    [turbo, 'gpt-4-0125-preview', 'gpt-4-1106-preview'],
    [flash, 'gemini-2.5-flash-preview-09-2025', 'gemini-3-flash-preview'],
    [flash, 'gemini-2.5-flash', 'gemini-2.5-flash-lite'],
    [gateway, 'gpt-4o-2024-08-06', 'claude-3-5-haiku-20241022'],
  ])('of $requestedModel: %s beside the alias opens nothing, and %s after it exactly one', (by, before, after) => {
    const alias = by.requestedModel
    const opened = (...names: readonly string[]): string[] => {
      const memory = new Memory(undefined, by)
      for (const [hour, name] of names.entries()) memory.batch([{ name, atMs: hour * hourMs }])
      return memory.changes
    }
    expect(opened(alias, before, alias, before)).toEqual([])
    expect(opened(before, alias, before, alias)).toEqual([])
    for (const names of [
      [alias, before, after],
      [before, after],
      [before, alias, after],
      [alias, before, alias, after, alias, after],
      [before, after, alias, before],
    ]) {
      expect(opened(...names)).toEqual(['change'])
    }
  })
})

describe('fingerprints of one model are a set', () => {
  const twelve = Array.from({ length: 12 }, (_, index) => `fp_${index}`)

  test('twelve that alternate within an hour open one change, however often they come', () => {
    const rounds = [0, 0.3, 0.6, 30, 60].flatMap((hour) => twelve.map((it) => ['gpt-4o', hour, it] as const))
    expect(changesOf(...rounds)).toEqual(['growth'])
  })

  test('one that comes when the set was learned opens one more, and those that follow it none', () => {
    expect(
      changesOf(
        ['m', 0, 'a'],
        ['m', 1, 'b'],
        ['m', 20, 'c'],
        ['m', 26, 'd'],
        ['m', 27, 'e'],
        ['m', 30, 'a'],
        ['m', 40, 'c'],
      ),
    ).toEqual(['growth', 'growth'])
  })

  const joined = [['m', 0, 'a'] as const, ['m', 1, 'b'] as const, ['m', 20, 'c'] as const]
  const alone = Array.from({ length: 72 }, (_, index) => ['m', 21 + index, 'c'] as const)

  test('one that joined in silence and is alone for a day of calls is told, once', () => {
    expect(changesOf(...joined, ...alone)).toEqual(['growth', 'replaced'])
  })

  test('one that joined in silence isn’t told while those before it come as well, nor after a night without calls', () => {
    const among = alone.map(([name, hour, fingerprint]) => [name, hour, hour % 9 === 0 ? 'a' : fingerprint] as const)
    expect(changesOf(...joined, ...among)).toEqual(['growth'])
    expect(changesOf(...joined, ['m', 21, 'a'], ['m', 22, 'c'], ['m', 90, 'c'], ['m', 91, 'a'])).toEqual(['growth'])
  })

  test('one that a call under another name of the model showed isn’t new under the dated name', () => {
    expect(changesOf(['gpt-4o', 0, 'a'], ['gpt-4o-2024-05-13', 1, 'a'], ['gpt-4o', 2])).toEqual([])
    expect(changesOf(['gpt-4o-2024-05-13', 0, 'a'], ['gpt-4o', 1, 'b'], ['gpt-4o-2024-05-13', 2, 'b'])).toEqual([
      'growth',
    ])
  })
})

describe('a model that comes back', () => {
  const hours = (name: string, from: number, until: number, every = 1) =>
    Array.from({ length: Math.ceil((until - from) / every) }, (_, n) => [name, from + n * every] as const)

  test('is told each time that it has been served alone for twelve hours', () => {
    const there = [...hours('m-1', 0, 5), ...hours('m-2', 5, 30)]
    expect(changesOf(...there, ...hours('m-1', 30, 41))).toEqual(['change'])
    expect(changesOf(...there, ...hours('m-1', 30, 80))).toEqual(['change', 'returned'])
    expect(changesOf(...there, ...hours('m-1', 30, 50), ...hours('m-2', 50, 70))).toEqual([
      'change',
      'returned',
      'returned',
    ])
    expect(changesOf(...there, ...hours('m-3', 30, 50), ...hours('m-1', 50, 70))).toEqual([
      'change',
      'change',
      'returned',
    ])
  })

  test('is known by any of its names, and an alias is no sign of one', () => {
    const there = [...hours('gpt-4o-2024-05-13', 0, 5), ...hours('gpt-4o-2024-08-06', 5, 30)]
    expect(changesOf(...there, ...hours('openai/GPT-4o-2024-05-13', 30, 50))).toEqual(['change', 'returned'])
    expect(changesOf(...there, ...hours('gpt-4o', 30, 50))).toEqual(['change'])
  })

  test('isn’t told while others are served beside it, nor after a night without calls', () => {
    const there = [...hours('m-1', 0, 5), ...hours('m-2', 5, 30)]
    const mixed = hours('m-1', 30, 100).map((it, n) => (n % 8 === 7 ? (['m-2', it[1]] as const) : it))
    expect(changesOf(...there, ...mixed)).toEqual(['change'])
    expect(changesOf(...there, ['m-1', 30], ['m-1', 60], ['m-1', 61])).toEqual(['change'])
  })
})

// Sightings on the half hours, later or earlier by what clocks may differ; the learning time ends between two of them.
const learningMs = 23.25 * hourMs
const sighting = fc.record({
  slot: fc.integer({ min: 0, max: 200 }),
  name: fc.constantFrom('gpt-4o-2024-05-13', 'openai/gpt-4o-2024-05-13', 'GPT-4o-2024-05-13', 'gpt-4o-2024-08-06'),
  fingerprint: fc.constantFrom('', 'a', 'b', 'c', 'd'),
  delayMs: fc.integer({ min: 0, max: 60_000 }),
  isCut: fc.boolean(),
})

type Drawn = { readonly name: string; readonly fingerprint: string; readonly delayMs: number; readonly isCut: boolean }

/** Tells the same sightings in their order, one by one, and as they come: late by their delay, in batches of up to an hour. */
function expectTheSame(drawn: readonly (Drawn & { readonly slot: number })[]): void {
  // No two at the same moment: of two that are, nothing says which was first.
  const later = drawn.map((it, index) => ({ ...it, atMs: it.slot * hourMs * 0.5 + index * 1000 }))
  const baseline = { name: 'gpt-4o-2024-05-13', fingerprint: 'a', delayMs: 0, isCut: true, atMs: -hourMs }
  const sightings = [baseline, ...later]
  const inOrder = new Memory(learningMs)
  for (const it of sightings.toSorted((a, b) => a.atMs - b.atMs)) inOrder.batch([it])
  const shuffled = new Memory(learningMs)
  let batch: (typeof sightings)[number][] = []
  for (const it of sightings.toSorted((a, b) => a.atMs + a.delayMs - b.atMs - b.delayMs)) {
    if (it.isCut || it.atMs - (batch[0]?.atMs ?? it.atMs) > hourMs) {
      shuffled.batch(batch)
      batch = []
    }
    batch.push(it)
  }
  shuffled.batch(batch)
  expect(shuffled.changes.toSorted()).toEqual(inOrder.changes.toSorted())
}

test('once there is a baseline, the same sightings open the same changes in any order that clocks allow, and however they are split', () => {
  fc.assert(fc.property(fc.array(sighting, { maxLength: 60 }), expectTheSame), { numRuns: 1000 })
})

test('so do models that are served for hours and come back', () => {
  const stretch = fc.record({
    name: sighting.map(({ name }) => name),
    fingerprint: fc.constantFrom('', 'a', 'b'),
    hours: fc.integer({ min: 1, max: 30 }),
    delays: fc.array(fc.record({ delayMs: fc.integer({ min: 0, max: 60_000 }), isCut: fc.boolean() }), {
      minLength: 30,
      maxLength: 30,
    }),
  })
  let returned = 0
  fc.assert(
    fc.property(fc.array(stretch, { minLength: 2, maxLength: 8 }), (stretches) => {
      let slot = 0
      const drawn = stretches.flatMap(({ hours, delays, ...it }) =>
        delays.slice(0, hours).map((delay) => ({ ...it, ...delay, slot: (slot += 2) })),
      )
      expectTheSame(drawn)
      returned += changesOf(...drawn.map((it) => [it.name, it.slot / 2] as const)).filter(
        (it) => it === 'returned',
      ).length
    }),
    { numRuns: 300 },
  )
  expect(returned).toBeGreaterThan(100)
})

test('what was seen last is of what says most', () => {
  const it = (servedName: string, lastMs: number) => ({ servedName, lastMs, saying: sayingOf(servedName, asked) })
  expect(latestOf([it('gpt-4o', 2), it('gpt-4o-2024-05-13', 1)])?.servedName).toBe('gpt-4o-2024-05-13')
  expect(latestOf([it('gpt-4o', 2), it('m-1', 1)])?.servedName).toBe('gpt-4o')
  expect(latestOf([])).toBeUndefined()
})
