import { randomUUID } from 'node:crypto'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { Change, System, TelemetryAnswer, TelemetryClient, TelemetryWindow } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type KeptColumns, keptWindow } from '../../src/capture/kept-window.ts'
import { configurationOf } from '../../testing/lifecycle.ts'
import { type Answer, startTestServer, type TestRequest, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let key: string

beforeAll(async () => {
  server = await startTestServer()
  key = (await server.addKey(server.admin, ['telemetry:write', 'telemetry:read', 'change:read', 'system:read'])).key
})
afterAll(() => server.stop())

let counter = 0
const fresh = (prefix: string): string => `${prefix}-${++counter}`

const measure = (system: string, more: object = {}): object => ({
  kind: 'measure',
  system,
  at: new Date().toISOString(),
  latencyMs: 120,
  inputTokens: 10,
  ...more,
})

const batch = (events: readonly object[], more: object = {}): object => ({
  bootId: randomUUID(),
  sequence: 0,
  sentAt: new Date().toISOString(),
  events,
  ...more,
})

const send = (body: object | Buffer, headers: TestRequest['headers'] = {}): Promise<Answer<TelemetryAnswer>> =>
  server.send({
    method: 'POST',
    path: '/v1/telemetry',
    token: key,
    body,
    headers: Buffer.isBuffer(body) ? { 'content-type': 'application/json', ...headers } : headers,
  })

const read = async <T>(path: string): Promise<T[]> =>
  (await server.expectOk<{ items: T[] }>({ path, token: key })).items
const windowsOf = (system: string) => read<TelemetryWindow>(`/v1/telemetry/windows?system=${system}&limit=200`)
const changesOf = (system: string) => read<Change>(`/v1/changes?system=${system}`)

describe('POST /v1/telemetry', () => {
  test('a finish reason that means a refusal is one, unless the host says whether it was', async () => {
    const system = fresh('refusing')
    await send(
      batch([
        measure(system, { finishReason: 'content_filter' }),
        measure(system, { finishReason: 'ContentFilter' }),
        measure(system, { finishReason: 'content_filter', refused: false }),
        measure(system, { finishReason: 'stop' }),
        measure(system, { finishReason: 'stop', refused: true }),
      ]),
    )
    expect(await windowsOf(system)).toMatchObject([{ calls: 5, refusals: 3 }])
  })

  test('P1.1: measurements become sums, counts and quantiles of their hour', async () => {
    const system = fresh('measured')
    const events = [10, 20, 30].map((latencyMs) =>
      measure(system, { latencyMs, route: 'chat', error: latencyMs === 30 }),
    )
    const { status, body } = await send(
      batch([
        ...events,
        measure(system, {
          route: 'chat',
          score: { name: 'judge', value: 0.5 },
          latencyMs: undefined,
          inputTokens: undefined,
        }),
      ]),
    )
    expect([status, body]).toMatchObject([200, { accepted: 4, rejected: [], duplicate: false }])
    expect(await windowsOf(system)).toMatchObject([
      {
        environment: 'production',
        route: 'chat',
        fingerprint: 'none',
        calls: 3,
        errors: 1,
        latencyMs: { n: 3, sum: 60, sumSquares: 1400 },
        inputTokens: { n: 3, sum: 30 },
        scores: { judge: { n: 1, sum: 0.5 } },
      },
    ])
  })

  test('P2.4: a retry of a batch counts once, however it is packed', async () => {
    const system = fresh('retried')
    const body = batch([measure(system)])
    const bytes = Buffer.from(JSON.stringify(body))
    const answers = [
      await send(body),
      await send(gzipSync(bytes), { 'content-encoding': 'gzip' }),
      await send(zstdCompressSync(bytes), { 'content-encoding': 'zstd' }),
    ]
    expect(answers.map((it) => [it.status, it.body.duplicate])).toEqual([
      [200, false],
      [200, true],
      [200, true],
    ])
    expect((await windowsOf(system))[0]?.calls).toBe(1)
  })

  test('P2.4: sixty batches at once, each sent twice, count once each', async () => {
    const system = fresh('crowd')
    const bodies = Array.from({ length: 60 }, () => batch([measure(system), measure(system)]))
    const answers = await Promise.all([...bodies, ...bodies].map((body) => send(body)))
    expect(answers.filter(({ body }) => body.duplicate).length).toBe(60)
    expect((await windowsOf(system))[0]).toMatchObject({ calls: 120, latencyMs: { n: 120, sum: 14_400 } })
  })

  test('the same number with another content is a conflict', async () => {
    const system = fresh('forked')
    const first = batch([measure(system)]) as { bootId: string }
    await send(first)
    const other = await send({ ...first, events: [measure(system), measure(system)] })
    expect([other.status, (other.body as unknown as { code: string }).code]).toEqual([409, 'idempotency_conflict'])
  })

  test('P2.4: an empty batch is taken under any number, and keeps what came before it and not what comes after', async () => {
    const system = fresh('given-up')
    const first = batch([measure(system)]) as { bootId: string; sequence: number }
    const empty = (sequence: number): object => ({ ...first, sequence, events: [] })
    await send(first)
    const again = await send(empty(first.sequence))
    expect([again.status, again.body.duplicate]).toEqual([200, true])
    const next = first.sequence + 1
    expect((await send(empty(next))).status).toBe(200)
    // The one whose number was given up was told to be lost; if it comes after all, it isn't counted.
    expect((await send({ ...first, sequence: next })).status).toBe(409)
    expect((await windowsOf(system))[0]?.calls).toBe(1)
  })

  test('one event that can’t be taken is rejected by itself', async () => {
    const system = fresh('partly')
    const day = 86_400_000
    const at = (ms: number) => ({ at: new Date(Date.now() + ms).toISOString() })
    const { body } = await send(
      batch([
        measure(system),
        measure(system, at(10 * 60_000)),
        measure(system, at(-8 * day)),
        measure(system, at(-6 * day)),
        { kind: 'change', id: randomUUID(), system, title: 'T', changeTypes: ['prompt'], after: configurationOf('a') },
      ]),
    )
    expect(body.accepted).toBe(3)
    expect(body.rejected.map(({ index }) => index)).toEqual([1, 2])
    expect((await windowsOf(system)).length).toBe(2)
  })

  test('P2.4: observations and changes go where they belong, once for an id, also in another batch', async () => {
    const system = fresh('changing')
    const observation = { kind: 'observation', id: randomUUID(), system, configuration: configurationOf('first') }
    const next = { kind: 'observation', id: randomUUID(), system, configuration: configurationOf('second') }
    const told = { kind: 'change', id: randomUUID(), system, title: 'New data', changeTypes: ['data'] }
    await send(batch([observation, next, told]))
    const again = await send(batch([observation, next, told]))
    expect(again.body).toMatchObject({ accepted: 3, duplicate: false })
    expect((await changesOf(system)).map(({ intent, title }) => [intent, title])).toEqual([
      ['proposed', 'New data'],
      ['observed', expect.stringContaining('second')],
    ])
    const { fingerprint } = (await server.expectOk<System>({ path: `/v1/systems/${system}`, token: key }))
      .environments[0] ?? { fingerprint: '' }
    await send(batch([measure(system)]))
    expect((await windowsOf(system)).map((it) => it.fingerprint)).toEqual([fingerprint])
  })

  test('gaps and drops of a process show', async () => {
    const system = fresh('gappy')
    const bootId = randomUUID()
    for (const sequence of [0, 1, 4]) await send(batch([measure(system)], { bootId, sequence, dropped: 7 }))
    const clients = await read<TelemetryClient>('/v1/telemetry/clients?limit=200')
    expect(clients.find((it) => it.bootId === bootId)).toMatchObject({
      batches: 3,
      lastSequence: 4,
      missing: 2,
      dropped: 21,
      events: 3,
    })
  })

  test('a process that says it dropped more than numbers can tell has dropped as much as they can', async () => {
    const bootId = randomUUID()
    for (const sequence of [0, 1]) {
      const answer = await send(batch([], { bootId, sequence, dropped: Number.MAX_SAFE_INTEGER }))
      expect(answer.status).toBe(200)
    }
    const clients = await read<TelemetryClient>('/v1/telemetry/clients?limit=200')
    expect(clients.find((it) => it.bootId === bootId)?.dropped).toBe(Number.MAX_SAFE_INTEGER)
  })

  test('P5.3: a body that unpacks to more than the limit is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 32))
    const answer = await send(bomb, { 'content-encoding': 'gzip' })
    expect(answer.status).toBe(413)
    expect((await send(Buffer.from('nonsense'), { 'content-encoding': 'gzip' })).status).toBe(400)
    expect((await send(Buffer.from('{}'), { 'content-encoding': 'br' })).status).toBe(415)
  })

  test('P5.3: what is too much at once is refused with 503 and Retry-After, and taken when it comes again', async () => {
    const small = await startTestServer({ captureLimits: { requests: 2 } })
    const token = (await small.addKey(small.admin, ['telemetry:write'])).key
    const bodies = Array.from({ length: 12 }, () => batch([measure('crowded')]))
    const post = (body: object) => small.send({ method: 'POST', path: '/v1/telemetry', token, body })
    const answers = await Promise.all(bodies.map(post))
    const refused = answers.filter(({ status }) => status !== 200)
    expect(refused.length).toBeGreaterThan(0)
    for (const { status, body, headers } of refused) {
      expect([status, body['code'], headers['retry-after']]).toEqual([503, 'overloaded', '2'])
    }
    for (const body of bodies) expect((await post(body)).status).toBe(200)
    const { rows } = await small.owner.query<KeptColumns>('select aggregate, packed from telemetry_window')
    expect(rows.map((row) => keptWindow(row).calls)).toEqual([12])
    await small.stop()
  })

  test('P2.4: a batch that can’t be written fails by itself, not those that share its transaction', async () => {
    const system = fresh('poisoned')
    const poison = randomUUID()
    await server.owner.query(`
      create function poison() returns trigger language plpgsql as $$ begin
        if new.boot_id = '${poison}' then raise 'poisoned'; end if;
        return new;
      end $$;
      create trigger poison before insert on telemetry_client for each row execute function poison()`)
    const bodies = Array.from({ length: 20 }, (_, index) =>
      batch([measure(system)], index === 7 ? { bootId: poison } : {}),
    )
    const answers = await Promise.all(bodies.map((body) => send(body)))
    await server.owner.query('drop trigger poison on telemetry_client')
    expect(answers.map(({ status }) => status)).toEqual(bodies.map((_, index) => (index === 7 ? 500 : 200)))
    expect((await windowsOf(system))[0]?.calls).toBe(19)
    expect((await send(bodies[7] ?? {})).body).toMatchObject({ accepted: 1, duplicate: false })
  })

  test('systems beyond the limit share one that says so', async () => {
    const small = await startTestServer({ captureLimits: { systems: 2, routes: { each: 1, tenant: 10 } } })
    const token = (await small.addKey(small.admin, ['telemetry:write', 'telemetry:read'])).key
    const body = batch(
      ['a', 'b', 'c', 'd'].flatMap((name) => [measure(name, { route: 'x' }), measure(name, { route: 'y' })]),
    )
    await small.expectOk({ method: 'POST', path: '/v1/telemetry', token, body })
    const { items } = await small.expectOk<{ items: System[] }>({ path: '/v1/systems', token: small.admin.token })
    expect(items.map(({ name }) => name).toSorted()).toEqual(['a', 'b', 'telemetry-overflow'])
    const windows = await small.expectOk<{ items: TelemetryWindow[] }>({
      path: '/v1/telemetry/windows?system=a',
      token,
    })
    expect(windows.items.map(({ route, distinct }) => [route, distinct])).toEqual([
      ['x', 0],
      ['overflow', 1],
    ])
    await small.stop()
  })
})
