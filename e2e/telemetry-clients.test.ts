import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Change, DroppedTelemetry, ServedModel, TelemetryWindow } from '@afterai/contract'
import { freePort, type ServerProcess, startServerProcess } from '@afterai/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type DatabaseAddress, embeddedDatabase, queryBehind } from '../packages/server/testing/database-behind.ts'
import { sweep } from '../packages/server/testing/database-sweep.ts'
import {
  type AppEnding,
  type AppSurroundings,
  type ClientApp,
  clientApps,
  endApp,
  openInference,
  openTelemetry,
  requireClientPackages,
  runApp,
  twiceToldApps,
} from './client-apps.ts'
import { type ModelServer, type ServedRequest, startModelServer } from './model-server.ts'
import { type StoppedServer, stopServer } from './stopped-server.ts'

const mark = `CANARY${randomBytes(6).toString('hex')}`
const [early, late] = ['gpt-4o-2024-08-06', 'gpt-4o-2024-11-20']
const work = mkdtempSync(join(tmpdir(), 'afterai-clients-'))
const dataDir = join(work, 'data')

let server: ServerProcess
let models: ModelServer
let database: DatabaseAddress
let token: string
let surroundings: AppSurroundings

beforeAll(async () => {
  requireClientPackages()
  chmodSync(work, 0o711)
  server = await startServerProcess({
    env: { AFTERAI_DATA_DIR: dataDir },
    command: [process.execPath, 'packages/server/src/instance/main.ts', 'up', '--empty'],
  })
  await vi.waitUntil(() => server.output().includes('--setup'), { timeout: 60_000 })
  const [, code = ''] = /--setup (\S+)/.exec(server.output()) ?? []
  const account = { email: 'ada@acme.example', name: 'Ada', password: 'violet-harbour-41-lantern' }
  token = (await api<{ accessToken: string }>('/v1/setup', { code, ...account })).accessToken
  const { key } = await api<{ key: string }>('/v1/api-keys', { name: 'telemetry', scopes: ['telemetry:write'] })
  models = await startModelServer(mark)
  models.serve(early)
  database = await embeddedDatabase(dataDir)
  surroundings = { modelUrl: models.baseUrl, afteraiUrl: server.origin, apiKey: key, mark }
})

afterAll(async () => {
  await models?.stop()
  server?.signalAll('SIGTERM')
  await server?.ending
  rmSync(work, { recursive: true, force: true })
})

async function api<T>(path: string, body?: object): Promise<T> {
  const answer = await fetch(`${server.origin}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`)
  return JSON.parse(text) as T
}

const list = async <T>(path: string): Promise<T[]> => (await api<{ items: T[] }>(path)).items
const changesOf = (system: string) => list<Change>(`/v1/changes?system=${system}`)
const modelsOf = (system: string) => list<ServedModel>(`/v1/telemetry/served-models?system=${system}`)
const droppedNames = async () =>
  (await list<DroppedTelemetry>('/v1/telemetry/dropped?limit=200')).map(({ door, name }) => `${door} ${name}`)
const windowsOf = async (system: string, source: TelemetryWindow['source']) =>
  (await list<TelemetryWindow>(`/v1/telemetry/windows?system=${system}`)).filter((it) => it.source === source)

/** Runs an app with a model that is served, and returns what the provider answered it. */
async function run(app: ClientApp, served: string): Promise<ServedRequest[]> {
  models.serve(served)
  models.takeServed()
  const said = await runApp(app, surroundings)
  expect(said).toContainEqual(`${mark} streamed`)
  return models.takeServed()
}

/** Runs an app without its exporter. */
function endUntold(app: ClientApp): Promise<AppEnding> {
  const signals = ['TRACES', 'METRICS', 'LOGS']
  const env = Object.fromEntries(signals.map((signal) => [`OTEL_${signal}_EXPORTER`, 'none']))
  return endApp(app, { ...surroundings, env })
}

/** Runs an app whose requests, all but the first, are made while what it told of the first waits for AfterAI's answer. */
async function endUnanswered(
  app: ClientApp,
): Promise<{ ending: AppEnding; bytes: ReturnType<StoppedServer['bytes']> }> {
  const stopped = await stopServer(server)
  models.holdAfterFirst(stopped.reached)
  const env = { OTEL_EXPORTER_OTLP_TIMEOUT: '500', OTEL_BSP_SCHEDULE_DELAY: '10', LANGFUSE_FLUSH_AT: '1' }
  try {
    const ending = await endApp(app, { ...surroundings, afteraiUrl: stopped.url, env })
    return { ending, bytes: stopped.bytes() }
  } finally {
    await stopped.resume()
  }
}

/** A sum over a system's hours; a run over the full hour leaves two. */
function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0)
}

