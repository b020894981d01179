import { setTimeout as sleep } from 'node:timers/promises'
import type { Change, ServedModel, System, TelemetryWindow } from '@afterai/contract'
import { afterEach, expect, test } from 'vitest'
import { composeBeside, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { encodeOtlp, resourceOf, spanOf, tokensOf, tracesOf } from '../../../testing/otlp/otlp-bodies.ts'

type Limits = NonNullable<Parameters<typeof startTestServer>[0]>['captureLimits']

let server: TestServer | undefined
afterEach(() => server?.stop())

/** A server, and what is sent to it and read from it. */
async function startWith(captureLimits: Limits = {}) {
  const started = await startTestServer({ captureLimits })
  server = started
  const { key: token } = await started.addKey(started.admin, ['telemetry:write', 'telemetry:read', 'change:read'])
  const send = (body: object, signal: 'traces' | 'metrics' = 'traces') =>
    started.expectOk({
      method: 'POST',
      path: `/v1/${signal}`,
      token,
      body: encodeOtlp(signal, body),
      headers: { 'content-type': 'application/x-protobuf' },
    })
  const readAll = async <T>(path: string, of: TestServer = started): Promise<T[]> => {
    const items: T[] = []
    for (let cursor = ''; ;) {
      const next = `${path}&limit=100${cursor}`
      const page = await of.expectOk<{ items: T[]; nextCursor: string | null }>({ path: next, token })
      items.push(...page.items)
      if (page.nextCursor === null) return items
      cursor = `&cursor=${page.nextCursor}`
    }
  }
  return {
    started,
    token,
    send,
    owner: started.owner,
    systems: async () =>
      (await started.expectOk<{ items: System[] }>({ path: '/v1/systems', token: started.admin.token })).items,
    changesOf: (system: string) => readAll<Change>(`/v1/changes?system=${system}`),
    modelsOf: (system: string) => readAll<ServedModel>(`/v1/telemetry/served-models?system=${system}`),
    windowsOf: (system: string) => readAll<TelemetryWindow>(`/v1/telemetry/windows?system=${system}`),
  }
}

const list = <T>(length: number, of: (index: number) => T): T[] => Array.from({ length }, (_, index) => of(index))

const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1)

const inEnvironments = (system: string, names: readonly string[]): object => ({
  resourceSpans: names.map((name) => ({
    resource: resourceOf(system, { 'deployment.environment.name': name }),
    scopeSpans: [{ spans: [spanOf({})] }],
  })),
})

const servedModels = (system: string, count: number): object =>
  tracesOf(
    system,
    list(count, (index) => spanOf({ 'gen_ai.response.model': `m${index}` })),
  )

test('P5.3: a request with 3,000 routes, models and served names is taken whole, under names that have a limit', async () => {
  const { send, windowsOf } = await startWith()
  const body = (name: string, count: number): object =>
    tracesOf(
      name,
      list(count, (index) =>
        spanOf({
          'afterai.route': `r-${index}`,
          'gen_ai.request.model': `m-${index}`,
          'gen_ai.response.model': `s-${index}`,
        }),
      ),
    )
  await send(body('wide', 3000))
  const windows = await windowsOf('wide')
  expect(windows.reduce((sum, { calls }) => sum + calls, 0)).toBe(3000)
  expect(windows.length).toBeLessThan(300)
})

test('P5.3: environments of a system, and of a tenant, have a limit; more share one that tells how many', async () => {
  const { send, windowsOf } = await startWith({ environments: { each: 3, tenant: 5 } })
  await send(
    inEnvironments(
      'one',
      list(8, (index) => `pod-${index}`),
    ),
  )
  await send(
    inEnvironments(
      'two',
      list(8, (index) => `pod-${index}`),
    ),
  )
  const shown = async (system: string) =>
    (await windowsOf(system)).map(({ environment, calls, distinct }) => [environment, calls, distinct]).toSorted(byText)
  expect(await shown('one')).toEqual([
    ['overflow', 5, 5],
    ['pod-0', 1, 0],
    ['pod-1', 1, 0],
    ['pod-2', 1, 0],
  ])
  expect(await shown('two')).toEqual([
    ['overflow', 6, 6],
    ['pod-0', 1, 0],
    ['pod-1', 1, 0],
  ])
})

