import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { Change, DroppedTelemetry, ServedModel, TelemetryWindow } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Signal } from '../../../src/capture/otlp/read-otlp.ts'
import { configurationOf } from '../../../testing/lifecycle.ts'
import { type Answer, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { decodeAnswer, encodeOtlp, scoreOf, spanOf, tokensOf, tracesOf } from '../../../testing/otlp/otlp-bodies.ts'

let server: TestServer
let key: string

beforeAll(async () => {
  server = await startTestServer()
  key = (await server.addKey(server.admin, ['telemetry:write', 'telemetry:read', 'change:read'])).key
})
afterAll(() => server.stop())

let counter = 0
const fresh = (prefix: string): string => `${prefix}-${++counter}`

interface Sent {
  readonly signal?: Signal
  readonly as?: 'protobuf' | 'json'
  readonly pack?: 'gzip' | 'zstd'
  readonly headers?: Readonly<Record<string, string>>
  readonly bytes?: Buffer
}

const packings = { gzip: gzipSync, zstd: zstdCompressSync }

function send(
  body: object,
  { signal = 'traces', as = 'protobuf', pack, headers = {}, bytes }: Sent = {},
): Promise<Answer> {
  const plain = bytes ?? (as === 'protobuf' ? encodeOtlp(signal, body) : Buffer.from(JSON.stringify(body)))
  return server.send({
    method: 'POST',
    path: `/v1/${signal}`,
    token: key,
    body: pack === undefined ? plain : packings[pack](plain),
    headers: {
      'content-type': as === 'protobuf' ? 'application/x-protobuf' : 'application/json',
      ...(pack === undefined ? {} : { 'content-encoding': pack }),
      ...headers,
    },
  })
}

const read = async <T>(path: string): Promise<T[]> =>
  (await server.expectOk<{ items: T[] }>({ path, token: key })).items
const windowsOf = (system: string) => read<TelemetryWindow>(`/v1/telemetry/windows?system=${system}`)
const changesOf = (system: string) => read<Change>(`/v1/changes?system=${system}`)
const modelsOf = (system: string) => read<ServedModel>(`/v1/telemetry/served-models?system=${system}`)

describe('OTLP over HTTP', () => {
  test.each([
    ['protobuf', undefined],
    ['protobuf', 'gzip'],
    ['protobuf', 'zstd'],
    ['json', undefined],
    ['json', 'gzip'],
  ] as const)('P1.1: spans of calls in %s, packed by %s, become the numbers of their hour', async (as, pack) => {
    const system = fresh('spans')
    const body = tracesOf(system, [
      spanOf({ 'http.route': '/chats/{id}' }),
      spanOf({ 'http.route': '/chats/{id}' }, { status: { code: 2 } }),
      spanOf({ 'gen_ai.operation.name': 'invoke_agent' }),
    ])
    const answer = await send(body, { as, ...(pack === undefined ? {} : { pack }) })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toContain(as === 'protobuf' ? 'application/x-protobuf' : 'application/json')
    expect(as === 'protobuf' ? decodeAnswer('traces', answer.bytes) : answer.body).toEqual({})
    expect(await windowsOf(system)).toMatchObject([
      {
        route: 'chats/:id',
        calls: 2,
        errors: 1,
        // The encoder of this test writes times as doubles, which are 256 ns apart.
        latencyMs: { n: 2, sum: expect.closeTo(500, 2) },
        inputTokens: { n: 2, sum: 114 },
        outputTokens: { n: 2, sum: 34 },
        costUsd: { n: 2, sum: expect.closeTo(2 * (57 * 0.15e-6 + 17 * 0.6e-6), 12) },
        finishReasons: { stop: 2 },
        unpriced: 0,
        priceVersion: expect.stringMatching(/^genai-prices \d/),
      },
    ])
  })

  test.each(['protobuf', 'json'] as const)(
    'P1.1: of an embedding or a rerank and the span of the same name around it, in %s, the inner one counts',
    async (as) => {
      const system = fresh('enclosed')
      const id = (byte: number): Buffer | string =>
        as === 'protobuf' ? Buffer.alloc(8, byte) : Buffer.alloc(8, byte).toString('hex')
      const traceId = as === 'protobuf' ? Buffer.alloc(16, 1) : Buffer.alloc(16, 1).toString('hex')
      const pair = (operation: string, byte: number): object[] => [
        spanOf({ 'gen_ai.operation.name': operation }, { traceId, spanId: id(byte), parentSpanId: id(byte + 1) }),
        spanOf({ 'gen_ai.operation.name': operation }, { traceId, spanId: id(byte + 1), parentSpanId: id(99) }),
      ]
      // As version 7 of Vercel's AI SDK tells them, and many in one go.
      const many = spanOf({ 'gen_ai.operation.name': 'embeddings' }, { traceId, spanId: id(7), parentSpanId: id(2) })
      const requests = [many, ...pair('embeddings', 1), ...pair('rerank', 3)]
      // As version 6 does.
      const named = ['ai.rerank.doRerank', 'ai.rerank', 'ai.embedMany.doEmbed', 'ai.embedMany'].map((it) =>
        spanOf({ 'gen_ai.operation.name': { any: {} }, 'ai.operationId': it }),
      )
      // A request inside of one of another kind, and one whose parent is elsewhere.
      const others = [
        spanOf({ 'gen_ai.operation.name': 'embeddings' }, { traceId, spanId: id(20), parentSpanId: id(21) }),
        spanOf({}, { traceId, spanId: id(21) }),
        spanOf({ 'gen_ai.operation.name': 'embeddings' }, { traceId, spanId: id(30), parentSpanId: id(31) }),
        spanOf({ 'gen_ai.operation.name': 'embeddings' }),
      ]
      await send(tracesOf(system, [...requests, ...named, ...others]), { as })
      // Of another trace.
      const elsewhere = { traceId: as === 'protobuf' ? Buffer.alloc(16, 2) : Buffer.alloc(16, 2).toString('hex') }
      const apart = spanOf({ 'gen_ai.operation.name': 'embeddings' }, { ...elsewhere, spanId: id(31) })
      await send(tracesOf(system, [apart]), { as })
      expect((await windowsOf(system))[0]?.calls).toBe(3 + 2 + 4 + 1)
    },
  )

  test('P2.4: a retry is known by its bytes, however packed, or by its Idempotency-Key', async () => {
    const system = fresh('retried')
    const body = tracesOf(system, [spanOf({})])
    const bytes = encodeOtlp('traces', body)
    await Promise.all([send(body, { bytes }), send(body, { bytes }), send(body, { bytes, pack: 'gzip' })])
    const headers = { 'idempotency-key': fresh('key') }
    await send(tracesOf(system, [spanOf({})]), { headers })
    expect((await windowsOf(system))[0]?.calls).toBe(2)
    expect((await send(tracesOf(system, [spanOf({}), spanOf({})]), { headers })).status).toBe(409)
  })

  test.each(['protobuf', 'json'] as const)('spans of the future and of long ago are told in %s', async (as) => {
    const system = fresh('clocks')
    const spans = [spanOf({}), spanOf({}, {}, Date.now() + 600_000), spanOf({}, {}, Date.now() - 8 * 86_400_000)]
    const answer = await send(tracesOf(system, spans), { as })
    const told = as === 'protobuf' ? decodeAnswer('traces', answer.bytes) : answer.body
    expect(answer.status).toBe(200)
    expect(told).toEqual({
      partialSuccess: {
        rejectedSpans: as === 'protobuf' ? 2 : '2',
        errorMessage: '1 lie more than 5 minutes in the future: check the clock; 1 are older than 7 days',
      },
    })
    expect((await windowsOf(system))[0]?.calls).toBe(1)
  })

  test('P1.1: scores of evaluations arrive as logs; every other record is left unread', async () => {
    const system = fresh('scored')
    const other = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'hello' } }] }] }] }
    for (const as of ['protobuf', 'json'] as const) {
      expect((await send(scoreOf(system, 0.75), { signal: 'logs', as })).status).toBe(200)
      expect((await send(other, { signal: 'logs', as })).status).toBe(200)
    }
    expect(await windowsOf(system)).toMatchObject([{ calls: 0, scores: { relevance: { n: 2, sum: 1.5 } } }])
  })

  test('P1.1: deltas of histograms are summed beside the calls', async () => {
    const system = fresh('metered')
    for (const as of ['protobuf', 'json'] as const) {
      await send(tokensOf(system, { n: 3, sum: 300.5, delta: true }), { signal: 'metrics', as })
    }
    expect(await windowsOf(system)).toMatchObject([{ source: 'metrics', calls: 0, inputTokens: { n: 6, sum: 601 } }])
  })

  test.each([
    ['/home/ada/.nvm/versions/node/v24.21.0/bin/node', 'node'],
    ['C:\\Users\\Ada Lovelace\\node.exe', 'node.exe'],
    ['java', 'java'],
  ])('P1.2: a service without a name is known by its program; the path of %s stays out', async (path, program) => {
    await send(tracesOf(`unknown_service:${path}`, [spanOf({})]))
    expect((await windowsOf(`unknown_service:${program}`))[0]?.calls).toBe(1)
    const { rows } = await server.owner.query(`select from system where name ~ '[/\\\\]|Ada'`)
    expect(rows).toEqual([])
  })

  test.each([
    ['no credential', { authorization: '' }, 401, 16],
    ['a body that is none', {}, 400, 3],
  ])('%s is refused with a google.rpc.Status in the encoding of the request', async (_what, headers, status, code) => {
    const broken = Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f])
    const json = await send({}, { as: 'json', bytes: Buffer.from('{"resourceSpans":7}'), headers })
    expect([json.status, json.body]).toMatchObject([status, { code, message: expect.any(String) }])
    const protobuf = await send({}, { bytes: broken, headers })
    expect([protobuf.status, protobuf.headers['content-type'], protobuf.bytes[0], protobuf.bytes[1]]).toEqual([
      status,
      'application/x-protobuf',
      8,
      code,
    ])
  })
})

