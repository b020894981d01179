import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@afterai/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { AfterAI, type AfterAIOptions, type Measurement } from '../src/index.ts'
import { selfSigned } from '../testing/self-signed.ts'
import { standInApiKey, startStandIn } from '../testing/stand-in-server.ts'

const apiKey = standInApiKey
const getBuiltinModule = process.getBuiltinModule
const open: (() => unknown)[] = []
afterEach(async () => {
  Object.assign(process, { getBuiltinModule })
  await Promise.all(open.splice(0).map((close) => close()))
})

function connect(options: Partial<AfterAIOptions>): AfterAI {
  const afterai = new AfterAI({ apiKey, ...options })
  open.push(() => afterai.shutdown(0))
  return afterai
}

async function start(...[options]: Parameters<typeof startStandIn>): Promise<string> {
  const server = await startStandIn(options)
  open.push(() => server.close())
  return server.origin
}

/** A server that has the same answer to everything. */
async function startAnswering(status: number): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(status, { location: 'https://example.com/' }).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The messages of a client's diagnostics, by their codes. */
function reasons(afterai: AfterAI): Record<string, string> {
  return Object.fromEntries(afterai.diagnostics().map(({ code, message }) => [code, message]))
}

async function expectLost(afterai: AfterAI, code: string, words: RegExp): Promise<void> {
  expect(await afterai.flush(3_000)).toBe(false)
  expect(reasons(afterai)[code]).toMatch(words)
  expect(JSON.stringify(afterai.diagnostics())).not.toContain(apiKey)
}

describe.each(['with a thread', 'without threads'])('%s', (way) => {
  const hideThreads = (): void => {
    if (way === 'without threads') Object.assign(process, { getBuiltinModule: undefined })
  }

  test.each([
    [301, /redirects are not followed/],
    [400, /check `endpoint`, and the versions/],
    [401, /HTTP 401: the API key is not known, has expired, or was revoked/],
    [403, /needs the scopes telemetry:write/],
    [404, /there is no AfterAI at this address/],
    [413, /takes no body of this size/],
    [415, /HTTP 415/],
    [422, /HTTP 422/],
  ])('P2.3: a flush of what the server refuses by %i answers false at once, and why', async (status, words) => {
    hideThreads()
    const afterai = connect({ endpoint: await startAnswering(status) })
    const bot = afterai.system('bot')
    bot.measure({ latencyMs: 1 })
    await expectLost(afterai, 'refused', words)
    expect(afterai.stats()).toMatchObject({ pending: 0, delivered: 0, droppedBy: { refused: 1 } })
    // It doesn't become true by asking again.
    await expectLost(afterai, 'refused', words)
    if (status !== 401) return
    bot.observe({ model: { name: 'm' } })
    await expectLost(afterai, 'refused', words)
    expect(afterai.stats()).toMatchObject({ pending: 0, delivered: 0, droppedBy: { refused: 2 } })
  })

  const away = {
    'that nobody serves': async () => [`http://127.0.0.1:${await freePort()}`, /ECONNREFUSED: nothing listens there/],
    'that is not in the DNS': async () => ['https://afterai.invalid', /ENOTFOUND: the host|EAI_AGAIN: the DNS/],
    'of a certificate that nobody trusts': async () => [
      await start({ tls: selfSigned() }),
      /name its authority in `ca`/,
    ],
    'that speaks no TLS': async () => [(await start()).replace('http:', 'https:'), /EPROTO|ERR_SSL/],
    'that answers 500': async () => [await start({ state: 'error' }), /HTTP 500/],
    'that is no AfterAI': async () => [await start({ state: 'not_afterai' }), /an answer that isn’t AfterAI’s/],
  } as const satisfies Record<string, () => Promise<readonly [string, RegExp]>>
  test.each(Object.entries(away))('P2.3: a flush to an address %s answers false, and why', async (_, find) => {
    hideThreads()
    const [endpoint, words] = await find()
    const afterai = connect({ endpoint })
    afterai.system('bot').measure({ latencyMs: 1 })
    // A busy machine may take longer to start the thread than a flush waits.
    while (afterai.stats().retries === 0) expect(await afterai.flush(100)).toBe(false)
    // Also while it waits to try again.
    for (let n = 0; n < 2; n++) {
      expect(await afterai.flush(300)).toBe(false)
      expect(reasons(afterai)).toMatchObject({ unreachable: expect.stringMatching(words), timeout: expect.any(String) })
    }
    expect(afterai.stats()).toMatchObject({ pending: 1, state: 'backing_off' })
  })

  test('P2.3: a flush to a server that does not answer in time is false, and true once it does', async () => {
    hideThreads()
    const server = await startStandIn({ state: 'error' })
    open.push(() => server.close())
    const afterai = connect({ endpoint: server.origin })
    afterai.system('bot').measure({})
    expect(await afterai.flush(300)).toBe(false)
    expect(Object.keys(reasons(afterai))).toContain('timeout')
    server.state = 'healthy'
    expect(await afterai.flush(10_000)).toBe(true)
    await sleep(0)
    expect(afterai.diagnostics()).toEqual([])
  })

  test('P1.3: a flush of what waits for a digest key is false while it waits, and where the key is refused', async () => {
    hideThreads()
    const prompts = { p: 'a text' }
    const waiting = connect({ endpoint: await start({ digestKeyStatus: 503 }) })
    waiting.system('bot').observe({ model: { name: 'm' }, prompts })
    while (!('unreachable' in reasons(waiting))) expect(await waiting.flush(300)).toBe(false)
    expect(reasons(waiting)).toMatchObject({ unreachable: expect.stringContaining('HTTP 503') })
    const refused = connect({ endpoint: await start({ digestKeyStatus: 403 }) })
    refused.system('bot').observe({ model: { name: 'm' }, prompts })
    await expectLost(refused, 'digest_key', /HTTP 403.*digest-key:read/)
  })

  test('P2.3: a flush of what is not as the types say, or found no room, is false, though all else arrives', async () => {
    hideThreads()
    const afterai = connect({ endpoint: await start() })
    const bot = afterai.system('bot')
    bot.measure({ latencyMs: 1 })
    expect(await afterai.flush(10_000)).toBe(true)
    bot.measure({ latencyMs: -1 })
    bot.measure({ latencyMs: 2 })
    await expectLost(afterai, 'invalid', /latencyMs/)
    expect(afterai.stats()).toMatchObject({ enqueued: 3, delivered: 2 })
    const other = connect({ endpoint: await start() })
    for (let n = 0; n < 50_000; n++) other.system('bot').measure({})
    expect(await other.flush(20_000)).toBe(false)
    expect(Object.keys(reasons(other))).toEqual(['overflow'])
  })
})