test('P5.3: routes have a limit for the tenant as a whole, whatever systems and environments they are of', async () => {
  const { send, windowsOf } = await startWith({ routes: { each: 3, tenant: 4 } })
  for (const system of ['one', 'two', 'three']) {
    await send(
      tracesOf(
        system,
        list(5, (index) => spanOf({ 'afterai.route': `r-${index}` })),
      ),
    )
  }
  const routes = async (system: string) => (await windowsOf(system)).map(({ route }) => route).toSorted(byText)
  expect(await routes('one')).toEqual(['overflow', 'r-0', 'r-1', 'r-2'])
  expect(await routes('two')).toEqual(['overflow', 'r-0'])
  expect(await routes('three')).toEqual(['overflow'])
})

test('P5.3: a route under which nothing was counted for a month makes room for another one, also in a process that knew it', async () => {
  const captureLimits = { routes: { each: 2, tenant: 10 } }
  const { started, token, send, owner, windowsOf } = await startWith(captureLimits)
  const routed = (...names: string[]): object =>
    tracesOf(
      'bot',
      names.map((name) => spanOf({ 'afterai.route': name })),
    )
  await send(routed('old', 'used', 'third'))
  await owner.query(`update telemetry_dimension set created_at = now() - interval '31 days'`)
  await owner.query(`update telemetry_window set hour = hour - interval '31 days' where route = 'old'`)
  const beside = await composeBeside(started, { captureLimits })
  const tell = (...names: string[]) =>
    beside.http.inject({
      method: 'POST',
      url: '/v1/traces',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-protobuf' },
      payload: encodeOtlp('traces', routed(...names)),
    })
  const names = async (): Promise<string> => {
    const { rows } = await owner.query<{ value: string }>(
      `select value from telemetry_dimension where kind = 'route' order by value`,
    )
    return rows.map(({ value }) => value).join()
  }
  // It reads the names, and beside that deletes those that are past their time.
  expect((await tell('used')).statusCode).toBe(200)
  while ((await names()) !== 'used') await sleep(10)
  while ((await names()) !== 'fourth,used') expect((await tell('fourth')).statusCode).toBe(200)
  expect((await tell('old')).statusCode).toBe(200)
  await beside.close()
  const calls = new Map((await windowsOf('bot')).map((it) => [it.route, it.calls]))
  expect([calls.get('old'), calls.get('fourth'), calls.get('used')]).toEqual([1, 1, 2])
})

test('P5.3: models that are watched have a limit; the rest is asked for under one name that says so', async () => {
  const { send, modelsOf } = await startWith({ servedModels: { each: 2, tenant: 10 } })
  const spans = list(5, (index) => spanOf({ 'gen_ai.request.model': `m-${index}` }))
  await send(tracesOf('models', spans))
  await send(tracesOf('models', spans))
  const models = await modelsOf('models')
  expect(models.map(({ requestedModel, verdict }) => [requestedModel, verdict]).toSorted(byText)).toEqual([
    ['m-0', 'clear'],
    ['m-1', 'clear'],
    ['overflow', 'undetermined'],
  ])
})

test('P5.3: 400 served models in one request open ten changes and one that stands for the rest', async () => {
  const { send, changesOf, modelsOf } = await startWith()
  await send(servedModels('shifty', 400))
  await send(servedModels('shifty', 401))
  const changes = await changesOf('shifty')
  expect(changes.length).toBe(11)
  const further = changes.filter(({ after }) => after === null)
  expect(further).toMatchObject([
    { title: 'Telemetry shows more changes within an hour than are opened one by one', changeTypes: ['other'] },
  ])
  const [model] = await modelsOf('shifty')
  // 64 are told apart; the last of them shows that there were more.
  expect(model?.identities.length).toBe(65)
  expect(model?.identities.filter(({ changeId }) => changeId === further[0]?.id).length).toBe(54)
  expect(model?.identities.filter(({ servedModel }) => servedModel === 'overflow')).toMatchObject([{ baseline: false }])
  expect(model?.verdict).toBe('breached')
})

