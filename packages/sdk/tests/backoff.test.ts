import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AfterAI } from '../src/index.ts'
import { Backoff } from '../src/sender/backoff.ts'
import { standInApiKey, startStandIn } from '../testing/stand-in-server.ts'

describe('waits between attempts', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  /** How long the wait is after attempts have failed for so long. */
  function waitAfter(failedMs: number, atLeastMs = 0): number {
    const backoff = new Backoff(() => (ended = Date.now()))
    backoff.start(0)
    backoff.cancel()
    vi.advanceTimersByTime(failedMs)
    const started = Date.now()
    let ended = 0
    backoff.start(atLeastMs)
    expect(backoff.waiting).toBe(true)
    vi.runAllTimers()
    expect(backoff.waiting).toBe(false)
    return ended - started
  }

  test('are anywhere between the least and a bound that grows by a quarter of the outage up to 30 s, evenly', () => {
    for (const failedMs of [0, 300, 3_000, 20_000, 118_000, 3_600_000]) {
      const boundMs = Math.min(30_000, 500 + failedMs / 4)
      const waits = Array.from({ length: 2000 }, () => waitAfter(failedMs))
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(250)
      expect(Math.max(...waits)).toBeLessThanOrEqual(Math.ceil(boundMs))
      // Full jitter: each quarter of the range has its share. 2,000 draws miss 350 of 500 once in 10^13.
      for (let quarter = 0; quarter < 4; quarter++) {
        const from = 250 + ((boundMs - 250) * quarter) / 4
        const inIt = waits.filter((wait) => wait >= from && wait <= from + (boundMs - 250) / 4)
        expect(inIt.length).toBeGreaterThan(350)
      }
    }
  })

  test('are at least what the server asks for, but never longer than five minutes', () => {
    expect(waitAfter(0, 60_000)).toBe(60_000)
    expect(waitAfter(0, 86_400_000)).toBe(300_000)
    expect(waitAfter(0, -5)).toBeGreaterThanOrEqual(250)
  })

  test('P2.3: find a server that was away for 3 s before measurements of 10,000 a second have run out of room', () => {
    const roomMs = (16_384 + 32_768 - 4_096) / 10
    for (let run = 0; run < 500; run++) {
      const backoff = new Backoff(() => undefined)
      const startedAt = Date.now()
      while (Date.now() - startedAt < 3_000) {
        backoff.start(0)
        vi.runAllTimers()
      }
      expect(Date.now() - startedAt).toBeLessThan(roomMs)
    }
  })
})

/** When each request came. */
function timesOf(requests: string[]): number[] {
  const times: number[] = []
  const push = requests.push.bind(requests)
  requests.push = (...added) => {
    times.push(Date.now())
    return push(...added)
  }
  return times
}

test.each([
  ['a number of seconds', (at: number) => String(Math.ceil((at - Date.now()) / 1000))],
  ['a date', (at: number) => new Date(at).toUTCString()],
])('P2.2: a server that is busy and says when to come back, by %s, is left alone until then', async (_, say) => {
  const server = await startStandIn({ state: 'busy' })
  const times = timesOf(server.requests)
  // A date has whole seconds.
  const comeBackAt = Math.ceil(Date.now() / 1000) * 1000 + 3000
  server.retryAfter = say(comeBackAt)
  const afterai = new AfterAI({ apiKey: standInApiKey, endpoint: server.origin })
  const bot = afterai.system('bot')
  bot.measure({})
  await vi.waitUntil(() => times.length === 1, { timeout: 10_000 })
  server.state = 'healthy'
  // New events are no reason to come earlier.
  await vi.waitUntil(
    () => {
      bot.measure({})
      return times.length > 1
    },
    { timeout: 20_000, interval: 100 },
  )
  expect(times[1]).toBeGreaterThanOrEqual(comeBackAt - 50)
  expect(await afterai.flush(10_000)).toBe(true)
  expect(afterai.stats()).toMatchObject({ dropped: 0, retries: 1 })
  await afterai.shutdown()
  await server.close()
})

test('P2.2: while the breaker is open no event leads to a request, however many there are', async () => {
  const server = await startStandIn({ state: 'error' })
  const afterai = new AfterAI({ apiKey: standInApiKey, endpoint: server.origin })
  const bot = afterai.system('bot')
  bot.measure({})
  await vi.waitUntil(() => afterai.stats().retries >= 2, { timeout: 20_000 })
  expect(afterai.stats().state).toBe('backing_off')
  for (let round = 0; round < 50; round++) {
    for (let n = 0; n < 500; n++) bot.measure({ latencyMs: n })
    bot.record({ title: 'A new index', changeTypes: ['retrieval'] })
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  // Each attempt was one that the breaker let through.
  const { retries } = afterai.stats()
  expect(server.requests.length - retries).toBeLessThanOrEqual(1)
  expect(server.requests.length).toBeLessThan(10)
  server.state = 'healthy'
  expect(await afterai.flush(20_000)).toBe(true)
  expect(afterai.stats()).toMatchObject({ state: 'ready', pending: 0 })
  await afterai.shutdown()
  await server.close()
})