/** The sampling parameters that a system's requests showed. */
async function samplingOf(system: string): Promise<unknown[]> {
  const rows = await queryBehind<{ name: string; value: string }>(
    database,
    `select distinct s.name, f.value from route_facet f join route_profile p on p.id = f.profile_id
     join system s on s.id = p.system_id where f.facet = 'inference' order by f.value`,
  )
  return rows.filter(({ name }) => name === system).map(({ value }) => JSON.parse(value) as unknown)
}

describe.each(clientApps)('$name', (app) => {
  const { name: system, provider } = app

  test('P1.1: spans of a real client become the numbers of their hour, as the provider counted them', async () => {
    const served = await run(app, early)
    const told = served.filter(({ api }) => app.tells.has(api))
    const counted = told.filter(({ api }) => app.tellsTokens.has(api))
    const estimated = told.filter(({ api }) => app.estimatesTokens.has(api)).length
    // What goes to the client's vendor goes there as before.
    expect(served.some(({ api }) => api === 'traces')).toBe(app.folder === 'langfuse')
    const windows = await windowsOf(system, 'calls')
    expect(total(windows, ({ calls }) => calls)).toBe(told.length)
    expect(new Set(windows.map(({ route }) => route))).toEqual(new Set([app.route ?? 'none']))
    expect(total(windows, ({ latencyMs }) => latencyMs.n)).toBe(told.length)
    expect(total(windows, ({ errors }) => errors)).toBe(told.filter(({ api }) => api === 'failed').length)
    for (const tokens of ['inputTokens', 'outputTokens'] as const) {
      const sum = total(windows, (it) => it[tokens].sum)
      const exact = total(counted, (it) => it[tokens])
      expect(total(windows, (it) => it[tokens].n)).toBe(counted.length + estimated)
      // Where all are counted exactly, this leaves no room.
      expect([sum >= exact, sum <= exact + estimated * 100]).toEqual([true, true])
    }
  })

  test('P1.1: provider, requested and served model, and sampling parameters are those of a real client’s requests', async () => {
    expect(await samplingOf(system)).toEqual([
      { temperature: 0.25, topP: 0.9, maxTokens: 64, frequencyPenalty: 0.5 },
      { temperature: 0.25, topP: 0.9 },
    ])
    const seen = (await modelsOf(system)).filter(({ requestedModel }) => requestedModel !== 'missing')
    const undetermined = { provider, verdict: 'undetermined', identities: [] }
    expect(seen.toSorted((a, b) => a.requestedModel.length - b.requestedModel.length)).toMatchObject(
      app.namesServed
        ? [
            {
              provider,
              requestedModel: 'gpt-4o',
              verdict: 'clear',
              identities: [{ servedModel: early, baseline: true }],
            },
          ]
        : [
            { ...undetermined, requestedModel: 'gpt-4o' },
            { ...undetermined, requestedModel: early },
          ],
    )
  })

  test('P1.1: a model that is served anew is exactly one ACE once the client has flushed, without a wait', async () => {
    // What one name says of both counts as a setting of the route, which has its first day to be learned.
    if (!app.namesServed) await queryBehind(database, 'update route_profile set learning_until = now()')
    await run(app, late)
    const changes = await changesOf(system)
    expect(changes).toMatchObject([
      app.namesServed
        ? {
            changeTypes: ['model', 'vendor_blackbox'],
            intent: 'observed',
            source: { origin: 'otel' },
            delta: [{ category: 'vendor_blackbox', path: '/model/servedName', before: early, after: late }],
          }
        : { changeTypes: ['model'], source: { origin: 'otel' }, delta: [{ path: '/model/name', after: late }] },
    ])
    const verdicts = (await modelsOf(system)).map(({ requestedModel, verdict }) => `${requestedModel} ${verdict}`)
    expect(verdicts).toContain(app.namesServed ? 'gpt-4o breached' : `${late} undetermined`)
    await run(app, early)
    expect((await changesOf(system)).length).toBe(1)
  })

  test('P2.1: requests of a real client are answered all the same when AfterAI can’t be reached', async () => {
    const said = await runApp(app, surroundings)
    const afteraiUrl = `http://127.0.0.1:${await freePort()}`
    // A client tries for as long as its time-out says before it ends.
    const env = { OTEL_EXPORTER_OTLP_TIMEOUT: '500' }
    expect(await runApp(app, { ...surroundings, afteraiUrl, env })).toEqual(said)
  })

  test('P2.1: AfterAI that takes the connection and never answers changes neither answers, output nor exit code', async () => {
    const { ending, bytes } = await endUnanswered(app)
    expect([bytes.sent > 0, bytes.answered]).toEqual([true, 0])
    expect(ending).toEqual(await endUntold(app))
    expect(ending).toEqual({ exitCode: 0, stdout: expect.stringContaining(`${mark} streamed`), stderr: '' })
  })
})

