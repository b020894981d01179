import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AfterAI, type Measurement } from '../src/index.ts'
import { localLink } from '../src/link/local-link.ts'
import { makeShared } from '../src/shared/memory.ts'
import { standInApiKey, startStandIn, type StandInServer } from '../testing/stand-in-server.ts'

let server: StandInServer
beforeEach(async () => {
  server = await startStandIn()
})
afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  await server.close()
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10)
}

function connect(onDiagnostic?: (code: string) => void): AfterAI {
  return new AfterAI({
    apiKey: standInApiKey,
    endpoint: server.origin,
    onDiagnostic: ({ code }) => onDiagnostic?.(code),
  })
}

test('P2.2: a host that replaces its timers, and takes away what was set with them, stops nothing of ours', async () => {
  const afterai = connect()
  const bot = afterai.system('bot')
  vi.useFakeTimers()
  bot.measure({})
  bot.observe({ model: { name: 'acme-large' } })
  vi.clearAllTimers()
  vi.useRealTimers()
  await until(() => afterai.stats().delivered === 2)
  bot.measure({})
  await until(() => afterai.stats().delivered === 3)
  expect(afterai.stats().pending).toBe(0)
  await afterai.shutdown()
})

test('P2.2: where setting a timer throws, nothing reaches the host, and no call waits for ever', async () => {
  const program = `
    const { setTimeout } = globalThis
    let throwing = true
    globalThis.setTimeout = (...it) => {
      if (throwing) throw new Error('no timers now')
      return setTimeout(...it)
    }
    const { AfterAI } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)})
    const afterai = new AfterAI(${JSON.stringify({ apiKey: standInApiKey, endpoint: server.origin })})
    const bot = afterai.system('bot')
    bot.measure({})
    await new Promise(setImmediate)
    const first = await afterai.flush(10_000).then(String, (error) => 'rejected ' + error)
    throwing = false
    bot.measure({})
    const second = await afterai.flush(10_000).then(String, (error) => 'rejected ' + error)
    await afterai.shutdown()
    console.log(JSON.stringify([first.startsWith('rejected'), second]))
  `
  const output = await runProgram(program)
  expect(JSON.parse(output)).toEqual([false, 'true'])
})

test('P2.2: a measurement whose getters measure again without end is counted once, however deep it came', async () => {
  const afterai = connect()
  const bot = afterai.system('bot')
  const again: Measurement = {
    get latencyMs() {
      bot.measure(again)
      return 1
    },
  }
  for (let n = 0; n < 5; n++) bot.measure(again)
  expect(await afterai.flush(20_000)).toBe(false)
  const { enqueued, delivered, dropped, pending } = afterai.stats()
  expect({ pending, delivered }).toEqual({ pending: 0, delivered: server.events().length })
  expect(delivered + dropped).toBe(enqueued)
  await afterai.shutdown()
})

test('P2.3: a flush in an outage costs no measurement, and one after it waits for all', async () => {
  server.state = 'error'
  const afterai = connect()
  const bot = afterai.system('bot')
  // More than the sender holds, less than both.
  for (let n = 0; n < 44_000; n++) {
    bot.measure({ latencyMs: n })
    if (n % 1_000 === 999) await sleep(50)
  }
  expect(await afterai.flush(100)).toBe(false)
  expect(afterai.stats().dropped).toBe(0)
  server.state = 'healthy'
  expect(await afterai.flush(60_000)).toBe(true)
  expect(server.events().map((it) => (it.kind === 'measure' ? it.latencyMs : undefined))).toEqual(
    Array.from({ length: 44_000 }, (_, n) => n),
  )
  await afterai.shutdown()
})

test('P2.3: each time that measurements find no room is told, also where the server is well', async () => {
  const said: string[] = []
  const afterai = connect((code) => said.push(code))
  const bot = afterai.system('bot')
  for (const times of [1, 2]) {
    const before = afterai.stats().droppedBy.overflow
    for (let n = 0; n < 50_000; n++) bot.measure({ latencyMs: n })
    expect(afterai.stats().droppedBy.overflow).toBeGreaterThan(before)
    expect(await afterai.flush(20_000)).toBe(false)
    await until(() => said.filter((code) => code === 'overflow').length === times)
  }
  expect(said).toEqual(['overflow', 'overflow'])
  await afterai.shutdown()
})

test('P2.3: names that are parts of long texts don’t keep these alive while they wait', async () => {
  server.state = 'error'
  const program = (edge: string): string => `
    import { setTimeout as sleep } from 'node:timers/promises'
    ${edge}
    const { AfterAI } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)})
    const afterai = new AfterAI(${JSON.stringify({ apiKey: standInApiKey, endpoint: server.origin })})
    const bot = afterai.system('bot')
    const heap = () => (globalThis.gc(), process.memoryUsage().heapUsed)
    // No room with the sender: what comes now waits in this thread.
    for (let k = 0; k < 40; k++) {
      for (let n = 0; n < 1000; n++) bot.measure({})
      await sleep(10)
    }
    const before = heap()
    for (let n = 0; n < 10; n++) bot.measure({ route: ('x'.repeat(20_000_000) + n).slice(-100) })
    await sleep(1000)
    console.log((heap() - before) / 1e6, afterai.stats().pending)
    process.exit()
  `
  for (const edge of ['', 'process.getBuiltinModule = undefined']) {
    const [grown, pending] = (await runProgram(program(edge))).split(' ').map(Number)
    // On a busy machine the oldest may have had to go.
    expect(pending).toBeGreaterThan(16_000)
    // One of them may be the name that the next one is compared with.
    expect(grown).toBeLessThan(50)
  }
})

