import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { TestDatabase } from '../packages/testing/src/index.ts'
import { type Person, startTestServer, type TestServer } from '../packages/server/testing/test-server.ts'
import { withDatabase } from './database.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const tabs = ofLength(500, 12)
const seconds = ofLength(60, 1)
const changesASecond = 5
/** As many as one account may have open. */
const tabsOfAccount = 12
const goals = { p99Ms: 250, kibOfTab: 200 }

/** Measures how soon the last of 500 tabs hears of a change, five of them a second, beside one tab alone; and what a tab holds of the server. */
export function run(): Promise<Row[]> {
  return withDatabase(({ asTestDatabase }) => measureAll(asTestDatabase))
}

async function measureAll(database: TestDatabase): Promise<Row[]> {
  const limits = { liveLimits: { ofTenant: tabs, inAll: tabs }, rateWrites: 1_000_000, rateCredentials: 1_000_000 }
  const server = await startTestServer(limits, database)
  try {
    const origin = await server.http.listen({ host: '127.0.0.1', port: 0 })
    const people: Person[] = []
    for (let n = 0; n < Math.ceil(tabs / tabsOfAccount); n += 1)
      people.push(await server.addPerson(server.admin.tenant, 'member'))
    await server.expectOk({ method: 'POST', path: '/v1/systems', token: server.admin.token, body: { name: 'bench' } })
    const tokens = people.map(({ token }) => token)
    const alone = await measure(server, origin, { tabs: 1, tokens })
    const all = await measure(server, origin, { tabs, tokens })
    const kib = (all.rss - alone.rss) / 1024 / (tabs - 1)
    return [
      {
        name: `until the last of ${tabs} tabs hears of a change, p99`,
        value: all.p99,
        unit: 'ms',
        limitName: 'one tab',
        limit: alone.p99,
        ratio: all.p99 / alone.p99,
        goal: `< ${goals.p99Ms} ms`,
        isMissed: !(all.p99 < goals.p99Ms),
      },
      {
        name: 'memory of the server, of each tab',
        value: kib,
        unit: 'KiB',
        limitName: 'what may wait for one tab',
        limit: 64,
        ratio: kib / 64,
        goal: `< ${goals.kibOfTab} KiB`,
        isMissed: !(kib < goals.kibOfTab),
      },
    ]
  } finally {
    await server.stop()
  }
}

interface Measured {
  readonly p99: number
  readonly rss: number
}

async function measure(
  server: TestServer,
  origin: string,
  { tabs: count, tokens }: { readonly tabs: number; readonly tokens: readonly string[] },
): Promise<Measured> {
  const program = fileURLToPath(new URL('event-readers.ts', import.meta.url))
  const child = spawn(process.execPath, [program, origin, String(count), ...tokens], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const heard = new Map<string, number>()
  const isOpen = listen(child, heard)
  await isOpen
  const told = new Map<string, number>()
  for (let n = 0; n < seconds * changesASecond; n += 1) {
    const body = { system: 'bench', title: `Change ${n}`, changeTypes: ['prompt'] }
    const { id } = await server.expectOk<{ id: string }>({
      method: 'POST',
      path: '/v1/changes',
      token: server.admin.token,
      body,
    })
    told.set(id, Date.now())
    await sleep(1000 / changesASecond)
  }
  const rss = process.memoryUsage().rss
  for (let waited = 0; heard.size < told.size && waited < 5_000; waited += 50) await sleep(50)
  child.kill()
  // One that never came counts as the worst there is.
  const waits = [...told].map(([id, at]) => Math.max(0.1, (heard.get(id) ?? Number.POSITIVE_INFINITY) - at))
  return { rss, p99: waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.99)] ?? Number.NaN }
}

function listen(child: ChildProcess, heard: Map<string, number>): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the tabs ended with ${code}`)))
    if (child.stdout === null) return
    createInterface(child.stdout).on('line', (line) => {
      if (line === 'open') return resolve()
      const [id = '', at = ''] = line.split(' ')
      return heard.set(id, Number(at))
    })
  })
}