test('P5.3: the changes of a tenant have a limit of an hour, and an hour later new ones open again', async () => {
  const { send, changesOf, owner } = await startWith({ changesPerHour: { each: 2, tenant: 3 } })
  await send(servedModels('one', 6))
  await send(servedModels('two', 6))
  const opened = async (system: string) => (await changesOf(system)).map(({ after }) => after !== null).toSorted(byText)
  expect(await opened('one')).toEqual([false, true, true])
  expect(await opened('two')).toEqual([false, true])
  // An identifier begins with the time at which it was made.
  await owner.query(`update served_identity set change_id = null`)
  await owner.query(`
    update change set id = (lpad(to_hex((extract(epoch from now() - interval '2 hours') * 1000)::bigint), 12, '0')
      || substr(replace(id::text, '-', ''), 13))::uuid`)
  await send(servedModels('two', 8))
  expect(await opened('two')).toEqual([false, true, true, true])
})

test('what one transaction doesn’t learn is learned when it comes again', async () => {
  const { send, windowsOf, modelsOf } = await startWith({ groupNews: 2 })
  const spans = list(5, (index) => spanOf({ 'afterai.route': `r-${index}`, 'gen_ai.request.model': `m-${index}` }))
  for (let round = 0; round < 3; round++) await send(tracesOf('slowly', spans.toSpliced(0, 0, spanOf({}))))
  const windows = await windowsOf('slowly')
  expect(windows.reduce((sum, { calls }) => sum + calls, 0)).toBe(18)
  const routes = new Set(windows.map(({ route }) => route))
  expect([...routes].toSorted(byText)).toEqual(['none', 'overflow', 'r-0', 'r-1', 'r-2', 'r-3', 'r-4'])
  expect((await modelsOf('slowly')).filter(({ requestedModel }) => requestedModel !== 'overflow').length).toBe(6)
})

test('P5.3: windows of one transaction have a limit; nothing of what is counted is lost', async () => {
  const { send, windowsOf } = await startWith({ groupWindows: 2 })
  await send(
    tracesOf(
      'hours',
      list(6, (index) => spanOf({ 'afterai.route': `r-${index}` })),
    ),
  )
  const windows = await windowsOf('hours')
  expect(windows.map(({ route, calls, distinct }) => [route, calls, distinct]).toSorted(byText)).toEqual([
    ['overflow', 4, 4],
    ['r-0', 1, 0],
    ['r-1', 1, 0],
  ])
})

test('what several systems, or metrics of several, share tells how many there are', async () => {
  const { send, systems, windowsOf } = await startWith({ systems: 1 })
  for (const name of ['a', 'b', 'c', 'd']) {
    await send(tracesOf(name, [spanOf({}), spanOf({})]))
    await send(tokensOf(name, { n: 2, sum: 10, delta: true }), 'metrics')
  }
  expect((await systems()).map(({ name }) => name).toSorted(byText)).toEqual(['a', 'telemetry-overflow'])
  const windows = await windowsOf('telemetry-overflow')
  expect(windows.map(({ source, calls, distinct }) => [source, calls, distinct]).toSorted(byText)).toEqual([
    ['calls', 6, 3],
    ['metrics', 0, 3],
  ])
})

test('P6.6: what counts under a name that it shares with others is told, and its models are not watched under it', async () => {
  const { started, token, modelsOf, changesOf } = await startWith({ systems: 1, environments: { each: 1, tenant: 10 } })
  const tell = async (system: string, environment: string, served: string): Promise<string> => {
    const body = {
      resourceSpans: [
        {
          resource: resourceOf(system, { 'deployment.environment.name': environment }),
          scopeSpans: [{ spans: [spanOf({ 'gen_ai.request.model': 'm', 'gen_ai.response.model': served })] }],
        },
      ],
    }
    const answer = await started.send({ method: 'POST', path: '/v1/traces', token, body })
    expect(answer.status).toBe(200)
    return answer.text
  }
  expect(await tell('a', 'one', 'mistral-small-2409')).toBe('{}')
  const sharing = [
    await tell('b', 'one', 'mistral-small-2409'),
    await tell('c', 'one', 'mistral-small-2501'),
    await tell('a', 'two', 'mistral-small-2409'),
    await tell('a', 'three', 'mistral-small-2501'),
  ]
  expect(sharing.map((text) => /1 count under the (\S+ \S+?),/.exec(text)?.[1])).toEqual([
    'system telemetry-overflow',
    'system telemetry-overflow',
    'environment overflow',
    'environment overflow',
  ])
  expect(await modelsOf('telemetry-overflow')).toEqual([])
  expect((await modelsOf('a')).map(({ environment }) => environment)).toEqual(['one'])
  expect([...(await changesOf('a')), ...(await changesOf('telemetry-overflow'))]).toEqual([])
})