/** How long a process that ends waits for a server that doesn't answer, in turns that were asked for rather than by the clock. */
async function waitedMs(clients: number): Promise<number> {
  const output = await runProgram(`
    const { AfterAI } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)})
    const options = ${JSON.stringify({ apiKey: standInApiKey, endpoint: server.origin })}
    const clients = Array.from({ length: ${clients} }, () => new AfterAI(options))
    for (const it of clients) it.system('bot').measure({})
    // Until their threads run.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    let waitedMs = 0
    const { wait } = Atomics
    Atomics.wait = (...it) => {
      waitedMs += it[3]
      return wait(...it)
    }
    process.on('exit', () => console.log(waitedMs))
  `)
  return Number(output)
}

test('P2.3: several clients hold a process that ends as long as one does', async () => {
  server.state = 'black_hole'
  const ones = [await waitedMs(1), await waitedMs(1)]
  const eights = [await waitedMs(8), await waitedMs(8)]
  expect(Math.min(...ones)).toBeGreaterThan(0)
  // One after the other they would wait eight times as long. A busy machine makes single waits longer.
  expect(Math.min(...eights)).toBeLessThan(Math.max(...ones) * 4)
  // Nor beyond six waits until their threads run and six from then on, whatever these get of the processor.
  expect(Math.max(...eights)).toBeLessThan(12 * 250 + 8 * 5)
})

test('P2.3: a client whose server doesn’t answer takes nothing from another one as the process ends', async () => {
  const hole = await startStandIn({ state: 'black_hole' })
  await runProgram(`
    const { AfterAI } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)})
    const connect = (endpoint) => new AfterAI({ apiKey: ${JSON.stringify(standInApiKey)}, endpoint, exitWaitMs: 10_000 }).system('bot')
    const first = connect(${JSON.stringify(hole.origin)})
    const second = connect(${JSON.stringify(server.origin)})
    first.observe({ model: { name: 'acme-large' }, prompts: { support: 'text' } })
    second.observe({ model: { name: 'acme-large' }, prompts: { support: 'text' } })
    for (let n = 0; n < 100; n++) second.measure({})
    // As soon as the second one's server has all, the other one needn't be waited for.
    const { wait } = Atomics
    const since = Date.now()
    Atomics.wait = (...it) => (Date.now() - since > 5_000 ? process.reallyExit(0) : wait(...it))
    process.exit()
  `)
  expect(server.events()).toHaveLength(101)
  await hole.close()
})

test('P2.2: a host whose clock throws is ended by nothing of ours, and all is delivered once it doesn’t', async () => {
  const output = await runProgram(`
    const { AfterAI } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)})
    const afterai = new AfterAI(${JSON.stringify({ apiKey: standInApiKey, endpoint: server.origin })})
    const bot = afterai.system('bot')
    const { now } = Date
    Date.now = () => { throw new Error('no clock now') }
    bot.measure({})
    await new Promise((resolve) => setTimeout(resolve, 600))
    Date.now = now
    while (afterai.stats().delivered < 1) await new Promise((resolve) => setTimeout(resolve, 10))
    await afterai.shutdown()
    console.log(afterai.stats().delivered)
  `)
  expect(output).toBe('1\n')
})

test('P2.3: flushes whose time is over leave nothing behind, and don’t hurry a server that is away', async () => {
  server.state = 'error'
  const output = await runProgram(`
    const { AfterAI } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)})
    const afterai = new AfterAI(${JSON.stringify({ apiKey: standInApiKey, endpoint: server.origin })})
    const heap = () => (globalThis.gc(), process.memoryUsage().heapUsed)
    const flushes = async (times) => {
      for (let n = 0; n < times; n++) {
        void afterai.flush(1)
        if (n % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    afterai.system('bot').observe({ model: { name: 'acme-large' }, prompts: { support: 'text' } })
    afterai.system('bot').measure({})
    await flushes(5_000)
    const before = heap()
    await flushes(50_000)
    console.log(heap() - before)
    process.exit()
  `)
  // Each was 1,000 bytes.
  expect(Number(output)).toBeLessThan(5_000_000)
  expect(server.requests.length).toBeLessThan(60)
})

test('P2.2: a client that was told nothing starts nothing, and has nothing to wait for', async () => {
  const afterai = connect()
  expect(await afterai.flush()).toBe(true)
  await afterai.shutdown()
  expect(server.requests).toEqual([])
})

test('P2.2: where the sender can’t be loaded, the client is told so, once', async () => {
  vi.doMock('../src/link/local-sender.ts', () => {
    throw new Error('not there')
  })
  const lost: unknown[] = []
  const options = { apiKey: standInApiKey, endpoint: server.origin, exitWaitMs: 0 }
  const link = localLink(options, makeShared(), { tell: () => undefined, lost: (fresh) => lost.push(fresh) })
  link.send({ type: 'key' })
  link.send({ type: 'key' })
  await until(() => lost.length > 0)
  vi.doUnmock('../src/link/local-sender.ts')
  expect(lost).toEqual([undefined])
})

/** Runs a program of its own and answers what it prints. The server goes on meanwhile. */
async function runProgram(program: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const parameters = ['--no-warnings', '--expose-gc', '--input-type=module', '-e', program]
  execFile(process.execPath, parameters, { timeout: 60_000 }, (error, stdout) =>
    error === null ? resolve(stdout) : reject(error),
  )
  return promise
}
