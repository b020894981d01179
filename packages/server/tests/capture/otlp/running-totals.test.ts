import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { composeBeside } from '../../../testing/test-server.ts'
import { tokensOf } from '../../../testing/otlp/otlp-bodies.ts'
import { bytesOf, type OtlpClient, otlpTypes, startOtlpClient } from '../../../testing/otlp/otlp-client.ts'

let client: OtlpClient

beforeAll(async () => {
  client = await startOtlpClient()
})
afterAll(() => client.server.stop())

let counter = 0
const fresh = (prefix: string): string => `${prefix}-${++counter}`

describe.each(['protobuf', 'json'] as const)('P1.1: running totals of metrics in %s', (as) => {
  const startMs = Date.now() - 60_000
  const tell = (system: string, n: number, more: Partial<Parameters<typeof tokensOf>[1]> = {}) =>
    client.send(
      'metrics',
      as,
      tokensOf(system, { n, sum: n * 10.5, delta: false, startMs, atMs: startMs + n * 100, ...more }),
    )
  // Over all windows: an hour may end while the test runs.
  const tokens = async (system: string) =>
    (await client.windowsOf(system)).reduce(
      ({ n, sum }, { inputTokens }) => ({ n: n + (inputTokens?.n ?? 0), sum: sum + (inputTokens?.sum ?? 0) }),
      { n: 0, sum: 0 },
    )

  test('count by what is new of them; retries, late and repeated ones count nothing', async () => {
    const system = fresh('running')
    for (const n of [3, 5, 5, 4, 9, 5]) expect((await tell(system, n)).body).toEqual({})
    expect(await tokens(system)).toMatchObject({ n: 9, sum: 94.5 })
  })

  test('of two processes, two scopes, or a process that began anew, are told apart', async () => {
    const system = fresh('running')
    await tell(system, 3)
    await tell(system, 4, { startMs: startMs + 1 })
    await tell(system, 5, { scope: 'another' })
    await tell(system, 6, { model: 'another' })
    // Fewer than it had told: it began anew and doesn't say so.
    await tell(system, 2, { atMs: startMs + 50_000 })
    expect(await tokens(system)).toMatchObject({ n: 3 + 4 + 5 + 6 + 2 })
  })

  test('of a stream older than an hour, or that doesn’t say, count from here on', async () => {
    const system = fresh('running')
    for (const since of [0, Date.now() - 2 * 3_600_000]) {
      await tell(system, 100, { startMs: since, atMs: Date.now() - 10_000 })
      await tell(system, 103, { startMs: since, atMs: Date.now() - 5_000 })
    }
    expect(await tokens(system)).toMatchObject({ n: 6, sum: 63 })
  })

  test('that come to two processes at once add up to the same', async () => {
    const system = fresh('running')
    const beside = await composeBeside(client.server)
    const body = (n: number): object => tokensOf(system, { n, sum: n, delta: false, startMs, atMs: startMs + n * 100 })
    for (let n = 1; n <= 20; n += 1) {
      const payload = bytesOf('metrics', as, body(n))
      const headers = { authorization: `Bearer ${client.key}`, 'content-type': otlpTypes[as] }
      const url = '/v1/metrics'
      await Promise.all(
        [client.server, beside].map(({ http }) => http.inject({ method: 'POST', url, headers, payload })),
      )
    }
    await beside.close()
    expect(await tokens(system)).toMatchObject({ n: 20, sum: 20 })
  })
})

test('P5.3: streams of running totals have a limit; points of more are refused, and the answer says what to do', async () => {
  const narrow = await composeBeside(client.server, { captureLimits: { series: 0 } })
  const system = fresh('running')
  const answer = await narrow.http.inject({
    method: 'POST',
    url: '/v1/metrics',
    headers: { authorization: `Bearer ${client.key}`, 'content-type': 'application/json' },
    payload: JSON.stringify(tokensOf(system, { n: 3, sum: 3, delta: false })),
  })
  await narrow.close()
  expect(answer.json()).toMatchObject({ partialSuccess: { rejectedDataPoints: '1' } })
  expect(answer.body).toContain('TEMPORALITY_PREFERENCE=delta')
})