test.each(clientApps.filter(({ folder }) => folder.startsWith('vercel-ai')))(
  'P1.1: each object and embedding that Vercel’s AI SDK asks for counts once, without the span around it ($name)',
  async (app) => {
    const name = `${app.name}-objects`
    models.takeServed()
    const said = await runApp({ ...app, name, file: 'objects-and-embeddings.mjs' }, surroundings)
    expect(said).toEqual([`${mark} object`, 3, 2, expect.stringContaining('404')])
    const served = models.takeServed()
    expect(served.map(({ api }) => api)).toEqual(['chat', 'embeddings', 'embeddings', 'failed'])
    const windows = await windowsOf(name, 'calls')
    expect(new Set(windows.map(({ route }) => route))).toEqual(new Set([app.route]))
    expect(total(windows, ({ calls }) => calls)).toBe(served.length)
    expect(total(windows, ({ errors }) => errors)).toBe(1)
    for (const tokens of ['inputTokens', 'outputTokens'] as const) {
      expect(total(windows, (it) => it[tokens].sum)).toBe(total(served, (it) => it[tokens]))
    }
  },
)

test.each(twiceToldApps)(
  'P1.1: a request that two instrumentations tell of counts once, and is watched as one model ($name)',
  async (app) => {
    models.serve(early)
    models.takeServed()
    const said = await runApp(app, surroundings)
    expect(said).toEqual(Array.from({ length: 5 }, () => `${mark} answer`))
    const served = models.takeServed()
    expect(served.map(({ api }) => api)).toEqual(Array.from({ length: 5 }, () => 'chat'))
    const windows = await windowsOf(app.name, 'calls')
    expect(total(windows, ({ calls }) => calls)).toBe(5)
    expect(total(windows, ({ latencyMs, costUsd }) => latencyMs.n + costUsd.n)).toBe(10)
    for (const tokens of ['inputTokens', 'outputTokens'] as const) {
      expect(total(windows, (it) => it[tokens].sum)).toBe(total(served, (it) => it[tokens]))
    }
    // As the provider's library tells it: LangChain has the requested name in both places.
    const identities = [{ servedModel: early, baseline: true }]
    expect(await modelsOf(app.name)).toMatchObject([{ requestedModel: 'gpt-4o', verdict: 'clear', identities }])
    expect(await changesOf(app.name)).toEqual([])
  },
)

test('P2.1: an app that fails with its exporter is told from those that don’t', async () => {
  const careless = { ...openInference, parameters: ['careless'] }
  const { ending } = await endUnanswered(careless)
  expect(ending.exitCode).toBe(1)
  expect(ending).not.toEqual(await endUntold(careless))
})

test.each([
  ['running totals, which OpenTelemetry’s SDK sends by default, count what is new of them', 'cumulative'],
  ['deltas of OpenTelemetry’s SDK are summed', 'delta'],
])('P1.1: %s, beside its calls', async (_what, temporality) => {
  const name = `metered-${temporality}`
  models.takeServed()
  const env = { OTEL_SERVICE_NAME: name, OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality }
  await runApp({ ...openTelemetry, name }, { ...surroundings, env })
  const served = models.takeServed()
  const windows = await windowsOf(name, 'metrics')
  expect(total(windows, ({ latencyMs }) => latencyMs.n)).toBe(served.length)
  for (const tokens of ['inputTokens', 'outputTokens'] as const) {
    expect(total(windows, (it) => it[tokens].sum)).toBe(total(served, (it) => it[tokens]))
  }
  const calls = await windowsOf(name, 'calls')
  expect(total(calls, (it) => it.calls)).toBe(served.length)
})

test('P1.2: none of the content that real clients sent is in the database, the data directory or the log', async () => {
  const dropped = await droppedNames()
  const content = [
    'traces gen_ai.input.messages',
    'traces llm.input_messages.*',
    'traces langfuse.observation.input',
    'traces gen_ai.tool.call.arguments',
    'traces ai.prompt.messages',
    'traces ai.response.text',
    'traces ai.toolCall.args',
    'traces ai.toolCall.result',
    'traces ai.response.object',
    'traces ai.values',
    'traces ai.telemetry.metadata.*',
    'traces span.status.message',
    'logs log.body',
    'logs gen_ai.input.messages',
  ]
  expect(dropped).toEqual(expect.arrayContaining(content))
  const owner = new Client({ ...database })
  await owner.connect()
  const { found } = await sweep(owner, new Map([mark, early].map((it) => [it, it])))
  await owner.end()
  // The name of a model is there to be found, so the search works.
  expect(found).toContain(`${early} in served_identity`)
  expect(found.filter((it) => it.startsWith(mark))).toEqual([])
  // Ended, its database has written everything, and no file comes or goes.
  server.signalAll('SIGTERM')
  await server.ending
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((it) => it.isFile())
  const holding = (text: string) => files.filter((it) => readFileSync(join(it.parentPath, it.name)).includes(text))
  expect([holding(mark), holding(early).length > 0]).toEqual([[], true])
  expect(server.output()).not.toContain(mark)
})