test.each([
  [{ apiKey: undefined as never }, /apiKey: pass one that `afterai key create` made/],
  [{ endpoint: 'http://afterai.example.com' }, /plain http.*use https, or set `allowPlainHttp`/],
  [{ endpoint: 'afterai.example.com' }, /endpoint: write it whole/],
  [{ endpoint: 'localhost:4680' }, /endpoint: write it whole/],
  [{ digestKey: 'x' as never }, /digestKey: pass what GET/],
  [{ ca: '' }, /\(ca\)/],
])(
  'P2.2: a client that is off because of %j flushes nothing, not even nothing, and says why',
  async (options, words) => {
    const afterai = connect(options)
    expect(afterai.stats()).toMatchObject({ enqueued: 0, state: 'closed' })
    await expectLost(afterai, 'misconfigured', words)
    afterai.system('bot').measure({})
    await expectLost(afterai, 'misconfigured', words)
  },
)

test('P2.3: a flush of nothing is true: nothing is lost, and no server was asked', async () => {
  const afterai = connect({ endpoint: `http://127.0.0.1:${await freePort()}` })
  expect(await afterai.flush()).toBe(true)
  expect(afterai.diagnostics()).toEqual([])
})

test('P2.3: after a shutdown a flush still says whether all arrived, and what is told then is lost', async () => {
  const afterai = connect({ endpoint: await start() })
  const bot = afterai.system('bot')
  bot.measure({})
  await afterai.shutdown(10_000)
  expect(await afterai.flush()).toBe(true)
  bot.measure({})
  await expectLost(afterai, 'closed', /shut down/)
  const hasty = connect({ endpoint: await start({ state: 'error' }) })
  hasty.system('bot').measure({})
  await hasty.shutdown(50)
  await expectLost(hasty, 'closed', /give `shutdown` more time/)
})

test('P2.4: what waits in the spool as the client is shut down was not delivered', async () => {
  const spoolFolder = mkdtempSync(join(tmpdir(), 'afterai-spool-'))
  const afterai = connect({ endpoint: await start({ state: 'error' }), spoolFolder })
  afterai.system('bot').record({ title: 'A new index', changeTypes: ['retrieval'] })
  // On a busy machine the thread takes a while until it runs and has it in the spool.
  await expect.poll(() => readdirSync(spoolFolder)).toHaveLength(1)
  await afterai.shutdown(300)
  expect(afterai.stats()).toMatchObject({ enqueued: 1, dropped: 0, pending: 1 })
  expect(await afterai.flush()).toBe(false)
  rmSync(spoolFolder, { recursive: true })
})

