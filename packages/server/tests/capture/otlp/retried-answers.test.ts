import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TelemetryAnswer } from '@afterai/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { composeBeside } from '../../../testing/test-server.ts'
import { bytesOf, type OtlpClient, startOtlpClient, toldIn } from '../../../testing/otlp/otlp-client.ts'
import { spanOf, tokensOf, tracesOf } from '../../../testing/otlp/otlp-bodies.ts'

let client: OtlpClient

beforeAll(async () => {
  client = await startOtlpClient()
})
afterAll(() => client.server.stop())

const toleranceMs = 5 * 60_000

test.each(['protobuf', 'json'] as const)(
  'P2.4: a retry is told what was rejected when the batch came first, though it would be in time by now, in %s',
  async (as) => {
    const system = `early-${as}`
    const early = spanOf({}, {}, Date.now() + toleranceMs + 800)
    const bytes = bytesOf('traces', as, tracesOf(system, [early, spanOf({})]))
    const answers = await Promise.all([1, 2, 3].map(() => client.send('traces', as, bytes)))
    await sleep(1_500)
    answers.push(await client.send('traces', as, bytes))
    for (const answer of answers) {
      expect(toldIn(answer, 'traces', as)).toEqual({
        partialSuccess: {
          rejectedSpans: as === 'protobuf' ? 1 : '1',
          errorMessage: '1 lie more than 5 minutes in the future: check the clock',
        },
      })
    }
    expect((await client.windowsOf(system)).map(({ calls }) => calls)).toEqual([1])
  },
)

test('P2.4: nor do streams beyond the limit become taken by a retry', async () => {
  const narrow = await composeBeside(client.server, { captureLimits: { series: 0 } })
  const payload = JSON.stringify(tokensOf('narrow', { n: 3, sum: 3, delta: false }))
  const headers = { authorization: `Bearer ${client.key}`, 'content-type': 'application/json' }
  const send = () => narrow.http.inject({ method: 'POST', url: '/v1/metrics', headers, payload })
  const first = await send()
  const second = await send()
  await narrow.close()
  expect(first.json()).toMatchObject({ partialSuccess: { rejectedDataPoints: '1' } })
  expect(second.body).toBe(first.body)
})

test('P2.4: the SDK’s door tells a retry which events were rejected', async () => {
  const at = (ms: number): string => new Date(ms).toISOString()
  const measure = { kind: 'measure', system: 'early-rest', latencyMs: 5 }
  const body = {
    bootId: randomUUID(),
    sequence: 0,
    sentAt: at(Date.now()),
    events: [
      { ...measure, at: at(Date.now()) },
      { ...measure, at: at(Date.now() + toleranceMs + 800) },
      {
        kind: 'observation',
        id: randomUUID(),
        system: 'early-rest',
        observedAt: at(Date.now() + toleranceMs + 800),
        origin: 'sdk',
        configuration: { model: { name: 'm' } },
      },
    ],
  }
  const send = () =>
    client.server.expectOk<TelemetryAnswer>({ method: 'POST', path: '/v1/telemetry', token: client.key, body })
  const first = await send()
  expect(first).toMatchObject({ accepted: 1, duplicate: false, rejected: [{ index: 1 }, { index: 2 }] })
  await sleep(1_500)
  const second = await send()
  expect(second).toMatchObject({ accepted: 1, duplicate: true, rejected: [{ index: 1 }, { index: 2 }] })
  // Given up after all, by a client that doesn't know that it came through.
  const given = { ...body, events: [] }
  const path = '/v1/telemetry'
  const last = await client.server.expectOk<TelemetryAnswer>({ method: 'POST', path, token: client.key, body: given })
  expect(last).toMatchObject({ accepted: 0, duplicate: true, rejected: [] })
})
