import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { AfterAI, type AfterAIOptions, type Diagnostic, type ObservedConfiguration } from '../src/index.ts'
import { standInApiKey, standInDigestKey, startStandIn, type StandInServer } from '../testing/stand-in-server.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((it) => it.close()))
})

async function start(...[options]: Parameters<typeof startStandIn>): Promise<StandInServer> {
  const server = await startStandIn(options)
  open.push(server)
  return server
}

function connect(server: StandInServer, options: Partial<AfterAIOptions> = {}): AfterAI & { said: Diagnostic[] } {
  const said: Diagnostic[] = []
  const afterai = new AfterAI({
    apiKey: standInApiKey,
    endpoint: server.origin,
    onDiagnostic: (it) => void said.push(it),
    ...options,
  })
  open.push({ close: () => afterai.shutdown(0) })
  return Object.assign(afterai, { said })
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10)
}

/** Tells more than fits, with pauses in which the sender takes it in. */
async function tellMany(afterai: AfterAI, events: number): Promise<void> {
  const bot = afterai.system('bot')
  for (let n = 0; n < events; n++) {
    bot.measure({ latencyMs: 1 })
    if (n % 4096 === 4095) await sleep(50)
  }
}

const model = { name: 'acme-large' }

test('P2.4: an answer that is lost makes no event twice, and none is lost', async () => {
  const server = await start({ state: 'lost_answer' })
  const afterai = connect(server)
  const bot = afterai.system('bot')
  bot.observe({ model })
  for (let n = 0; n < 500; n++) bot.measure({ latencyMs: n })
  await until(() => afterai.stats().retries >= 2)
  server.state = 'healthy'
  expect(await afterai.flush(20_000)).toBe(true)
  expect(server.events()).toHaveLength(501)
  expect(server.faults).toEqual([])
  expect(afterai.stats()).toMatchObject({ enqueued: 501, delivered: 501, dropped: 0, pending: 0, state: 'ready' })
  expect(afterai.said.map(({ code }) => code)).toEqual(['unreachable', 'delivering'])
})

