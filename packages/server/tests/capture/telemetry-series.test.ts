import { randomUUID } from 'node:crypto'
import type { TelemetrySeries } from '@afterai/contract'
import { addMeasurement, emptyWindow, type Measurement, packWindow } from '@afterai/evidence'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gridOf } from '../../src/capture/reads/series.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let systems = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

type Problem = { code: string; errors: { pointer: string }[] }

const hourMs = 3_600_000
const day = Date.UTC(2026, 9, 5)
const at = (hours: number): string => new Date(day + hours * hourMs).toISOString()

async function newSystem(): Promise<{ name: string; id: string }> {
  const name = `measured-${(systems += 1)}`
  const request = { method: 'POST', path: '/v1/systems', token: server.admin.token, body: { name } } as const
  return { name, id: (await server.expectOk<{ id: string }>(request)).id }
}

interface Told {
  readonly hour: number
  readonly route?: string
  readonly fingerprint?: string
  readonly source?: 'calls' | 'metrics'
  readonly calls: readonly Partial<Measurement>[]
}

async function tell(systemId: string, told: readonly Told[]): Promise<void> {
  for (const { hour, route = 'answer', fingerprint = 'none', source = 'calls', calls } of told) {
    const window = emptyWindow()
    for (const call of calls) addMeasurement(window, { isCall: true, ...call })
    await server.owner.query(
      `insert into telemetry_window (tenant_id, system_id, environment, fingerprint, route, source, hour, packed)
       values ($1, $2, 'production', $3, $4, $5, $6, $7)`,
      [server.admin.tenant.id, systemId, fingerprint, route, source, at(hour), packWindow(window)],
    )
  }
}

function ask(system: string, more: Record<string, string> = {}, token = server.admin.token) {
  const query = new URLSearchParams({ system, environment: 'production', from: at(0), to: at(6), ...more })
  return server.send<TelemetrySeries & Problem>({ path: `/v1/telemetry/series?${query.toString()}`, token })
}

