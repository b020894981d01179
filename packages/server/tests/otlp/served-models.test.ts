import type { Change, ServedModel, TelemetryWindow } from '@afterai/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../test-server.ts'
import { type AttributeValue, encodeOtlp, spanOf, tracesOf } from './otlp-bodies.ts'

const dayMs = 24 * 3_600_000

let server: TestServer
let token: string

beforeAll(async () => {
  server = await startTestServer()
  token = (await server.addKey(server.admin, ['telemetry:write', 'telemetry:read', 'change:read'])).key
})
afterAll(() => server.stop())

const unsaid = { any: {} }

interface Call {
  readonly served: string
  readonly atMs?: number
  readonly more?: Readonly<Record<string, AttributeValue>>
}

const spanFor = ({ served, atMs, more }: Call): object => spanOf({ 'gen_ai.response.model': served, ...more }, {}, atMs)

const send = (system: string, calls: readonly Call[]) =>
  server.expectOk({
    method: 'POST',
    path: '/v1/traces',
    token,
    body: encodeOtlp('traces', tracesOf(system, calls.map(spanFor))),
    headers: { 'content-type': 'application/x-protobuf' },
  })

const read = async <T>(path: string): Promise<T[]> => (await server.expectOk<{ items: T[] }>({ path, token })).items
const windowsOf = (system: string) => read<TelemetryWindow>(`/v1/telemetry/windows?system=${system}`)
const changesOf = (system: string) => read<Change>(`/v1/changes?system=${system}`)
const verdictsOf = async (system: string) =>
  (await read<ServedModel>(`/v1/telemetry/served-models?system=${system}`)).map(({ verdict }) => verdict)

test('what comes days late fills its own hour, and opens no change backwards; when it is served again it is told', async () => {
  const now = Date.now()
  await send('late', [{ served: 'new' }])
  await send('late', [{ served: 'old', atMs: now - 3 * dayMs }])
  expect(await changesOf('late')).toEqual([])
  expect(await verdictsOf('late')).toEqual(['clear'])
  expect((await windowsOf('late')).map(({ calls }) => calls)).toEqual([1, 1])
  await send('late', [{ served: 'old' }])
  expect(await changesOf('late')).toMatchObject([
    { before: { model: { servedName: 'new' } }, after: { model: { servedName: 'old' } } },
  ])
})

test('what is served is late only by more than clocks differ', async () => {
  await send('skewed', [{ served: 'a' }])
  await send('skewed', [{ served: 'b', atMs: Date.now() - 60_000 }])
  expect((await changesOf('skewed')).length).toBe(1)
})

test('the verdict is that of what was served last, however soon it changes, in one batch and in several', async () => {
  const calls = ['a', 'b', 'a'].map((served) => ({ served }))
  const verdicts: (string | undefined)[] = []
  for (const call of calls) {
    await send('flapping', [call])
    verdicts.push(...(await verdictsOf('flapping')))
  }
  expect(verdicts).toEqual(['clear', 'breached', 'clear'])
  const now = Date.now()
  await send('flapping', [
    { served: 'a', atMs: now + 2 },
    { served: 'b', atMs: now + 1 },
  ])
  expect(await verdictsOf('flapping')).toEqual(['clear'])
  await send('flapping', [
    { served: 'a', atMs: now + 3 },
    { served: 'b', atMs: now + 4 },
  ])
  expect(await verdictsOf('flapping')).toEqual(['breached'])
})

test('where nobody says which model was asked for, two routes with two models aren’t a change', async () => {
  const call = (route: string, served: string): Call => ({
    served,
    more: { 'gen_ai.request.model': unsaid, 'afterai.route': route },
  })
  await send('unasked', [call('answer', 'large'), call('classify', 'small')])
  await send('unasked', [call('answer', 'larger'), call('classify', 'small')])
  expect(await changesOf('unasked')).toEqual([])
  expect(await verdictsOf('unasked')).toEqual(['undetermined'])
})
