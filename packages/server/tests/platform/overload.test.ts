import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createHttp } from '../../src/platform/http.ts'
import type { Http } from '../../src/platform/http-application.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

/** Expects the answer to whoever is turned away: a problem with status 503, and a time to wait. */
function expectShed(answer: { statusCode: number; headers: object; body: string }): void {
  expect(answer.statusCode).toBe(503)
  expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json', 'retry-after': '2' })
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'overloaded', status: 503 })
}

describe('P5.3, ASVS 2.4.1: a process whose event loop lags', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startTestServer()
    await server.http.listen({ host: '127.0.0.1', port: 0 })
  })
  afterAll(() => server.stop())

  const ask = (url: string, token?: string) =>
    server.http.inject({ url, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })

  /** Holds the event loop for longer than the server puts up with, then lets it turn once. */
  async function lag(): Promise<void> {
    const until = performance.now() + 800
    while (performance.now() < until);
    await turn()
  }

  /** Lags until a request is turned away, which must come; that answer. */
  async function overload(): ReturnType<typeof ask> {
    for (let round = 0; round < 30; round += 1) {
      await lag()
      const answer = await ask('/v1/systems', server.admin.token)
      if (answer.statusCode !== 200) return answer
    }
    throw new Error('nothing was turned away')
  }

  test('turns requests away with 503, when to come back and why, with or without a credential', async () => {
    const answers = [await overload()]
    for (const url of ['/v1/systems', '/v1/nowhere', '/v1/me']) {
      await lag()
      answers.push(await ask(url))
    }
    expect(answers).toHaveLength(4)
    for (const answer of answers) expectShed(answer)
  })

  test('answers for the console’s files all the same: they lie in memory, and a page without one can’t say what is wrong', async () => {
    await overload()
    await lag()
    expect((await ask('/assets/nowhere.js')).statusCode).toBe(404)
    expectShed(await overload())
  })

  test('leaves no event and no rate behind for what it turned away', async () => {
    const events = async () => (await server.owner.query('select count(*) from audit_event')).rows[0]
    const before = await events()
    const answer = await overload()
    expect(await events()).toEqual(before)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('ratelimit'))).toEqual([])
  })

  test('tells the truth of its health meanwhile: it lives, and is ready as long as its database is', async () => {
    await overload()
    expect((await ask('/livez')).statusCode).toBe(200)
    expect((await ask('/readyz')).statusCode).toBe(200)
    expectShed(await overload())
  })

  test('takes requests again by itself once the lag is over', async () => {
    await overload()
    const status = async () => (await ask('/v1/systems', server.admin.token)).statusCode
    await expect.poll(status, { timeout: 60_000, interval: 100 }).toBe(200)
    expect(await Promise.all(Array.from({ length: 20 }, status))).toEqual(Array.from({ length: 20 }, () => 200))
  })
})

describe('P5.3, ASVS 2.4.1: a process whose heap is nearly full', () => {
  const program = fileURLToPath(new URL('../../testing/hoarding-process.ts', import.meta.url))

  test('turns requests away before the heap is full, goes on living, and takes them again when it has room', async () => {
    const child = spawn(process.execPath, ['--max-old-space-size=300', '--expose-gc', program])
    const [origin] = (await once(createInterface(child.stdout), 'line')) as [string]
    try {
      // All of these wouldn't fit into the heap.
      await askUntilRefused(`${origin}/hoard`, 1_000)
      const refused = await fetch(`${origin}/hoard`)
      const body = await refused.text()
      expectShed({ statusCode: refused.status, headers: Object.fromEntries(refused.headers), body })
      expect((await fetch(`${origin}/let-go`)).status).toBe(200)
      const status = async () => (await fetch(`${origin}/hoard`)).status
      await expect.poll(status, { timeout: 60_000, interval: 200 }).toBe(200)
      expect([child.exitCode, child.signalCode]).toEqual([null, null])
    } finally {
      child.kill()
    }
  })

  async function askUntilRefused(url: string, most: number): Promise<void> {
    for (let count = 0; count < most; count += 1) {
      const answer = await fetch(url)
      await answer.arrayBuffer()
      if (answer.status === 503) return
      // Memory is looked at twice a second: no faster than that it sees what comes.
      await sleep(10)
    }
    throw new Error(`none of ${most} requests was refused`)
  }
})