describe('what telemetry shows of configurations', () => {
  const served = (system: string, model: string, more: Record<string, string> = {}) =>
    send(tracesOf(system, [spanOf({ 'gen_ai.response.model': model, ...more })]))

  test('a model that is served anew opens exactly one ACE; one that comes back opens none', async () => {
    const system = fresh('served')
    for (const model of ['m-1', 'm-1', 'm-2', 'm-1', 'm-2', 'm-1']) await served(system, model)
    expect(await changesOf(system)).toMatchObject([
      {
        changeTypes: ['model', 'vendor_blackbox'],
        intent: 'observed',
        source: { origin: 'otel' },
        before: { model: { name: 'gpt-4o-mini', servedName: 'm-1' } },
        after: { model: { servedName: 'm-2' } },
        observations: 1,
      },
    ])
    expect(await modelsOf(system)).toMatchObject([
      {
        requestedModel: 'gpt-4o-mini',
        identities: [
          { servedModel: 'm-1', baseline: true },
          { servedModel: 'm-2', baseline: false },
        ],
      },
    ])
  })

  test('a fingerprint that changes by itself is the vendor’s doing; one that is missing says nothing', async () => {
    const system = fresh('fingerprint')
    const fingerprint = (it: string) => ({ 'openai.response.system_fingerprint': it })
    await served(system, 'm-1')
    await served(system, 'm-1', fingerprint('fp_a'))
    await served(system, 'm-1')
    expect(await changesOf(system)).toEqual([])
    await served(system, 'm-1', fingerprint('fp_b'))
    await served(system, 'm-1')
    expect(await changesOf(system)).toMatchObject([{ changeTypes: ['vendor_blackbox'] }])
    expect(await modelsOf(system)).toMatchObject([{ verdict: 'breached' }])
  })

  test('one name for both models tells what was served where the app says what it asked for and the request did not fail', async () => {
    const system = fresh('one-name')
    const none = { any: {} }
    const call = (name: string, more: Record<string, string> = {}) =>
      send(
        tracesOf(system, [
          spanOf({
            'gen_ai.request.model': none,
            'gen_ai.response.model': none,
            'langfuse.observation.model.name': name,
            'langfuse.observation.metadata.requestedModel': 'gpt-4o',
            ...more,
          }),
        ]),
      )
    for (const name of ['gpt-4o', 'm-1', 'gpt-4o']) await call(name)
    await call('m-0', { 'langfuse.observation.level': 'ERROR' })
    expect(await changesOf(system)).toEqual([])
    await call('m-2')
    expect(await changesOf(system)).toMatchObject([
      { changeTypes: ['model', 'vendor_blackbox'], before: { model: { name: 'gpt-4o', servedName: 'm-1' } } },
    ])
    expect((await modelsOf(system)).map(({ requestedModel }) => requestedModel)).toEqual(['gpt-4o'])
  })

  test('a provider that names nothing leaves it undetermined', async () => {
    const system = fresh('silent')
    const spans = [spanOf({ 'gen_ai.response.model': { any: {} } })]
    await send(tracesOf(system, spans))
    expect(await modelsOf(system)).toMatchObject([{ verdict: 'undetermined', identities: [] }])
    expect((await windowsOf(system))[0]?.unidentified).toBe(1)
    expect(await changesOf(system)).toEqual([])
  })

  test('several models of a system, and several systems, don’t look like changes', async () => {
    const [one, two] = [fresh('many'), fresh('many')]
    for (let round = 0; round < 3; round++) {
      for (const system of [one, two]) {
        const spans = ['large', 'small', 'embed'].map((name) =>
          spanOf({ 'gen_ai.request.model': name, 'gen_ai.response.model': `${name}-${system}` }),
        )
        await send(tracesOf(system, spans))
      }
    }
    expect([...(await changesOf(one)), ...(await changesOf(two))]).toEqual([])
  })

  test('P2.4: a new identity that many tell of at once opens one ACE', async () => {
    const system = fresh('at-once')
    await served(system, 'm-1')
    await Promise.all(Array.from({ length: 20 }, () => served(system, 'm-2')))
    expect((await changesOf(system)).length).toBe(1)
  })

  test('a setting that is new to a learned route opens one ACE; a known one none; one of another route none', async () => {
    const system = fresh('learned')
    const call = (route: string, temperature: number) =>
      send(tracesOf(system, [spanOf({ 'afterai.route': route, 'gen_ai.request.temperature': temperature + 0.05 })]))
    await call('chat', 0.1)
    await call('chat', 0.2)
    await server.owner.query('update route_profile set learning_until = now()')
    await call('chat', 0.1)
    await call('search', 0.9)
    expect(await changesOf(system)).toEqual([])
    await call('chat', 0.7)
    await call('chat', 0.7)
    await call('chat', 0.2)
    expect(await changesOf(system)).toMatchObject([
      { changeTypes: ['inference'], delta: [{ path: '/inference/temperature', after: 0.75 }] },
    ])
  })

  test('a setting that varies by request opens no ACE', async () => {
    const system = fresh('varying')
    const spans = Array.from({ length: 60 }, (_, index) =>
      spanOf({ 'gen_ai.request.max_tokens': 100 + index, 'gen_ai.system_instructions': `You are ${index}.` }),
    )
    await send(tracesOf(system, spans.slice(0, 40)))
    await server.owner.query('update route_profile set learning_until = now()')
    await send(tracesOf(system, spans))
    expect(await changesOf(system)).toEqual([])
  })

  test('an environment that an SDK observes opens none for what is derived', async () => {
    const system = fresh('observed')
    await server.expectOk({ method: 'POST', path: '/v1/systems', token: server.admin.token, body: { name: system } })
    const observations = [{ system, configuration: configurationOf('told') }]
    const told = await server.expectOk<{ results: { fingerprint: string }[] }>({
      method: 'POST',
      path: '/v1/observations',
      token: server.admin.token,
      body: { observations },
    })
    const call = (temperature: number) =>
      send(tracesOf(system, [spanOf({ 'gen_ai.request.temperature': temperature })]))
    await call(0.1)
    await server.owner.query('update route_profile set learning_until = now()')
    await call(0.7)
    expect(await changesOf(system)).toEqual([])
    expect((await windowsOf(system)).map((it) => it.fingerprint)).toEqual([told.results[0]?.fingerprint])
  })

  test('P1.3: the same prompt of two tenants has two digests, and neither is a bare hash', async () => {
    const prompt = 'You are a helpful assistant.'
    const rival = await server.addPerson(await server.addTenant('digest-rival'), 'admin')
    const body = tracesOf('prompted', [spanOf({ 'gen_ai.system_instructions': prompt })])
    const other = (await server.addKey(rival, ['telemetry:write'])).key
    await send(body)
    await server.expectOk({
      method: 'POST',
      path: '/v1/traces',
      token: other,
      body: encodeOtlp('traces', body),
      headers: { 'content-type': 'application/x-protobuf' },
    })
    const { rows } = await server.owner.query<{ value: string }>(
      `select f.value from route_facet f join route_profile p on p.id = f.profile_id join system s on s.id = p.system_id
       where f.facet = 'prompts' and s.name = 'prompted'`,
    )
    expect(new Set(rows.map(({ value }) => value)).size).toBe(2)
    for (const { value } of rows) expect(value).toMatch(/^hmac-sha256:[0-9a-f]{16}:[0-9a-f]{64}$/)
  })
})

test('P1.2: what was dropped is counted by door and name', async () => {
  const system = fresh('dropping')
  const span = spanOf(
    {
      'gen_ai.input.messages': 'secret',
      'gen_ai.unheard.of': 'secret',
      'llm.input_messages.0.message.content': 'x',
      'totally-new': 'x',
    },
    { status: { message: 'secret' }, events: [{ name: 'x' }], traceState: 'a=b' },
  )
  await send(tracesOf(system, [span]))
  const { items } = await server.expectOk<{ items: DroppedTelemetry[] }>({ path: '/v1/telemetry/dropped', token: key })
  const names = items.filter(({ door }) => door === 'traces').map(({ name }) => name)
  for (const name of [
    'gen_ai.input.messages',
    'gen_ai.*',
    'llm.input_messages.*',
    'other',
    'span.status.message',
    'span.events',
    'span.trace_state',
  ]) {
    expect(names).toContain(name)
  }
})