test('P2.3: where a thread that starts ends again and again, a flush is false, and says so', async () => {
  class Ending {
    readonly #ended: Record<string, () => void> = {}
    constructor(_: string, { workerData }: { workerData: { shared: { words: Int32Array } } }) {
      // It ran.
      Atomics.store(workerData.shared.words, 0, 1)
      setTimeout(() => this.#ended['exit']?.(), 5)
    }
    on(event: string, listener: () => void): void {
      this.#ended[event] = listener
    }
    readonly unref = (): void => undefined
    readonly postMessage = (): void => undefined
    readonly terminate = (): Promise<void> => Promise.resolve()
  }
  const given = (name: string): unknown =>
    name === 'node:worker_threads' ? { Worker: Ending } : getBuiltinModule(name)
  Object.assign(process, { getBuiltinModule: given })
  const afterai = connect({ endpoint: await start() })
  for (let n = 0; n < 10; n++) {
    afterai.system('bot').measure({})
    expect(await afterai.flush(200)).toBe(false)
  }
  expect(reasons(afterai)).toHaveProperty('worker')
  expect(afterai.stats()).toMatchObject({ pending: 0, state: 'closed' })
})

test.each([
  ['latency', 'is latencyMs meant?'],
  ['latency_ms', 'is latencyMs meant?'],
  ['LatencyMS', 'is latencyMs meant?'],
  ['tokens', 'is inputTokens or outputTokens meant?'],
  ['cost', 'is costUsd meant?'],
  ['finish_reason', 'is finishReason meant?'],
  ['eror', 'is error meant?'],
  ['temperature', 'there are route, at, latencyMs'],
])(
  'a measurement with a field %s that there isn’t is sent without it, and the field is told once',
  async (field, hint) => {
    const said: string[] = []
    const afterai = connect({ endpoint: await start(), onDiagnostic: ({ message }) => said.push(message) })
    const bot = afterai.system('bot')
    for (let n = 0; n < 3_000; n++) bot.measure({ latencyMs: 1, [field]: 120 })
    expect(await afterai.flush(10_000)).toBe(true)
    expect(said).toEqual([expect.stringContaining(`(measurement.${field}: ${hint}`)])
    expect(afterai.diagnostics()).toEqual([{ code: 'unknown_field', message: said[0] }])
  },
)

test('a field that there isn’t is told of each thing that a client is given, and drops what would else be another configuration', async () => {
  const said: string[] = []
  const odd = {
    endpoint: await start(),
    onDiagnostic: ({ code, message }: { code: string; message: string }) => said.push(`${code} ${message}`),
  }
  const afterai = connect({ ...odd, api_key: 'x', timeout: 1 } as Partial<AfterAIOptions>)
  const bot = afterai.system('bot')
  afterai.system('other', { enviroment: 'test' } as never)
  const model = { name: 'm' }
  bot.measure({ score: { name: 'quality', value: 1, max: 5 } as never })
  bot.observe({ model, prompt: 'CONTENT' } as never)
  bot.observe({ model: { ...model, served_name: 'x' } as never })
  bot.observe({ model, inference: { temprature: 1 } as never })
  bot.observe({ model, prompts: { p: { text: 'a', versoin: '1' } as never } })
  bot.observe({ model }, { origins: 'ci' } as never)
  bot.record({ title: 't', changeTypes: ['model'], changetype: 'x' } as never)
  bot.record({ title: 't', changeTypes: ['model'], risk: { severity: 'low', blast: 'x' } as never })
  bot.record({ title: 't', changeTypes: ['model'], after: { models: {} } as never })
  bot.measure({ 'CONTENT of a prompt': 1 } as Measurement)
  expect(await afterai.flush(10_000)).toBe(false)
  for (const [code, words] of [
    ['unknown_field', 'options.api_key: is apiKey meant?'],
    ['unknown_field', 'options.timeout: there are apiKey'],
    ['unknown_field', 'system.enviroment: is environment meant?'],
    ['unknown_field', 'score.max: there are name, value'],
    ['unknown_field', 'measurement.(no name): there are route'],
    ['invalid', 'configuration.prompt: is prompts meant?'],
    ['invalid', 'model.served_name: is servedName meant?'],
    ['invalid', 'inference.temprature: is temperature meant?'],
    ['invalid', 'prompts.versoin: is version meant?'],
    ['invalid', 'options.origins: is origin meant?'],
    ['invalid', 'change.changetype: is changeTypes meant?'],
    ['invalid', 'risk.blast: is blastRadius meant?'],
    ['invalid', 'configuration.models: is model meant?'],
  ] as const)
    expect(
      said.filter((it) => it.startsWith(`${code} `) && it.includes(words)),
      words,
    ).toHaveLength(1)
  expect(afterai.stats()).toMatchObject({ enqueued: 10, delivered: 2, droppedBy: { invalid: 8 } })
  expect(JSON.stringify(said)).not.toContain('CONTENT')
})

test('P2.3: a host that makes up a name with each call is told of 64, and costs no memory', async () => {
  const afterai = connect({ endpoint: await start() })
  const bot = afterai.system('bot')
  for (let n = 0; n < 10_000; n++) bot.measure({ [`made-up-${n}`]: n })
  expect(afterai.diagnostics()).toHaveLength(64)
  expect(await afterai.flush(10_000)).toBe(true)
  // What isn't looked through for being a list is dropped for its `at`, which is no time.
  for (const list of [['x'], new Uint8Array(100_000_000), Object('x'.repeat(1_000))]) bot.measure(list as Measurement)
  await afterai.flush(10_000)
  expect(afterai.stats()).toMatchObject({ enqueued: 10_003, delivered: 10_000, droppedBy: { invalid: 3 } })
})
