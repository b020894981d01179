import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type DebianPostgres,
  type ServerProcess,
  startDebianPostgres,
  startServerProcess,
  startTcpProxy,
  type TcpProxy,
} from '@afterai/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

const password = 'heron-quartz-91-lantern'
const directory = mkdtempSync(join(tmpdir(), 'afterai-broken-'))
chmodSync(directory, 0o711)
const agent = new Agent({ keepAlive: true, maxSockets: 64 })
let primary: DebianPostgres
let standby: DebianPostgres
let proxy: TcpProxy
let server: ServerProcess
let token: string

beforeAll(async () => {
  primary = await startDebianPostgres()
  proxy = await startTcpProxy(primary.port)
  const url = (user: string, secret: string): string =>
    `postgresql://${user}:${secret}@127.0.0.1:${proxy.port}/postgres`
  server = await startServerProcess({
    command: [process.execPath, 'packages/server/src/instance/main.ts', 'up', '--empty'],
    env: {
      AFTERAI_DATA_DIR: join(directory, 'data'),
      AFTERAI_DATABASE_URL: url('afterai_server', password),
      AFTERAI_DATABASE_OWNER_URL: url('postgres', primary.admin.password),
      AFTERAI_RATE_READS: '1000000',
      AFTERAI_RATE_WRITES: '1000000',
    },
  })
  await vi.waitUntil(() => server.output().includes('--setup '), { timeout: 30_000 })
  const [, code] = /--setup (\S+)/.exec(server.output()) ?? []
  const person = { email: 'ada@example.com', name: 'Ada', password: 'violet-harbour-41-lantern' }
  const answer = await send('/v1/setup', { code, ...person, tenant: { slug: 'acme', name: 'Acme' } })
  if (answer.status !== 200) throw new Error(`set-up answered ${answer.status}: ${answer.text}`)
  token = (JSON.parse(answer.text) as { accessToken: string }).accessToken
})
afterAll(async () => {
  server.signalAll('SIGKILL')
  agent.destroy()
  await proxy.close()
  await primary.stop()
  await standby?.stop()
  rmSync(directory, { recursive: true, force: true })
})

interface Answer {
  /** 0 for a connection that was cut without an answer. */
  readonly status: number
  readonly text: string
  readonly retryAfter: string | undefined
  readonly tookMs: number
}

/** Sends over connections that are kept, as clients do. */
function send(path: string, body?: unknown): Promise<Answer> {
  const start = performance.now()
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  return new Promise((resolve) => {
    const end = (status: number, text: string, retryAfter?: string): void =>
      resolve({ status, text, retryAfter, tookMs: performance.now() - start })
    const method = body === undefined ? 'GET' : 'POST'
    const outgoing = request(`${server.origin}${path}`, { agent, method, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => (text += part))
      answer.on('end', () => end(answer.statusCode ?? 0, text, answer.headers['retry-after']))
      answer.on('error', (error) => end(0, error.message))
    })
    outgoing.on('error', (error) => end(0, error.message))
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

async function asSuperuser<T = object>(on: DebianPostgres, statement: string): Promise<T[]> {
  const client = new Client(on.admin)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(statement)).rows as T[]
  } finally {
    await client.end().catch(() => undefined)
  }
}

const acknowledged: string[] = []
let named = 0

/** Eight who write and four who read, for as long as `breakage` takes and until a write succeeds again. Answers all that they were told. */
async function answersDuring(breakage: () => Promise<void>): Promise<Answer[]> {
  const answers: Answer[] = []
  const ending = new AbortController()
  const work = async (one: () => Promise<Answer>): Promise<void> => {
    while (!ending.signal.aborted) {
      const answer = await one()
      answers.push(answer)
      await sleep(answer.status < 300 ? 10 : 100)
    }
  }
  const write = async (): Promise<Answer> => {
    const name = `system-${(named += 1)}`
    const answer = await send('/v1/systems', { name })
    if (answer.status < 300) acknowledged.push(name)
    return answer
  }
  const clients = [
    ...Array.from({ length: 8 }, () => work(write)),
    ...Array.from({ length: 4 }, () => work(() => send('/v1/systems'))),
  ]
  await sleep(300)
  await breakage()
  const after = acknowledged.length
  await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(after + 8)
  ending.abort()
  await Promise.all(clients)
  return answers
}

/** Finds the answers that no client may get: none at all, or a failure that doesn't say when to come again. */
function unfit(answers: readonly Answer[]): string[] {
  return answers
    .filter(({ status, retryAfter }) => status === 0 || (status >= 500 && (status !== 503 || retryAfter === undefined)))
    .map(({ status, text }) => `${status} ${text.slice(0, 300)}`)
}

