import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { AfterAI, type Measurement, type ObservedConfiguration, type RecordedChange } from '../src/index.ts'
import { standInApiKey, startStandIn, type StandInServer } from '../testing/stand-in-server.ts'

let server: StandInServer
beforeAll(async () => {
  server = await startStandIn()
})
afterAll(() => server.close())

const cyclic: Record<string, unknown> = {}
cyclic['itself'] = cyclic
const throwing = new Proxy(
  {},
  {
    get: () => {
      throw new Error('a getter')
    },
    ownKeys: () => {
      throw new Error('keys')
    },
  },
)
const endless: unknown = new Proxy({}, { get: (_, key) => (typeof key === 'string' ? endless : undefined) })
const hundredMegabytes = 'x'.repeat(100_000_000)

/** Values that break code which trusts its caller. */
const hostile = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true }),
  fc.constantFrom<unknown>(
    cyclic,
    throwing,
    endless,
    hundredMegabytes,
    Object.freeze({}),
    { toJSON: () => throwing },
    {
      get latencyMs() {
        throw new Error('a getter')
      },
    },
    () => 1,
    Symbol('s'),
    10n,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    new Proxy(() => 1, {}),
    '\ud800',
    Object.create({ latencyMs: 1 }),
  ),
)

const measurement = fc.record(
  {
    route: hostile,
    at: hostile,
    latencyMs: hostile,
    inputTokens: hostile,
    outputTokens: hostile,
    costUsd: hostile,
    score: fc.oneof(hostile, fc.record({ name: hostile, value: hostile })),
    finishReason: hostile,
    error: hostile,
    refused: hostile,
    agreed: hostile,
    fingerprint: hostile,
  },
  { requiredKeys: [] },
)
const configuration = fc.record(
  {
    model: fc.oneof(
      hostile,
      fc.record({ name: fc.oneof(fc.constant('m'), hostile), provider: hostile }, { requiredKeys: ['name'] }),
    ),
    inference: fc.oneof(
      hostile,
      fc.record({ temperature: hostile, maxTokens: hostile, serviceTier: hostile }, { requiredKeys: [] }),
    ),
    prompts: fc.oneof(hostile, fc.dictionary(fc.string(), hostile)),
    tools: fc.oneof(hostile, fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), hostile)),
    mcp: fc.oneof(
      hostile,
      fc.dictionary(fc.constantFrom('a', '__proto__', ''), fc.record({ tools: fc.oneof(hostile, fc.array(hostile)) })),
    ),
    guardrails: fc.oneof(hostile, fc.dictionary(fc.string(), hostile)),
    infrastructure: fc.oneof(hostile, fc.record({ packages: hostile, region: hostile }, { requiredKeys: [] })),
    evaluation: fc.oneof(hostile, fc.record({ judges: fc.dictionary(fc.string(), hostile) })),
    flags: hostile,
  },
  { requiredKeys: [] },
)
const change = fc.record(
  {
    title: fc.oneof(fc.string({ unit: 'binary' }), hostile),
    changeTypes: fc.oneof(fc.constant(['model']), hostile),
    intent: fc.oneof(fc.constantFrom('proposed', 'nonsense'), hostile),
    risk: fc.oneof(fc.record({ severity: fc.oneof(fc.constant('low'), hostile) }), hostile),
    revision: hostile,
    after: fc.oneof(configuration, hostile),
  },
  { requiredKeys: ['title', 'changeTypes'] },
)

test('P2.2, P2.3: whatever a client is given, it returns at once, throws nothing, sends only what the contract allows, and counts it', async () => {
  const afterai = new AfterAI({ apiKey: standInApiKey, endpoint: server.origin })
  const odd = afterai.system as (name: unknown, options?: unknown) => ReturnType<AfterAI['system']>
  let told = 0
  fc.assert(
    fc.property(
      hostile,
      hostile,
      measurement,
      configuration,
      change,
      (name, anything, measured, configured, changed) => {
        for (const system of [afterai.system('bot'), odd(name, anything)]) {
          const { measure, observe, record } = system
          for (const given of [measured, anything]) expect(measure(given as Measurement)).toBeUndefined()
          for (const given of [configured, anything])
            expect(observe(given as ObservedConfiguration, anything as never)).toBeUndefined()
          expect(observe(configured as ObservedConfiguration)).toBeUndefined()
          for (const given of [changed, anything]) expect(record(given as RecordedChange)).toBeUndefined()
          told += 7
        }
      },
    ),
    { numRuns: 400 },
  )
  await afterai.shutdown(20_000)
  const stats = afterai.stats()
  expect(server.faults).toEqual([])
  expect(stats).toMatchObject({ enqueued: told, pending: 0, delivered: server.events().length })
  expect(stats.dropped).toBe(told - server.events().length)
  // Neither all of it nor none of it was acceptable.
  expect(stats.droppedBy.invalid).toBeGreaterThan(0)
  expect(stats.delivered).toBeGreaterThan(0)
})

test('P2.2: options that are no use switch the client off, which it says once, and nothing is thrown', async () => {
  const codes: string[] = []
  const say = { onDiagnostic: ({ code }: { code: string }) => codes.push(code) }
  const useless: unknown[] = [
    undefined,
    1,
    { apiKey: '' },
    { apiKey: 'k\nx' },
    { apiKey: 'k', endpoint: 'ftp://x' },
    { apiKey: 'k', endpoint: 'http://example.com' },
    { apiKey: 'k', digestKey: 'x' },
    throwing,
  ]
  for (const options of useless) {
    const afterai = new AfterAI(
      (typeof options === 'object' && options !== throwing ? { ...say, ...options } : options) as never,
    )
    afterai.system('bot').measure({})
    afterai.system('bot').observe({ model: { name: 'm' } })
    expect(await afterai.flush(10)).toBe(false)
    expect(afterai.stats()).toMatchObject({
      enqueued: 2,
      dropped: 2,
      pending: 0,
      state: 'closed',
      droppedBy: { closed: 2 },
    })
    await afterai.shutdown()
  }
  await vi.waitUntil(() => codes.length === 5, { timeout: 20_000 })
  expect(new Set(codes)).toEqual(new Set(['misconfigured']))
})

test('P2.2: flush and shutdown never reject, whatever they are given, and a client that is shut down counts what comes later', async () => {
  const afterai = new AfterAI({
    apiKey: standInApiKey,
    endpoint: server.origin,
    onDiagnostic: () => {
      throw new Error('the hook fails')
    },
  })
  afterai.system('bot').measure({ latencyMs: -1 })
  for (const wait of [Number.NaN, 'x', throwing, 0, undefined]) await afterai.flush(wait as number)
  await Promise.all([afterai.shutdown(), afterai.shutdown(throwing as never), afterai[Symbol.asyncDispose]()])
  afterai.system('bot').measure({})
  expect(afterai.stats()).toMatchObject({
    enqueued: 2,
    delivered: 0,
    dropped: 2,
    pending: 0,
    droppedBy: { invalid: 1, closed: 1 },
  })
})