describe('P5.3, ASVS 2.4.1: requests under way at once', () => {
  const most = 8
  let http: Http
  let origin: string
  let waiting: (() => void)[] = []

  beforeAll(async () => {
    http = await createHttp({ logger: pino({ level: 'silent' }), maxConnections: most * 4 })
    http.get('/slow', { config: { permission: 'public' } }, async () => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return {}
    })
    http.get('/quick', { config: { permission: 'public' } }, () => ({}))
    http.get('/health', { config: { permission: 'public', rateClass: 'none' } }, () => ({}))
    await http.listen({ host: '127.0.0.1', port: 0 })
    origin = `http://127.0.0.1:${(http.server.address() as AddressInfo).port}`
  })
  afterAll(() => http.close())

  const letGo = (): void => {
    for (const resolve of waiting) resolve()
    waiting = []
  }
  const status = async (path: string) => (await http.inject({ url: path })).statusCode

  test('are bounded: what comes on top is turned away, and those under way are answered', async () => {
    const slow = Array.from({ length: most }, () => status('/slow'))
    await expect.poll(() => waiting.length).toBe(most)
    const refused = await Promise.all(Array.from({ length: 50 }, () => http.inject({ url: '/quick' })))
    for (const answer of refused) expectShed(answer)
    expect(await status('/health')).toBe(200)
    letGo()
    expect(await Promise.all(slow)).toEqual(slow.map(() => 200))
    expect(await status('/quick')).toBe(200)
  })

  test('give their places back when their clients go away, also if the server never answers them', async () => {
    const clients = Array.from({ length: most }, () => {
      const agent = new Agent()
      get(`${origin}/slow`, { agent }).on('error', () => undefined)
      return agent
    })
    await expect.poll(() => waiting.length).toBe(most)
    expect(await status('/quick')).toBe(503)
    for (const agent of clients) agent.destroy()
    await expect.poll(() => status('/quick')).toBe(200)
    // Nor is a place given back twice: as many as before, and no more.
    waiting.length = 0
    const slow = Array.from({ length: most }, () => status('/slow'))
    await expect.poll(() => waiting.length).toBe(most)
    expect(await status('/quick')).toBe(503)
    letGo()
    expect(await Promise.all(slow)).toEqual(slow.map(() => 200))
  })
})

describe('P5.3, ASVS 2.4.1: bodies that arrive slowly', () => {
  // At most 500 requests under way, and 1000 arriving: an eighth of these from one network.
  const maxConnections = 2000
  let http: Http
  let sockets: Socket[] = []

  async function start(trustedProxies: readonly string[]): Promise<void> {
    http = await createHttp({ logger: pino({ level: 'silent' }), maxConnections, trustedProxies })
    http.get('/public', { config: { permission: 'public' } }, () => ({}))
    http.post('/public', { config: { permission: 'public' } }, () => ({}))
    await http.listen({ host: '0.0.0.0', port: 0 })
  }
  afterEach(async () => {
    for (const socket of sockets) socket.destroy()
    sockets = []
    await http.close()
  })

  /** Announces fifty bytes and sends one; tells which requests were answered, and are none of those that still wait. */
  async function sendSlowly(count: number, from: { localAddress: string; client?: string }): Promise<() => number> {
    const { port } = http.server.address() as AddressInfo
    let answered = 0
    const forwarded = from.client === undefined ? '' : `x-forwarded-for: ${from.client}\r\n`
    const head = `POST /public HTTP/1.1\r\nhost: x\r\n${forwarded}content-type: application/json\r\ncontent-length: 50\r\n\r\n{`
    for (let n = 0; n < count; n += 1) {
      const socket = connect({ port, host: '127.0.0.1', localAddress: from.localAddress })
      sockets.push(socket.on('error', () => undefined))
      socket.once('data', () => (answered += 1))
      await once(socket, 'connect')
      socket.write(head)
    }
    return () => answered
  }

  const getStatus = async (remoteAddress: string, headers = {}) =>
    (await http.inject({ url: '/public', remoteAddress, headers })).statusCode
  const post = (remoteAddress: string, headers = {}) =>
    http.inject({ method: 'POST', url: '/public', remoteAddress, headers, payload: {} })

  test('from three addresses leave everybody else served, and are turned away beyond the share of each', async () => {
    await start([])
    const answered: (() => number)[] = []
    for (const localAddress of ['127.0.0.1', '127.0.0.2', '127.0.0.3']) {
      answered.push(await sendSlowly(190, { localAddress }))
    }
    await expect.poll(() => answered.map((it) => it())).toEqual([65, 65, 65])
    expect([await getStatus('127.0.0.4'), (await post('127.0.0.4')).statusCode]).toEqual([200, 200])
    // What brings no body is served even there.
    expect(await getStatus('127.0.0.1')).toBe(200)
    expectShed(await post('127.0.0.1'))
    for (const socket of sockets) socket.destroy()
    await expect.poll(async () => (await post('127.0.0.1')).statusCode).toBe(200)
  })

  test('from one client of a proxy leave its other clients served', async () => {
    await start(['127.0.0.1'])
    const client = { 'x-forwarded-for': '203.0.113.9' }
    const other = { 'x-forwarded-for': '203.0.113.10' }
    const answered = await sendSlowly(550, { localAddress: '127.0.0.1', client: '203.0.113.9' })
    await expect.poll(answered).toBe(425)
    expect([await getStatus('127.0.0.1', other), (await post('127.0.0.1', other)).statusCode]).toEqual([200, 200])
    expectShed(await post('127.0.0.1', client))
  })

  test('of many networks are bounded in all, and take no place of what brings no body', async () => {
    await start(['127.0.0.1'])
    for (let n = 0; n < 10; n += 1) await sendSlowly(110, { localAddress: '127.0.0.1', client: `203.0.113.${n}` })
    const other = { 'x-forwarded-for': '203.0.113.99' }
    await expect.poll(async () => (await post('127.0.0.1', other)).statusCode).toBe(503)
    expect(await getStatus('127.0.0.1', other)).toBe(200)
  })

  test('give their places back once, whether they end, break off or are refused', async () => {
    await start([])
    for (let round = 0; round < 3; round += 1) {
      const answered = await sendSlowly(127, { localAddress: '127.0.0.1' })
      await expect.poll(answered).toBe(2)
      for (const socket of sockets) socket.destroy()
      await expect.poll(async () => (await post('127.0.0.1')).statusCode).toBe(200)
    }
  })
})