/** All that was acknowledged is there, and what waits for the log gets into it. */
async function expectNothingLost(on: DebianPostgres): Promise<void> {
  await expect.poll(() => asSuperuser(on, 'select from ledger_outbox limit 1'), { timeout: 20_000 }).toEqual([])
  const rows = await asSuperuser<{ name: string }>(on, 'select name from system')
  const there = new Set(rows.map(({ name }) => name))
  expect(acknowledged.filter((name) => !there.has(name))).toEqual([])
  const listening = `select from pg_stat_activity where application_name = 'afterai ledger'`
  await expect.poll(async () => (await asSuperuser(on, listening)).length, { timeout: 20_000 }).toBe(1)
  expect((await send('/readyz')).status).toBe(200)
}

const endAll = "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'afterai%'"

async function takeEveryConnection(): Promise<void> {
  await asSuperuser(primary, endAll)
  const taken: Client[] = []
  for (let count = 0; count < 60; count += 1) {
    const client = new Client(primary.admin)
    client.on('error', () => undefined)
    const isIn = await client.connect().then(
      () => true,
      () => false,
    )
    if (isIn) taken.push(client)
    await asSuperuserOver(taken[0])
  }
  await sleep(1_500)
  await Promise.all(taken.map((client) => client.end()))
}

// The places that it holds are freed again and again, and taken by us.
async function asSuperuserOver(client: Client | undefined): Promise<void> {
  await client?.query(endAll)
}

test.each<[what: string, breakage: () => Promise<void>]>([
  ['that restarts', () => primary.restart()],
  ['that ends every connection', async () => void (await asSuperuser(primary, endAll))],
  ['that has no connection left', takeEveryConnection],
  [
    'that hangs for longer than anybody waits',
    async () => {
      const goOn = primary.pause()
      await sleep(14_000)
      goOn()
    },
  ],
])(
  'P5.5: of a database %s, clients are told to come again, and nothing acknowledged is lost',
  { timeout: 120_000 },
  async (_, breakage) => {
    const answers = await answersDuring(breakage)
    expect(unfit(answers)).toEqual([])
    expect(answers.some(({ status }) => status < 300)).toBe(true)
    await expectNothingLost(primary)
  },
)

test(
  'P5.5: a synchronous standby that is gone makes the server not ready, and writes are told so',
  { timeout: 60_000 },
  async () => {
    await asSuperuser(primary, "alter system set synchronous_standby_names = 'gone'")
    await asSuperuser(primary, 'select pg_reload_conf()')
    const write = send('/v1/systems', { name: 'while-the-standby-is-gone' })
    await expect.poll(async () => (await send('/readyz')).status, { timeout: 10_000 }).toBe(503)
    const answer = await write
    expect(answer).toMatchObject({ status: 503, retryAfter: expect.any(String) as string })
    await asSuperuser(primary, 'alter system reset synchronous_standby_names')
    await asSuperuser(primary, 'select pg_reload_conf()')
    await expect.poll(async () => (await send('/readyz')).status, { timeout: 20_000 }).toBe(200)
    await expectNothingLost(primary)
  },
)

test(
  'P5.5: a failover to a synchronous standby loses nothing acknowledged, and the old primary is refused',
  { timeout: 120_000 },
  async () => {
    standby = await primary.makeStandby('second')
    await asSuperuser(primary, "alter system set synchronous_standby_names = 'second'")
    await asSuperuser(primary, 'select pg_reload_conf()')
    const streams = `select from pg_stat_replication where sync_state = 'sync'`
    await expect.poll(async () => (await asSuperuser(primary, streams)).length, { timeout: 20_000 }).toBe(1)
    let goOn: (() => void) | undefined
    const answers = await answersDuring(async () => {
      goOn = primary.pause()
      await asSuperuser(standby, 'select pg_promote()')
      proxy.leadTo(standby.port)
    })
    expect(unfit(answers)).toEqual([])
    await expectNothingLost(standby)

    // The old primary goes on as if nothing had been, and takes writes: nobody stopped it.
    goOn?.()
    await asSuperuser(primary, 'alter system reset synchronous_standby_names')
    await asSuperuser(primary, 'select pg_reload_conf()')
    proxy.leadTo(primary.port)
    const ready = async (): Promise<string> => (await send('/readyz')).text
    await expect.poll(ready, { timeout: 20_000 }).toContain('this process has seen 2')
    expect(await send('/v1/systems', { name: 'on-the-old-primary' })).toMatchObject({
      status: 503,
      retryAfter: expect.any(String) as string,
    })
    expect(await asSuperuser(primary, `select from system where name = 'on-the-old-primary'`)).toEqual([])
    expect(server.output()).toContain('ALARM: a database that went back is refused')
    proxy.leadTo(standby.port)
    await expect.poll(async () => (await send('/readyz')).status, { timeout: 20_000 }).toBe(200)
  },
)
