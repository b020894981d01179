import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { describeRoutes } from '../../src/instance/api-description.ts'
import { startMetricsServer } from '../../src/platform/metrics/index.ts'
import { createLog } from '../../src/platform/log.ts'
import { startOtlpTraces } from '../../src/platform/otlp-traces.ts'
import { recordedChange } from '../../testing/lifecycle.ts'
import { composeBeside, type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let member: Person

beforeAll(async () => {
  server = await startTestServer()
  member = await server.addPerson(server.admin.tenant, 'member')
})
afterAll(() => server.stop())

const linesOf = (requestId: unknown): Record<string, unknown>[] =>
  server
    .log()
    .split('\n')
    .filter((line) => line.includes(String(requestId)))
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('the access log', () => {
  test('has one line for a request: pattern, status, ids, and nothing that the client wrote', async () => {
    const canary = 'canary-in-an-address'
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
    const answer = await server.send({
      path: `/v1/systems/${canary}?${canary}=1`,
      token: member.token,
      headers: { 'user-agent': canary, 'x-request-id': canary, traceparent: `00-${trace}-00f067aa0ba902b7-01` },
    })
    expect(linesOf(answer.headers['x-request-id'])).toEqual([
      {
        level: 30,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as number,
        msg: 'request',
        method: 'GET',
        route: '/v1/systems/:name',
        status: 404,
        durationMs: expect.any(Number) as number,
        requestId: answer.headers['x-request-id'],
        reqId: answer.headers['x-request-id'],
        tenantId: server.admin.tenant.id,
        principalId: member.accountId,
        traceId: trace,
      },
    ])
    expect(server.log()).not.toContain(canary)
  })

  test('names no principal where there is none, and no address where no route answers', async () => {
    const answer = await server.send({ path: '/canary-of-an-unknown-route', headers: { traceparent: 'canary' } })
    const [line] = linesOf(answer.headers['x-request-id'])
    expect(line).toMatchObject({ route: 'none', status: 404 })
    expect(Object.keys(line ?? {})).not.toContain('tenantId')
    expect(server.log()).not.toContain('canary-of-an-unknown-route')
  })
})

test('P4.4: who isn’t let in is told at level warn with their address, a hundred a minute, and how many are left out', async () => {
  const lines: { msg: string; level: number; address?: string; status: number; leftOut?: number }[] = []
  const write = (line: string): number => lines.push(JSON.parse(line) as (typeof lines)[number])
  const log = createLog('warn', { write })
  const beside = await composeBeside(server, { log })
  const ask = (authorization: string) =>
    beside.http.inject({ url: '/v1/me', remoteAddress: '203.0.113.9', headers: { authorization } })
  vi.useFakeTimers({ toFake: ['performance'] })
  for (let n = 0; n < 130; n += 1) await ask('Bearer nonsense')
  vi.advanceTimersByTime(60_000)
  await ask(`Bearer ${member.token}`)
  await ask('Bearer nonsense')
  vi.useRealTimers()
  await beside.close()
  expect(lines).toHaveLength(101)
  expect(lines[0]).toMatchObject({ msg: 'request refused', level: 40, status: 401, address: '203.0.113.9' })
  expect(lines[99]).not.toHaveProperty('leftOut')
  expect(lines[100]).toMatchObject({ status: 401, leftOut: 30 })
})

describe('metrics', () => {
  async function scrape(): Promise<string> {
    const metrics = await startMetricsServer(server.metrics, { host: '127.0.0.1', port: 0 })
    onTestFinished(metrics.stop)
    const response = await fetch(`http://127.0.0.1:${metrics.port}/metrics`)
    expect(response.status).toBe(200)
    return response.text()
  }

  test('are those of the reference, and no other', async () => {
    const reference = readFileSync(new URL('../../../../docs/reference/metrics.md', import.meta.url), 'utf8')
    const documented = [...reference.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, name, type]) => `${name} ${type}`)
    const shown = [...(await scrape()).matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => `${name} ${type}`)
    expect(shown.toSorted()).toEqual(documented.toSorted())
  })

  test('have no more series after a flood of ids, names and unknown addresses than before', async () => {
    const visit = async (): Promise<void> => {
      for (const { method, path } of describeRoutes(server.http)) {
        if (method !== 'GET') continue
        const filled = path.replaceAll(/:\w+|\*/g, crypto.randomUUID())
        await server.send({ path: `${filled}?${crypto.randomUUID()}=1`, token: member.token })
      }
      for (let times = 0; times < 50; times += 1) await server.send({ path: `/${crypto.randomUUID()}` })
    }
    await visit()
    const series = async (): Promise<number> =>
      (await scrape()).split('\n').filter((line) => line !== '' && !line.startsWith('#')).length
    const before = await series()
    await visit()
    await visit()
    expect(await series()).toBe(before)
    const text = await scrape()
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/)
    for (const secret of [server.admin.tenant.id, 'acme', member.accountId]) expect(text).not.toContain(secret)
  })

  test('tell what the database holds, and count when it doesn’t answer', async () => {
    const text = await scrape()
    expect(text).toMatch(/^afterai_ledger_outbox_entries \d+$/m)
    expect(text).toMatch(/^afterai_audit_streams\{state="sending"\} 0$/m)
    expect(text).toMatch(/^afterai_ledger_batch_entries_count [1-9]\d*$/m)
    expect(text).toMatch(/^afterai_http_request_duration_seconds_count\{method="GET",route="none",status="4xx"\} \d+$/m)
    await server.owner.query('alter table audit_stream rename to elsewhere')
    const without = await scrape()
    await server.owner.query('alter table elsewhere rename to audit_stream')
    expect(without).toMatch(/^afterai_metrics_database_failures_total 1$/m)
    expect(without).not.toMatch(/^afterai_audit_streams\{/m)
  })

  test('are answered on /metrics alone, and the API doesn’t have them', async () => {
    const metrics = await startMetricsServer(server.metrics, { host: '127.0.0.1', port: 0 })
    onTestFinished(metrics.stop)
    for (const path of ['', '/', '/metrics?x', '/v1/me'])
      expect((await fetch(`http://127.0.0.1:${metrics.port}${path}`)).status).toBe(404)
    expect((await server.send({ path: '/metrics', token: server.admin.token })).status).toBe(404)
  })
})

interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: { readonly key: string }[]
}

/** A collector that keeps what it is sent, or answers as it is told. */
async function startCollector(answer?: (response: ServerResponse) => void) {
  const bodies: string[] = []
  const collector = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      bodies.push(body)
      if (answer === undefined) response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
      else answer(response)
    })
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    collector.close()
    collector.closeAllConnections()
  })
  const spans = (): Span[] =>
    bodies.flatMap((body) => {
      const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }
      return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((it) => it.spans))
    })
  return { url: `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`, bodies, spans }
}

describe('traces', () => {
  test('P1.2: show requests, transactions, sealing and batches of the log, each in its place, without content or ids of people', async () => {
    const collector = await startCollector()
    const traces = startOtlpTraces(collector.url)
    const author = await server.addPerson(server.admin.tenant, 'member')
    await recordedChange(server, { author, approver: server.admin }, 'canary-system')
    const caller = '4bf92f3577b34da6a3ce929d0e0e4736'
    const headers = { traceparent: `00-${caller}-00f067aa0ba902b7-01` }
    await server.expectOk({ path: '/v1/me', token: author.token, headers })
    await traces.stop()
    const spans = collector.spans()
    const approval = spans.find(({ name }) => name === 'POST /v1/decisions/:id/approvals')
    const seal = spans.find(({ name }) => name === 'seal record')
    const around = spans.find(({ spanId }) => spanId === seal?.parentSpanId)
    expect(around).toMatchObject({ name: 'database transaction', parentSpanId: approval?.spanId })
    expect(spans.map(({ name }) => name)).toContain('ledger batch')
    const named = spans.find(({ traceId, name }) => traceId === caller && name.startsWith('GET'))
    expect(named).toMatchObject({ name: 'GET /v1/me', parentSpanId: '00f067aa0ba902b7' })
    const keys = new Set(spans.flatMap(({ attributes }) => attributes.map(({ key }) => key)))
    expect([...keys].toSorted()).toEqual([
      'afterai.entries',
      'http.request.method',
      'http.response.status_code',
      'http.route',
    ])
    const sent = collector.bodies.join('')
    for (const secret of ['canary-system', author.accountId, author.email, server.admin.tenant.id, author.token])
      expect(sent).not.toContain(secret)
  })

  test.each([
    ['refuses connections', async () => 'http://127.0.0.1:9/v1/traces'],
    ['never answers', async () => (await startCollector(() => undefined)).url],
    ['answers 500', async () => (await startCollector((response) => response.writeHead(500).end('no'))).url],
  ])('go nowhere when the collector %s: requests are answered, nothing is logged', async (_what, url) => {
    const written = vi.spyOn(process.stderr, 'write')
    const said = vi.spyOn(console, 'error')
    const traces = startOtlpTraces(await url())
    const before = server.log().length
    for (let times = 0; times < 200; times += 1)
      expect((await server.send({ path: '/v1/me', token: member.token })).status).toBe(200)
    await sleep(100)
    await traces.stop()
    const logged = server.log().slice(before)
    expect(logged.split('\n').filter((line) => line !== '' && !line.includes('"msg":"request"'))).toEqual([])
    expect([written.mock.calls, said.mock.calls]).toEqual([[], []])
    vi.restoreAllMocks()
  })
})
