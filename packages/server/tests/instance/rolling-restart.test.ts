import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Balancer,
  type DebianPostgres,
  launchServer,
  type ServerProcess,
  startBalancer,
  startDebianPostgres,
  startServerProcess,
} from '@afterai/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

const password = 'heron-quartz-91-lantern'
const directory = mkdtempSync(join(tmpdir(), 'afterai-rolling-'))
chmodSync(directory, 0o711)
const started: ServerProcess[] = []
let postgres: DebianPostgres
let balancer: Balancer | undefined

beforeAll(async () => {
  postgres = await startDebianPostgres()
})
afterAll(async () => {
  for (const server of started) server.signalAll('SIGKILL')
  await balancer?.close()
  await postgres.stop()
  rmSync(directory, { recursive: true, force: true })
})

function environment(extra: Record<string, string> = {}): Record<string, string> {
  return {
    AFTERAI_DATA_DIR: join(directory, 'data'),
    AFTERAI_DATABASE_URL: postgres.url.replace('postgres:' + postgres.admin.password, `afterai_server:${password}`),
    AFTERAI_DATABASE_OWNER_URL: postgres.url,
    AFTERAI_DRAIN_SECONDS: '2',
    AFTERAI_RATE_READS: '1000000',
    AFTERAI_RATE_WRITES: '1000000',
    ...extra,
  }
}

async function start(): Promise<ServerProcess> {
  const server = await startServerProcess({ env: environment() })
  started.push(server)
  return server
}

async function rows<T>(statement: string): Promise<T[]> {
  const client = new Client(postgres.admin)
  await client.connect()
  try {
    return (await client.query(statement)).rows as T[]
  } finally {
    await client.end()
  }
}

interface Sent {
  readonly status: number
  readonly text: string
}

/** Sends over connections that are kept, as clients do. */
function send(agent: Agent, url: string, { token, body }: { token?: string; body?: unknown } = {}): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const outgoing = request(url, { agent, method: body === undefined ? 'GET' : 'POST', headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => (text += part))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      answer.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

test('P5.5: five processes that start at once on a new database migrate it once and all serve', async () => {
  const servers = await Promise.all(Array.from({ length: 5 }, () => launchServer({ env: environment() })))
  started.push(...servers)
  const ready = async ({ origin }: ServerProcess): Promise<number> => {
    const answer = await fetch(`${origin}/readyz`).catch(() => undefined)
    return answer?.status ?? 0
  }
  for (const server of servers) {
    await expect.poll(() => ready(server), { timeout: 50_000, message: server.output() }).toBe(200)
  }
  const applied = await rows<{ name: string }>('select name from kysely_migration')
  expect(new Set(applied.map(({ name }) => name)).size).toBe(applied.length)
  for (const server of servers) server.signal('SIGTERM')
  for (const server of servers) expect(await server.ending).toEqual({ code: 0, signal: null })
})

test('P5.5: clients see no error while both of two processes are restarted one after the other', async () => {
  const first = await start()
  const second = await start()
  await expect.poll(() => second.output(), { timeout: 20_000 }).toContain('--setup')
  const code = /--setup (\S+)/.exec(second.output())?.[1] ?? ''
  balancer = await startBalancer([first.origin, second.origin])
  const { origin } = balancer
  const setup = { code, email: 'ada@example.com', name: 'Ada', password, tenant: { slug: 'acme', name: 'Acme' } }
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const set = await send(agent, `${origin}/v1/setup`, { body: setup })
  expect(set.status, set.text).toBe(200)
  const token = (JSON.parse(set.text) as { accessToken: string }).accessToken

  const failures: string[] = []
  const made: string[] = []
  const state = { stopped: false }
  const client = async (id: number): Promise<void> => {
    const own = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let n = 0; !state.stopped; n += 1) {
      const name = `system-${id}-${n}`
      try {
        const { status, text } = await send(own, `${origin}/v1/systems`, { token, body: { name } })
        if (status === 201) made.push(name)
        else failures.push(`${status} ${text}`)
      } catch (error) {
        failures.push(String(error))
      }
      await sleep(20)
    }
    own.destroy()
  }
  const clients = [1, 2, 3, 4].map(client)
  await sleep(500)
  for (const old of [first, second]) {
    const before = made.length
    old.signal('SIGTERM')
    expect(await old.ending).toEqual({ code: 0, signal: null })
    const next = await start()
    balancer.use([next.origin, ...(old === first ? [second.origin] : [started.at(-2)?.origin ?? ''])])
    await expect.poll(() => made.length, { timeout: 20_000 }).toBeGreaterThan(before + 20)
  }
  state.stopped = true
  await Promise.all(clients)
  agent.destroy()
  expect(failures).toEqual([])
  const kept = await rows<{ name: string }>('select name::text as name from system')
  expect(kept.map(({ name }) => name).toSorted()).toEqual(made.toSorted())
})

test('P5.5: a server that is told to stop says it is not ready first, finishes what it took, and lets connections go', async () => {
  const server = await start()
  const port = Number(new URL(server.origin).port)
  const socket = connect(port, '127.0.0.1').setEncoding('latin1')
  let answered = ''
  socket.on('data', (text: string) => (answered += text))
  // The body of this request is still to come when the server is told to stop.
  const body = JSON.stringify({ email: 'nobody@example.com', password: 'wrong' })
  socket.write(
    `POST /v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n{`,
  )
  await sleep(100)
  server.signal('SIGTERM')
  await expect.poll(async () => (await fetch(`${server.origin}/readyz`)).status, { interval: 20 }).toBe(503)
  const during = await fetch(`${server.origin}/livez`)
  expect([during.status, during.headers.get('connection')]).toEqual([200, 'close'])
  socket.write(body.slice(1))
  await once(socket, 'close')
  expect(answered).toMatch(/^HTTP\/1\.1 401/)
  expect(answered.toLowerCase()).toContain('connection: close')
  expect(await server.ending).toEqual({ code: 0, signal: null })
  await expect(fetch(`${server.origin}/livez`)).rejects.toThrow('fetch failed')
})

test('P5.5: a second request to stop means now', async () => {
  const server = await startServerProcess({ env: environment({ AFTERAI_DRAIN_SECONDS: '300' }) })
  started.push(server)
  server.signal('SIGTERM')
  await expect.poll(async () => (await fetch(`${server.origin}/readyz`)).status, { interval: 20 }).toBe(503)
  await sleep(1_100)
  server.signal('SIGTERM')
  expect(await server.ending).toEqual({ code: 1, signal: null })
})
