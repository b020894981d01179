import { join } from 'node:path'
import { type ComposedServer, composeServer } from '../packages/server/composition.ts'
import { createPasswords, guardRoutes, newCode, putSetupCode } from '../packages/server/src/identity/index.ts'
import { authorize } from '../packages/server/src/identity/principal.ts'
import { loadInstanceKeys } from '../packages/server/src/keys/index.ts'
import { createHttp, type Http } from '../packages/server/src/platform/http.ts'
import { createLog } from '../packages/server/src/platform/log.ts'
import { partsOf } from '../packages/server/tests/test-server.ts'
import { withDatabase } from './database.ts'
import type { Row } from './row.ts'

const log = createLog('silent')
const account = { email: 'bench@example.com', password: 'violet-harbour-41-lantern' }
/** As many as the server checks at once. */
const signInsAtOnce = 2
const signInMs = 5_000
const slices = 60
const requestsOfSlice = 100

/** What it costs to know who asks: sign-ins beside bare argon2id, and each kind of credential beside a request without one. */
export function run(): Promise<Row[]> {
  return withDatabase(async ({ dataDir, login: connection }) => {
    const keys = await loadInstanceKeys(join(dataDir, 'keys'), { make: true })
    const server = await composeServer(partsOf({ connection, keys, log }, {}))
    server.begin()
    const rows = [await signIns(server), ...(await credentials(server)), authorizations()]
    await server.close()
    return rows
  })
}

async function ask<T>(http: Http, url: string, body: object, headers: Record<string, string> = {}): Promise<T> {
  const answer = await http.inject({ method: 'POST', url, payload: body, headers })
  if (answer.statusCode >= 300) throw new Error(`${url}: ${answer.statusCode} ${answer.body}`)
  return JSON.parse(answer.body) as T
}

async function signIns(server: ComposedServer): Promise<Row> {
  const { db, hashCredential } = server.enrolment
  const code = newCode()
  await putSetupCode(db, hashCredential(code))
  await ask(server.http, '/v1/setup', { code, name: 'Bench', ...account })
  const passwords = await createPasswords()
  const stored = await passwords.hash(account.password)
  const limit = await perSecond(() => passwords.verify(stored, account.password))
  const value = await perSecond(() => ask(server.http, '/v1/session', account))
  return {
    name: `sign-ins by password, ${signInsAtOnce} at once`,
    value,
    unit: 'sign-ins/s',
    limitName: 'argon2id alone',
    limit,
    ratio: value / limit,
  }
}

async function perSecond(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  let count = 0
  const call = async (): Promise<void> => {
    while (performance.now() - start < signInMs) {
      await work()
      count += 1
    }
  }
  await Promise.all(Array.from({ length: signInsAtOnce }, call))
  return (count * 1000) / (performance.now() - start)
}

/** Requests of a route that does nothing, with each credential, in turns with requests of one that asks for none. */
async function credentials(server: ComposedServer): Promise<Row[]> {
  const { accessToken } = await ask<{ accessToken: string }>(server.http, '/v1/session', account)
  const bearer = { authorization: `Bearer ${accessToken}` }
  const made = { name: 'bench', scopes: ['system:read'] }
  const { key } = await ask<{ key: string }>(server.http, '/v1/api-keys', made, bearer)
  const http = await createHttp({ logger: log })
  guardRoutes(http, { ...server.enrolment, cookieName: 'afterai_session', admit: async () => undefined })
  http.get('/open', { config: { permission: 'public', rateClass: 'none' } }, () => 'hello')
  http.get('/guarded', { config: { permission: 'system:read', rateClass: 'none' } }, () => 'hello')
  await http.ready()
  const kinds = {
    'an API key': { authorization: `Bearer ${key}` },
    'a Bearer token': bearer,
    'a session cookie': { cookie: `afterai_session=${accessToken}`, 'sec-fetch-site': 'same-origin' },
  }
  const measured = new Map([
    ['none', [] as number[]],
    ...Object.keys(kinds).map((name) => [name, [] as number[]] as const),
  ])
  // All in turns, so that whatever else the machine does falls on each of them; the first half warms up.
  for (let slice = 0; slice < slices * 2; slice += 1) {
    if (slice === slices) measured.forEach((values) => values.splice(0))
    measured.get('none')?.push(await cpuOf(http, '/open', {}))
    for (const [name, headers] of Object.entries(kinds)) {
      measured.get(name)?.push(await cpuOf(http, '/guarded', headers))
    }
  }
  const limit = median(measured.get('none') ?? [])
  const rows = Object.keys(kinds).map((name): Row => {
    const value = median(measured.get(name) ?? []) - limit
    return {
      name: `authentication by ${name}, database read included`,
      value,
      unit: 'us of CPU',
      limitName: 'a request without',
      limit,
      ratio: value / limit,
      ...(name === 'a session cookie' ? {} : { goal: '<= 150 us' }),
    }
  })
  await http.close()
  return rows
}

/** Microseconds of this process's CPU time a request. PostgreSQL's own aren't in it. */
async function cpuOf(http: Http, url: string, headers: Record<string, string>): Promise<number> {
  const before = process.cpuUsage()
  for (let n = 0; n < requestsOfSlice; n += 1) {
    const { statusCode } = await http.inject({ url, headers })
    if (statusCode !== 200) throw new Error(`${url}: ${statusCode}`)
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / requestsOfSlice
}

function authorizations(): Row {
  const asked: Parameters<typeof authorize>[0] = {
    role: 'member',
    tenantKind: 'customer',
    scopes: ['system:read', 'change:read'],
  }
  const held = new Set(['system:read', 'change:read'])
  const value = callsPerSecond(() => authorize(asked, 'system:read'))
  const limit = callsPerSecond(() => held.has('system:read'))
  return {
    name: 'authorisations',
    value,
    unit: 'decisions/s',
    limitName: 'looking into a set',
    limit,
    ratio: value / limit,
  }
}

function callsPerSecond(call: () => unknown): number {
  const calls = 200_000
  const rounds = Array.from({ length: 5 }, () => {
    const start = performance.now()
    for (let n = 0; n < calls; n += 1) call()
    return (calls * 1000) / (performance.now() - start)
  })
  return median(rounds)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
