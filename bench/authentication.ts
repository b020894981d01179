import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { type ComposedServer, composeServer } from '../packages/server/src/instance/composition.ts'
import { guardRoutes, newCode } from '../packages/server/src/access/index.ts'
import { createPasswords, putSetupCode } from '../packages/server/src/identity/index.ts'
import { authorize } from '../packages/server/src/access/principal.ts'
import { loadInstanceKeys } from '../packages/server/src/keys/index.ts'
import { createHttp } from '../packages/server/src/platform/http.ts'
import type { Http } from '../packages/server/src/platform/http-application.ts'
import { createLog } from '../packages/server/src/platform/log.ts'
import { partsOf } from '../packages/server/testing/test-server.ts'
import { withDatabase } from './database.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const log = createLog('silent')
const account = { email: 'bench@example.com', password: 'violet-harbour-41-lantern' }
/** As many as the server checks at once. */
const signInsAtOnce = 2
const signInMs = ofLength(5_000, 100)
const slices = ofLength(60, 1)
const requestsOfSlice = 100
/** Of requests that are under way at the same time. */
const mostCallers = 8
const goalUs = 150

/** Measures the costs of authentication: sign-ins beside bare argon2id, and each kind of credential beside a request without one. */
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
  const passwords = createPasswords()
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

/**
 * Requests of a route that does nothing, with each credential, in turns with requests of one that asks for none. At several at once each
 * caller has a credential of its own, since those who ask the same thing at once share an answer. The last row tells how much more a question
 * and a request cost in turns than each by itself, whoever asks.
 */
async function credentials(server: ComposedServer): Promise<Row[]> {
  const tokens: { accessToken: string }[] = []
  // One after the other: those that are under way count as attempts at guessing until they turn out right.
  while (tokens.length < mostCallers) tokens.push(await ask(server.http, '/v1/session', account))
  const [first] = tokens
  const owner = { authorization: `Bearer ${first?.accessToken}` }
  const keys = await times(mostCallers, (n) =>
    ask<{ key: string }>(server.http, '/v1/api-keys', { name: `bench ${n}`, scopes: ['system:read'] }, owner),
  )
  const http = await createHttp({ logger: log })
  guardRoutes(http, { ...server.enrolment, cookieName: 'afterai_session', admit: async () => undefined })
  http.get('/open', { config: { permission: 'public', rateClass: 'none' } }, () => 'hello')
  http.get('/guarded', { config: { permission: 'system:read', rateClass: 'none' } }, () => 'hello')
  await http.ready()
  const kinds = {
    'an API key': keys.map(({ key }) => ({ authorization: `Bearer ${key}` })),
    'a Bearer token': tokens.map(({ accessToken }) => ({ authorization: `Bearer ${accessToken}` })),
    'a session cookie': tokens.map(({ accessToken }) => ({
      cookie: `afterai_session=${accessToken}`,
      'sec-fetch-site': 'same-origin',
    })),
  }
  const request = async (url: string, headers = {}): Promise<void> => {
    const { statusCode } = await http.inject({ url, headers })
    if (statusCode !== 200) throw new Error(`${url}: ${statusCode}`)
  }
  const stranger = randomUUID()
  const question = (): Promise<unknown> => server.enrolment.credentials.session(stranger)
  const works: Record<string, Work> = {
    'the question': { callers: 1, work: question },
    'the question and a request': { callers: 1, work: () => question().then(() => request('/open')) },
  }
  for (const callers of [mostCallers, 1]) {
    works[`none, ${callers}`] = { callers, work: () => request('/open') }
    for (const [kind, headers] of Object.entries(kinds)) {
      works[`${kind}, ${callers}`] = { callers, work: (caller) => request('/guarded', headers[caller]) }
    }
  }
  const cpu = await cpuOfEach(works)
  await http.close()
  const rows = [mostCallers, 1].flatMap((callers) =>
    Object.keys(kinds).map((kind): Row => {
      const limit = cpu(`none, ${callers}`)
      const value = cpu(`${kind}, ${callers}`) - limit
      return {
        name: `authentication by ${kind}, database read included, ${callers === 1 ? 'one caller' : `${callers} at once`}`,
        value,
        unit: 'us of CPU',
        limitName: 'a request without',
        limit,
        ratio: value / limit,
        ...(kind === 'a session cookie' ? {} : { goal: `<= ${goalUs} us`, isMissed: value > goalUs }),
      }
    }),
  )
  const apart = cpu('the question') + cpu('none, 1')
  const together = cpu('the question and a request')
  const waiting: Row = {
    name: 'a bare prepared question and a request without, in turns, one caller',
    value: together,
    unit: 'us of CPU',
    limitName: 'each by itself',
    limit: apart,
    ratio: together / apart,
  }
  return [...rows, waiting]
}

interface Work {
  readonly callers: number
  readonly work: (caller: number) => Promise<unknown>
}

/**
 * Microseconds of this process's CPU time that each work takes, at the median. PostgreSQL's own aren't in it. All in turns, so that whatever
 * else the machine does falls on each of them; the first half warms up.
 */
async function cpuOfEach(works: Readonly<Record<string, Work>>): Promise<(name: string) => number> {
  const measured = new Map(Object.keys(works).map((name) => [name, [] as number[]]))
  for (let slice = 0; slice < slices * 2; slice += 1) {
    for (const [name, { callers, work }] of Object.entries(works)) {
      const before = process.cpuUsage()
      for (let n = 0; n < requestsOfSlice; n += callers) await times(callers, work)
      const { user, system } = process.cpuUsage(before)
      const requests = Math.ceil(requestsOfSlice / callers) * callers
      if (slice >= slices) measured.get(name)?.push((user + system) / requests)
    }
  }
  return (name) => median(measured.get(name) ?? [])
}

function times<T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, n) => work(n)))
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
  const calls = ofLength(200_000, 1_000)
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
