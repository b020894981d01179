import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { AfterAI } from '../src/index.ts'
import { standInApiKey, startStandIn } from '../testing/stand-in-server.ts'

const getBuiltinModule = process.getBuiltinModule
afterEach(() => {
  Object.assign(process, { getBuiltinModule })
})

/** Gives the client threads of a class of ours, as a run time might. */
function giveThreads(threads: object): void {
  const given = (name: string): unknown => (name === 'node:worker_threads' ? threads : getBuiltinModule(name))
  Object.assign(process, { getBuiltinModule: given })
}

/** The threads that the client makes from now on. */
function watchThreads(): Worker[] {
  const threads: Worker[] = []
  class Seen extends Worker {
    constructor(...parameters: ConstructorParameters<typeof Worker>) {
      super(...parameters)
      threads.push(this)
    }
  }
  giveThreads({ Worker: Seen })
  return threads
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10)
}

test('P2.3: when the sending thread is killed, what it held is counted as dropped, and the next thread delivers what comes after', async () => {
  const threads = watchThreads()
  const server = await startStandIn({ state: 'error' })
  const said: string[] = []
  const afterai = new AfterAI({
    apiKey: standInApiKey,
    endpoint: server.origin,
    onDiagnostic: ({ code }) => said.push(code),
  })
  const bot = afterai.system('bot')
  for (let n = 0; n < 100; n++) bot.measure({})
  await until(() => afterai.stats().retries > 0)
  await threads[0]?.terminate()
  await until(() => threads.length === 2)
  expect(afterai.stats()).toMatchObject({ enqueued: 100, dropped: 100, pending: 0, droppedBy: { closed: 100 } })
  server.state = 'healthy'
  bot.measure({ latencyMs: 1 })
  expect(await afterai.flush(20_000)).toBe(false)
  expect(afterai.stats()).toMatchObject({ enqueued: 101, delivered: 1, dropped: 100, pending: 0 })
  // The next process of sending says how much the one before gave up.
  expect(server.batches.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(100)
  expect(said).toContain('worker')
  expect(server.faults).toEqual([])
  await afterai.shutdown()
  await server.close()
})

test('P2.4: what a killed thread had spooled is delivered by the next one, and counts add up', async () => {
  const threads = watchThreads()
  const server = await startStandIn({ state: 'error' })
  const spoolFolder = mkdtempSync(join(tmpdir(), 'afterai-spool-'))
  const afterai = new AfterAI({ apiKey: standInApiKey, endpoint: server.origin, spoolFolder })
  afterai.system('bot').record({ title: 'A new index', changeTypes: ['retrieval'] })
  await until(() => afterai.stats().retries > 0)
  await threads[0]?.terminate()
  await until(() => threads.length === 2)
  server.state = 'healthy'
  await until(() => server.events().length === 1)
  expect(await afterai.flush(20_000)).toBe(false)
  expect(afterai.stats()).toMatchObject({ enqueued: 2, delivered: 1, dropped: 1, pending: 0 })
  await afterai.shutdown()
  await server.close()
  rmSync(spoolFolder, { recursive: true })
})

test('P2.2: where a thread may not be made, the sender works beside the host', async () => {
  function Forbidden(): never {
    throw new Error('no threads here')
  }
  giveThreads({ Worker: Forbidden })
  const server = await startStandIn()
  const afterai = new AfterAI({ apiKey: standInApiKey, endpoint: server.origin })
  const bot = afterai.system('bot')
  bot.observe({ model: { name: 'm' }, prompts: { p: 'text' } })
  for (let n = 0; n < 1000; n++) bot.measure({ latencyMs: n })
  expect(await afterai.flush(20_000)).toBe(true)
  expect(server.events()).toHaveLength(1001)
  await afterai.shutdown()
  await server.close()
})