test('P2.3: in an outage memory is bounded, measurements without room go and are counted, and the server hears how many', async () => {
  const server = await start({ state: 'error' })
  const afterai = connect(server)
  await tellMany(afterai, 60_000)
  await sleep(300)
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  await tellMany(afterai, 60_000)
  await until(() => afterai.stats().pending <= 32_768 + 16_384)
  globalThis.gc?.()
  expect(process.memoryUsage().rss - before).toBeLessThan(20_000_000)
  const { overflow } = afterai.stats().droppedBy
  expect(overflow).toBeGreaterThanOrEqual(120_000 - 32_768 - 16_384)
  server.state = 'healthy'
  await afterai.flush(20_000)
  const stats = afterai.stats()
  expect(stats).toMatchObject({ enqueued: 120_000, pending: 0, delivered: server.events().length })
  expect(stats.delivered + stats.dropped).toBe(120_000)
  expect(server.batches.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(stats.dropped)
  // One line a state, whichever came first.
  const said = afterai.said.map(({ code }) => code)
  expect(said.filter((code) => code === 'unreachable' || code === 'overflow').toSorted()).toEqual([
    'overflow',
    'unreachable',
  ])
  expect(said.at(-1)).toBe('delivering')
  expect(said.length).toBeLessThanOrEqual(4)
  expect(server.faults).toEqual([])
})

test('P2.3: what a server refuses is dropped, counted and told, leaves no gap, and nothing after it is lost', async () => {
  const server = await start({ state: 'unauthorized' })
  const afterai = connect(server)
  const bot = afterai.system('bot')
  for (let n = 0; n < 10; n++) bot.measure({})
  await until(() => afterai.stats().droppedBy.refused === 10)
  server.state = 'healthy'
  bot.measure({ latencyMs: 7 })
  expect(await afterai.flush(10_000)).toBe(false)
  expect(server.batches.map(({ sequence, dropped, events }) => [sequence, dropped, events.length])).toEqual([
    [0, 10, 0],
    [1, 0, 1],
  ])
  expect(afterai.stats()).toMatchObject({ enqueued: 11, delivered: 1, dropped: 10, pending: 0 })
})

test('P2.4: an answer that isn’t AfterAI’s acknowledges nothing', async () => {
  const server = await start({ state: 'not_afterai' })
  const afterai = connect(server)
  afterai.system('bot').measure({})
  await until(() => afterai.stats().retries > 0)
  expect(afterai.stats()).toMatchObject({ delivered: 0, pending: 1, state: 'backing_off' })
  server.state = 'healthy'
  expect(await afterai.flush(10_000)).toBe(true)
})

test('the sender measures how far its clock is off, and corrects what it sends', async () => {
  const server = await start()
  server.clockAheadMs = 3_600_000
  const afterai = connect(server)
  const bot = afterai.system('bot')
  bot.measure({})
  await afterai.flush(10_000)
  bot.measure({ at: Date.parse('2026-01-01T00:00:00Z') })
  bot.observe({ model })
  await afterai.flush(10_000)
  const corrected = Date.parse((server.events().at(-1) as { at: string }).at) - Date.parse('2026-01-01T00:00:00Z')
  expect(Math.abs(corrected - 3_600_000)).toBeLessThan(60_000)
  expect(Math.abs(afterai.stats().clockSkewMs - corrected)).toBeLessThan(60_000)
})

test('measurements carry the fingerprint of what was observed before them', async () => {
  const server = await start()
  const afterai = connect(server)
  const bot = afterai.system('bot')
  bot.measure({ latencyMs: 1 })
  bot.observe({ model })
  await afterai.flush(10_000)
  bot.measure({ latencyMs: 2 })
  afterai.system('bot').measure({ latencyMs: 3, fingerprint: `sha256:${'0'.repeat(64)}` })
  await afterai.flush(10_000)
  const measured = server.events().flatMap((event) => (event.kind === 'measure' ? [event.fingerprint] : []))
  expect(measured).toEqual([undefined, expect.stringMatching(/^sha256:[0-9a-f]{64}$/), `sha256:${'0'.repeat(64)}`])
})

/** How many measurements the server counts under each fingerprint, in the order in which they came. */
function measuredUnder(server: StandInServer): [string | undefined, number][] {
  const counts = new Map<string | undefined, number>()
  for (const event of server.events())
    if (event.kind === 'measure') counts.set(event.fingerprint, (counts.get(event.fingerprint) ?? 0) + 1)
  return [...counts]
}

const someFingerprint = expect.stringMatching(/^sha256:[0-9a-f]{64}$/)

test.each([undefined, standInDigestKey])(
  'measurements carry the fingerprint of what was observed before them, though it is digested later (key given: %o)',
  async (digestKey) => {
    const server = await start()
    const afterai = connect(server, digestKey === undefined ? {} : { digestKey })
    const bot = afterai.system('bot')
    for (let n = 0; n < 3; n++) bot.measure({})
    for (let version = 0; version < 4; version++) {
      // Every other one needs no key, and is digested before the one that came before it.
      bot.observe({
        model,
        ...(version % 2 === 0 ? { prompts: { p: `text ${version}` } } : { inference: { seed: version } }),
      })
      for (let n = 0; n < 300 + version; n++) bot.measure({})
    }
    expect(await afterai.flush(10_000)).toBe(true)
    const counted = measuredUnder(server)
    expect(counted.map(([, count]) => count)).toEqual([3, 300, 301, 302, 303])
    expect(counted.map(([fingerprint]) => fingerprint)).toEqual([undefined, ...Array(4).fill(someFingerprint)])
    expect(afterai.stats()).toMatchObject({ enqueued: 1213, delivered: 1213, pending: 0 })
    expect(server.faults).toEqual([])
  },
)

test('measurements after an observation that is dropped carry no fingerprint, and wait for none', async () => {
  const server = await start({ digestKeyStatus: 403 })
  const afterai = connect(server)
  const bot = afterai.system('bot')
  bot.observe({ model })
  bot.measure({})
  for (const wrong of [{ model, prompts: { p: 'text' } }, { model: { name: 'not a name' } }, undefined]) {
    bot.observe(wrong as ObservedConfiguration)
    bot.measure({})
    bot.measure({})
  }
  expect(await afterai.flush(4_000)).toBe(false)
  expect(measuredUnder(server)).toEqual([
    [someFingerprint, 1],
    [undefined, 6],
  ])
  const { enqueued, delivered, droppedBy } = afterai.stats()
  expect({ enqueued, delivered, droppedBy }).toEqual({
    enqueued: 11,
    delivered: 8,
    droppedBy: { invalid: 2, refused: 1, overflow: 0, closed: 0 },
  })
})

test('P2.3: where the key never comes, measurements wait 5 s for their fingerprint, in order, and then go without', async () => {
  const server = await start({ digestKeyStatus: 500 })
  const afterai = connect(server)
  const [bot, other] = [afterai.system('bot'), afterai.system('other')]
  bot.measure({ latencyMs: 1 })
  bot.observe({ model, prompts: { p: 'text' } })
  bot.measure({ latencyMs: 2 })
  bot.observe({ model, prompts: { p: 'another' } })
  bot.measure({ latencyMs: 3 })
  other.measure({ latencyMs: 4 })
  const since = Date.now()
  await until(() => afterai.stats().delivered === 4)
  expect(Date.now() - since).toBeGreaterThan(4_500)
  expect(Date.now() - since).toBeLessThan(9_000)
  // What comes now doesn't wait again.
  bot.measure({ latencyMs: 5 })
  await until(() => afterai.stats().delivered === 5)
  expect(Date.now() - since).toBeLessThan(10_000)
  const measured = server
    .events()
    .map((event) => (event.kind === 'measure' ? [event.latencyMs, event.fingerprint] : []))
  expect(measured).toEqual([1, 2, 3, 4, 5].map((latencyMs) => [latencyMs, undefined]))
  expect(afterai.stats()).toMatchObject({ enqueued: 7, delivered: 5, dropped: 0, pending: 2 })
})

test('a configuration that is observed with each request costs no memory, and each request is counted under it', async () => {
  const server = await start()
  const afterai = connect(server)
  const bot = afterai.system('bot')
  for (let n = 0; n < 2_000; n++) {
    bot.observe({ model })
    bot.measure({})
    if (n % 100 === 99) await afterai.flush(10_000)
  }
  expect(await afterai.flush(10_000)).toBe(true)
  expect(measuredUnder(server)).toEqual([[someFingerprint, 2_000]])
})

test.each([undefined, { model, prompts: { p: 'text' } }])(
  'P2.3: 256 changes that are told at once all arrive, of more the oldest go (with a configuration: %o)',
  async (after) => {
    const server = await start()
    for (const [count, overflow] of [
      [256, 0],
      [300, 44],
    ] as const) {
      const afterai = connect(server)
      const before = server.events().length
      for (let n = 0; n < count; n++)
        afterai
          .system('bot')
          .record({ title: `c${n}`, changeTypes: ['data'], ...(after === undefined ? {} : { after }) })
      expect(await afterai.flush(10_000)).toBe(overflow === 0)
      expect(afterai.stats()).toMatchObject({ enqueued: count, delivered: 256, droppedBy: { overflow } })
      const titles = server.events().flatMap((event) => (event.kind === 'change' ? [event.title] : []))
      expect(titles.slice(before)).toEqual(Array.from({ length: 256 }, (_, n) => `c${n + overflow}`))
    }
  },
)

test('P2.3: a refusal that stays holds nothing up for ever: what comes later is refused and counted in its turn', async () => {
  const server = await start({ state: 'unauthorized' })
  const afterai = connect(server)
  const bot = afterai.system('bot')
  bot.measure({})
  await until(() => afterai.stats().droppedBy.refused === 1)
  for (let n = 0; n < 5; n++) bot.measure({})
  await until(() => afterai.stats().droppedBy.refused === 6)
  server.state = 'healthy'
  bot.measure({ latencyMs: 7 })
  expect(await afterai.flush(10_000)).toBe(false)
  expect(server.events()).toHaveLength(1)
  expect(server.batches.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(6)
  expect(server.faults).toEqual([])
  expect(afterai.stats()).toMatchObject({ enqueued: 7, delivered: 1, dropped: 6, pending: 0 })
})

test('templates of addresses are routes, by the names that they have at the other doors; a sentence is none', async () => {
  const server = await start()
  const afterai = connect(server)
  const bot = afterai.system('bot')
  for (const route of ['/chat', '/chats/{id}/messages', '/users/<id>', '/v1/users/:id']) bot.measure({ route })
  bot.measure({ route: 'Tell me of your mother' })
  await afterai.flush(10_000)
  const routes = server.events().map((it) => (it as { route?: string }).route)
  expect(routes).toEqual(['chat', 'chats/:id/messages', 'users/:id', 'v1/users/:id'])
  expect(afterai.stats()).toMatchObject({ delivered: 4, droppedBy: { invalid: 1 } })
})

test('null is as if it were left out, and a Date is a time; one that is none is invalid', async () => {
  const server = await start()
  const afterai = connect(server)
  const bot = afterai.system('bot')
  bot.measure({
    at: new Date('2026-01-01T00:00:00Z'),
    route: null,
    latencyMs: null,
    inputTokens: null,
    outputTokens: null,
    costUsd: null,
    score: null,
    finishReason: null,
    error: null,
    refused: null,
    agreed: null,
    fingerprint: null,
  })
  bot.measure({ at: null, latencyMs: 0 })
  bot.measure({ at: new Date(Number.NaN) })
  expect(await afterai.flush(10_000)).toBe(false)
  const common = { kind: 'measure', system: 'bot', environment: 'production' }
  expect(server.events()).toEqual([
    { ...common, at: '2026-01-01T00:00:00.000Z' },
    { ...common, at: expect.any(String), latencyMs: 0 },
  ])
  expect(afterai.stats()).toMatchObject({ delivered: 2, droppedBy: { invalid: 1 } })
})

test('P2.4: a spool keeps observations and changes over the end of a process, as digests, and each is delivered once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'afterai-spool-'))
  const server = await start({ state: 'error' })
  const key = { keyId: 'abcdef0123456789', key: Buffer.alloc(32, 1).toString('base64') }
  const first = connect(server, { spoolFolder: folder, digestKey: key })
  const bot = first.system('bot')
  bot.observe({ model, prompts: { support: 'CONTENT-spooled' } })
  bot.record({ title: 'A new index', changeTypes: ['retrieval'] })
  bot.measure({})
  await until(() => readdirSync(folder).filter((name) => name.endsWith('.json')).length === 2)
  await first.shutdown(500)
  expect(first.stats()).toMatchObject({ enqueued: 3, dropped: 1, pending: 2, droppedBy: { closed: 1 } })
  const files = readdirSync(folder)
  expect(files).toHaveLength(2)
  for (const file of files) {
    expect(readFileSync(join(folder, file), 'utf8')).not.toContain('CONTENT')
    expect(statSync(join(folder, file)).mode & 0o077).toBe(0)
  }
  server.state = 'healthy'
  const second = connect(server, { spoolFolder: folder })
  await until(() => second.stats().delivered === 2)
  expect(second.stats()).toMatchObject({ enqueued: 2, delivered: 2, pending: 0 })
  expect(new Set(server.events().map((event) => event.kind))).toEqual(new Set(['observation', 'change']))
  expect(server.events()).toHaveLength(2)
  await until(() => readdirSync(folder).length === 0)
  rmSync(folder, { recursive: true })
})

test('P1.3: text waits for the key without end, but not without a bound; where the key is refused it is dropped', async () => {
  const server = await start({ digestKeyStatus: 403 })
  const afterai = connect(server)
  const bot = afterai.system('bot')
  bot.observe({ model, prompts: { support: 'CONTENT-x' } })
  await until(() => afterai.stats().dropped === 1)
  // Where there is no text, none has to be digested.
  bot.observe({ model })
  expect(await afterai.flush(10_000)).toBe(false)
  expect(afterai.stats()).toMatchObject({ enqueued: 2, delivered: 1, dropped: 1, droppedBy: { refused: 1 } })
  expect(afterai.said.map(({ code }) => code)).toContain('digest_key')
  const down = await start({ state: 'error' })
  const waiting = connect(down)
  for (let n = 0; n < 100; n++) waiting.system('bot').observe({ model, prompts: { p: 'x'.repeat(100_000) } })
  expect(waiting.stats()).toMatchObject({ enqueued: 100, pending: 10, droppedBy: { overflow: 90 } })
})
