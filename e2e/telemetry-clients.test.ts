import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Change, DroppedTelemetry, ServedModel, TelemetryWindow } from '@afterai/contract'
import { freePort, type ServerProcess, startServerProcess } from '@afterai/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type DatabaseAddress, embeddedDatabase, queryBehind } from '../packages/server/tests/database-behind.ts'
import { sweep } from '../packages/server/tests/database-sweep.ts'
import { type AppSurroundings, type ClientApp, clientApps, requireClientPackages, runApp } from './client-apps.ts'
import { type ModelServer, type ServedRequest, startModelServer } from './model-server.ts'

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
    command: [process.execPath, 'packages/server/main.ts', 'up', '--empty'],
  })
  await vi.waitUntil(() => server.output().includes('--setup'), { timeout: 60_000 })
  const [, code = ''] = /--setup (\S+)/.exec(server.output()) ?? []
  const account = { email: 'ada@acme.example', name: 'Ada', password: 'violet-harbour-41-lantern' }
  token = (await api<{ accessToken: string }>('/v1/setup', { code, ...account })).accessToken
  const { key } = await api<{ key: string }>('/v1/api-keys', { name: 'telemetry', scopes: ['telemetry:write'] })
  models = await startModelServer(mark)
  database = await embeddedDatabase(dataDir)
  surroundings = { modelUrl: models.baseUrl, afteraiUrl: server.origin, apiKey: key, mark }
}, 120_000)

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
const windowsOf = async (system: string, source: TelemetryWindow['source']) =>
  (await list<TelemetryWindow>(`/v1/telemetry/windows?system=${system}`)).filter((it) => it.source === source)

/** Runs an app with a model that is served, and returns what the provider answered it. */
async function run(app: ClientApp, served: string, env: Record<string, string> = {}): Promise<ServedRequest[]> {
  models.serve(served)
  models.takeServed()
  const said = await runApp(app, { ...surroundings, env })
  expect(said).toContainEqual(expect.stringContaining(`${mark} streamed`))
  return models.takeServed()
}

/** A sum over a system's hours; a run over the full hour leaves two. */
function total(windows: readonly TelemetryWindow[], of: (window: TelemetryWindow) => number): number {
  return windows.reduce((sum, window) => sum + of(window), 0)
}

/** What is kept of the sampling parameters of a system's requests. */
async function samplingOf(system: string): Promise<unknown[]> {
  const rows = await queryBehind<{ value: string }>(
    database,
    `select distinct f.value from route_facet f join route_profile p on p.id = f.profile_id join system s on s.id = p.system_id
     where f.facet = 'inference' and s.name = '${system}' order by f.value`,
  )
  return rows.map(({ value }) => JSON.parse(value) as unknown)
}

describe.each(clientApps)('$name', (app) => {
  const { name: system } = app
  const served: ServedRequest[] = []

  test('P1.1: its spans become the numbers of their hour, exactly as the provider counted them', async () => {
    served.push(...(await run(app, early)))
    const windows = await windowsOf(system, 'calls')
    const told = served.filter((it) => app.tells.has(it.api))
    const counted = told.filter((it) => app.tellsTokens.has(it.api))
    expect(total(windows, (it) => it.calls)).toBe(told.length)
    expect(total(windows, (it) => it.latencyMs.n)).toBe(told.length)
    expect(total(windows, (it) => it.errors)).toBe(told.filter((it) => it.api === 'failed').length)
    const sum = (of: (it: ServedRequest) => number): number => counted.reduce((it, request) => it + of(request), 0)
    expect(total(windows, (it) => it.inputTokens.sum)).toBe(sum((it) => it.inputTokens))
    expect(total(windows, (it) => it.outputTokens.sum)).toBe(sum((it) => it.outputTokens))
  })

  test('P1.1: provider, requested and served model, and sampling parameters are noted as they were', async () => {
    expect(await samplingOf(system)).toEqual([
      { temperature: 0.25, topP: 0.9 },
      { temperature: 0.25, topP: 0.9, maxTokens: 64, frequencyPenalty: 0.5 },
    ])
    console.log(JSON.stringify(await modelsOf(system)))
  })

  test('P1.1: a model that is served anew is an ACE as soon as the client has flushed', async () => {
    await run(app, late)
    console.log(JSON.stringify(await changesOf(system)), JSON.stringify(await modelsOf(system)))
  })

  test('P2.4: requests keep their answers when AfterAI can’t be reached', async () => {
    const up = await runApp(app, surroundings)
    const afteraiUrl = `http://127.0.0.1:${await freePort()}`
    // A client tries for as long as its time-out says before it ends.
    const env = { OTEL_EXPORTER_OTLP_TIMEOUT: '500' }
    expect(await runApp(app, { ...surroundings, afteraiUrl, env })).toEqual(up)
  })
})

test('P1.2: none of the content that the clients sent is in the database, the data directory or the log', async () => {
  const owner = new Client({ ...database })
  await owner.connect()
  const { found, cells } = await sweep(owner, new Map([['the mark', mark]]))
  await owner.query('checkpoint')
  await owner.end()
  expect([found, cells > 300]).toEqual([[], true])
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((it) => it.isFile())
  const marked = files.filter((it) => readFileSync(join(it.parentPath, it.name)).includes(mark))
  expect([marked.map(({ name }) => name), files.length > 100]).toEqual([[], true])
  expect(server.output()).not.toContain(mark)
  const dropped = await list<DroppedTelemetry>('/v1/telemetry/dropped?limit=200')
  const names = dropped.map(({ door, name }) => `${door} ${name}`)
  console.log(names.join('; '))
})
