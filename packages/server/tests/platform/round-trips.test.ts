import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ComposedServer, composeServer } from '../../src/instance/composition.ts'
import { newId } from '../../src/platform/ids.ts'
import { createLog } from '../../src/platform/log.ts'
import { type CountingProxy, startCountingProxy } from '../../testing/counting-proxy.ts'
import { assessedChange, configurationOf, proposalOf } from '../../testing/lifecycle.ts'
import { partsOf, type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let proxy: CountingProxy
let counted: ComposedServer
let member: Person
let approver: Person
let key: string
let systems = 0

beforeAll(async () => {
  server = await startTestServer()
  member = await server.addPerson(server.admin.tenant, 'member')
  approver = await server.addPerson(server.admin.tenant, 'approver')
  ;({ key } = await server.addKey(member, ['observation:write']))
  proxy = await startCountingProxy(server.database.login)
  const connection = { ...server.database.login, host: proxy.host, port: proxy.port }
  const shared = { connection, keys: server.keys, log: createLog('silent') }
  counted = await composeServer(partsOf(shared, { databasePoolSize: 4 }))
})
afterAll(async () => {
  await counted.close()
  await proxy.close()
  await server.stop()
})

interface Request {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly token: string
  readonly body?: object
}

/** Asks the server behind the proxy, and counts how often it waited for the database. */
async function ask({ method = 'POST', path, token, body }: Request): Promise<{ answer: unknown; roundTrips: number }> {
  const headers = { authorization: `Bearer ${token}` }
  proxy.take()
  const { statusCode, body: text } = await counted.http.inject({
    method,
    url: path,
    headers,
    ...(body === undefined ? {} : { payload: body }),
  })
  const { roundTrips } = proxy.take()
  if (statusCode >= 300) throw new Error(`${path} answered ${statusCode}: ${text}`)
  return { answer: JSON.parse(text), roundTrips }
}

type Observed = { results: { outcome: string; changeId: string | null }[] }

async function observe(observations: readonly object[]): Promise<Observed & { roundTrips: number }> {
  const { answer, roundTrips } = await ask({ path: '/v1/observations', token: key, body: { observations } })
  return { ...(answer as Observed), roundTrips }
}

async function newSystem(): Promise<string> {
  const name = `counted-${(systems += 1)}`
  await server.expectOk({ method: 'POST', path: '/v1/systems', token: server.admin.token, body: { name } })
  return name
}

/** Has the other server, which runs the sequencer, look for what waits: as each write there does. */
async function untilDone<T>(work: Promise<T>): Promise<T> {
  const ended = new AbortController()
  const done = work.finally(() => ended.abort())
  // Awaited below; until then nobody listens.
  done.catch(() => undefined)
  while (!ended.signal.aborted) await newSystem()
  return done
}

/** The actions of the newest audit events, the oldest first. */
async function newestActions(count: number): Promise<string[]> {
  const path = `/v1/audit-events?limit=${count}`
  const { items } = await server.expectOk<{ items: { action: string }[] }>({ path, token: server.admin.token })
  return items.map(({ action }) => action).toReversed()
}

describe('waits for the database', () => {
  test('who asks who they are waits twice at most', async () => {
    // A connection that is opened for it asks once which database it came to.
    await ask({ method: 'GET', path: '/v1/me', token: member.token })
    const { roundTrips } = await ask({ method: 'GET', path: '/v1/me', token: member.token })
    expect(roundTrips).toBeLessThanOrEqual(2)
  })

  test('an unchanged observation waits four times at most, a changed one eight times', async () => {
    const system = await newSystem()
    const told = (model: string) => [{ id: newId(), system, configuration: configurationOf(model) }]
    await observe(told('a'))
    const unchanged = await observe(told('a'))
    expect(unchanged.results).toMatchObject([{ outcome: 'unchanged' }])
    expect(unchanged.roundTrips).toBeLessThanOrEqual(4)
    const changed = await observe(told('b'))
    expect(changed.results).toMatchObject([{ outcome: 'changed' }])
    expect(changed.roundTrips).toBeLessThanOrEqual(8)
  })

  test('a batch of 500 that all change waits forty times at most, in 500 environments or in one', async () => {
    const system = await newSystem()
    const batch = (model: string, environmentOf: (nth: number) => string) =>
      Array.from({ length: 500 }, (_, nth) => ({
        id: newId(),
        system,
        environment: environmentOf(nth),
        configuration: configurationOf(`${model}-${nth}`),
      }))
    const apart = (nth: number): string => `place-${nth}`
    await observe(batch('a', apart))
    for (const environmentOf of [apart, () => 'place-0']) {
      const { results, roundTrips } = await observe(batch(environmentOf(1), environmentOf))
      expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['changed']))
      expect(new Set(results.map(({ changeId }) => changeId)).size).toBe(500)
      expect(roundTrips).toBeLessThanOrEqual(40)
    }
    expect(new Set(await newestActions(100))).toEqual(new Set(['change.open']))
  })

  test('an approval waits fifteen times at most until its record is in the log', async () => {
    const { changeId, assessmentId } = await assessedChange(server, member, `counted-${(systems += 1)}`)
    const proposed = await server.expectOk<{ id: string; evidenceDigest: string }>({
      method: 'POST',
      path: `/v1/changes/${changeId}/decisions`,
      token: member.token,
      body: proposalOf(assessmentId),
    })
    const path = `/v1/decisions/${proposed.id}/approvals`
    const body = { verdict: 'approve', evidenceDigest: proposed.evidenceDigest }
    const { answer, roundTrips } = await untilDone(ask({ path, token: approver.token, body }))
    expect(answer).toMatchObject({ recordId: expect.any(String) })
    expect(roundTrips).toBeLessThanOrEqual(15)
  })

  test('a page of rows of changes waits eight times at most, and all of a change four times', async () => {
    const system = `counted-${(systems += 1)}`
    const { changeId } = await assessedChange(server, member, system)
    const paths = [`/v1/change-rows?system=${system}&awaiting=me&limit=200`, `/v1/changes/${changeId}/dossier`]
    const counts: number[] = []
    for (const path of paths) counts.push((await ask({ method: 'GET', path, token: member.token })).roundTrips)
    expect(counts[0]).toBeLessThanOrEqual(8)
    expect(counts[1]).toBeLessThanOrEqual(4)
  })
})