describe('a series', () => {
  test('folds routes and configurations into hours, and is null where nothing was told', async () => {
    const { name, id } = await newSystem()
    await tell(id, [
      { hour: 0, calls: [{ latencyMs: 100 }, { latencyMs: 300, error: true }] },
      { hour: 0, route: 'refund', fingerprint: 'f', calls: [{ latencyMs: 200 }, {}] },
      { hour: 3, calls: [{ inputTokens: 10 }] },
      { hour: 6, calls: [{}] },
    ])
    const { body } = await ask(name, { measures: 'calls,error_rate,latency_mean_ms,input_tokens_mean' })
    expect([body.bucketHours, body.wholeFrom, body.points.map((it) => it.at)]).toEqual([
      1,
      at(0),
      [0, 1, 2, 3, 4, 5].map(at),
    ])
    const nothing = { at: undefined, calls: null, error_rate: null, latency_mean_ms: null, input_tokens_mean: null }
    expect(body.points.map((it) => ({ ...it, at: undefined }))).toEqual([
      { at: undefined, calls: 4, error_rate: 0.25, latency_mean_ms: 200, input_tokens_mean: null },
      nothing,
      nothing,
      { at: undefined, calls: 1, error_rate: 0, latency_mean_ms: null, input_tokens_mean: 10 },
      nothing,
      nothing,
    ])
  })

  test('doesn’t count again what metrics tell of the same calls, and takes them where nothing else tells', async () => {
    const { name, id } = await newSystem()
    await tell(id, [
      { hour: 0, calls: [{}, {}] },
      { hour: 0, source: 'metrics', calls: [{}, {}, {}] },
      { hour: 1, source: 'metrics', calls: [{}] },
    ])
    const { points } = (await ask(name, { measures: 'calls' })).body
    expect(points.slice(0, 2).map(({ calls }) => calls)).toEqual([2, 1])
  })

  test('has four hundred points at most, whose calls are all that were told', async () => {
    const { name, id } = await newSystem()
    const hours = [0, 1, 5, 700, 4_000, 8_783]
    await tell(
      id,
      hours.map((hour) => ({ hour, calls: [{}, {}] })),
    )
    const { body } = await ask(name, { measures: 'calls', to: at(8_784) })
    expect([body.bucketHours, body.points.length]).toEqual([24, 366])
    const all = body.points.reduce((sum, { calls }) => sum + (calls ?? 0), 0)
    expect([all, body.points[0]?.calls]).toEqual([12, 6])
  })

  test('says from when it is whole where there is more than is read at once', async () => {
    const { name, id } = await newSystem()
    const window = emptyWindow()
    addMeasurement(window, { isCall: true })
    await server.owner.query(
      `insert into telemetry_window (tenant_id, system_id, environment, fingerprint, route, source, hour, packed)
       select $1, $2, 'production', 'none', 'r' || route, 'calls', $3::timestamptz + hour * interval '1 hour', $4
       from generate_series(0, 139) hour, generate_series(1, 100) route`,
      [server.admin.tenant.id, id, at(0), packWindow(window)],
    )
    const { body } = await ask(name, { measures: 'calls', to: at(140) })
    const known = body.points.filter(({ calls }) => calls !== null)
    expect(new Set(known.map(({ calls }) => calls))).toEqual(new Set([100]))
    expect([known.length, known[0]?.at]).toEqual([119, body.wholeFrom])
  })

  test('marks the changes that began to run in its time, for who may read changes', async () => {
    const { name } = await newSystem()
    const observe = (model: string, observedAt: string) =>
      server.expectOk<{ results: { changeId: string | null }[] }>({
        method: 'POST',
        path: '/v1/observations',
        token: server.admin.token,
        body: {
          observations: [
            {
              id: randomUUID(),
              system: name,
              environment: 'production',
              observedAt,
              configuration: { model: { provider: 'acme', name: model } },
            },
          ],
        },
      })
    await observe('large', at(1))
    const changeId = (await observe('small', at(3))).results[0]?.changeId
    const { markers } = (await ask(name)).body
    expect(markers).toEqual([{ at: at(3), changeId, title: expect.stringContaining('small') }])
    expect((await ask(name, { from: at(4) })).body.markers).toEqual([])
    const { key } = await server.addKey(server.admin, ['telemetry:read'])
    expect((await ask(name, {}, key)).body.markers).toEqual([])
  })

  test.each([
    ['/querystring/to', { to: at(0) }],
    ['/querystring/to', { to: '2036-01-01T00:00:00.000Z' }],
    ['/querystring/measures/0', { measures: 'p99' }],
    ['/querystring/measures/1', { measures: 'calls,' }],
    ['/querystring/from', { from: 'yesterday' }],
    ['/querystring', { route: 'answer' }],
  ])('refuses at %s what it doesn’t know: %j', async (pointer, wrong) => {
    const { status, body } = await ask((await newSystem()).name, wrong)
    expect([status, body.errors[0]?.pointer]).toEqual([400, pointer])
  })

  test('is of no system that isn’t there', async () => {
    expect((await ask('never-seen')).body.code).toBe('not_found')
  })
})

test('points cover the time that is asked for, begin where UTC’s hours and days do, and are few', () => {
  const times = fc.integer({ min: 0, max: 5 * 366 * 24 * 60 })
  fc.assert(
    fc.property(times, times, (first, length) => {
      const [fromMs, toMs] = [day + first * 60_000, day + (first + Math.max(1, length)) * 60_000]
      const grid = gridOf({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() })
      expect(grid.count).toBeLessThanOrEqual(400)
      expect(grid.startMs % grid.sizeMs).toBe(0)
      expect(grid.startMs).toBeLessThanOrEqual(fromMs)
      expect(grid.startMs + grid.sizeMs).toBeGreaterThan(fromMs)
      const lastMs = grid.startMs + (grid.count - 1) * grid.sizeMs
      expect(lastMs < toMs && toMs <= lastMs + grid.sizeMs).toBe(true)
    }),
  )
})
