import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Signal } from '../../../src/capture/otlp/read-otlp.ts'
import {
  type AttributeValue,
  attributesOf,
  encodeOtlp,
  requestEventOf,
  scoreOf,
  spanOf,
  tracesOf,
} from '../../../testing/otlp/otlp-bodies.ts'
import { requestEvent } from '../../../src/capture/otlp/request-event.ts'
import { bytesOf, type OtlpClient, otlpTypes, startOtlpClient } from '../../../testing/otlp/otlp-client.ts'
import { oneCall, oneHistogram, outcomeOf, rewritten } from '../../../testing/otlp/outcomes.ts'

let client: OtlpClient
beforeAll(async () => {
  client = await startOtlpClient()
})
afterAll(() => client.server.stop())

let counter = 0
const fresh = (): string => `kept-${++counter}`

/** An id of so many bytes, as the encoder of each form takes it. */
const idOf = (bytes: number, id: number, as: 'json' | 'protobuf'): string =>
  Buffer.alloc(bytes, id).toString(as === 'json' ? 'hex' : 'base64')

const seconds = Math.floor(Date.now() / 1000)

describe('P6.6: what isn’t kept is told, in either encoding, and never {}', () => {
  const none: AttributeValue = { any: {} }
  const span =
    (more: Readonly<Record<string, AttributeValue>>, frame: object = {}) =>
    (it: string) =>
      tracesOf(it, [spanOf(more, frame)])
  const inResource = (more: Readonly<Record<string, AttributeValue>>) => (it: string) => ({
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': it, ...more }) },
        scopeSpans: [{ spans: [spanOf({})] }],
      },
    ],
  })
  const point =
    (change: (point: Record<string, unknown>, histogram: Record<string, unknown>) => void, name?: string) =>
    (it: string) => {
      const body = oneHistogram(it) as {
        resourceMetrics: { scopeMetrics: { metrics: { name: string; histogram: Record<string, unknown> }[] }[] }[]
      }
      const [metric] = body.resourceMetrics[0]?.scopeMetrics[0]?.metrics ?? []
      if (metric === undefined) throw new Error('there is a metric')
      change((metric.histogram['dataPoints'] as Record<string, unknown>[])[0] ?? {}, metric.histogram)
      metric.name = name ?? metric.name
      return body
    }
  const unnamed = { 'gen_ai.operation.name': none, 'gen_ai.request.model': none }
  const long = 'é'.repeat(200)

  const refused: readonly (readonly [string, Signal, (system: string) => object, string])[] = [
    [
      'an environment of many words',
      'traces',
      inResource({ 'deployment.environment.name': 'a b c d e f' }),
      'deployment.environment.name',
    ],
    [
      'an environment that is empty',
      'traces',
      inResource({ 'deployment.environment.name': '' }),
      'deployment.environment.name',
    ],
    [
      'an environment that is too long',
      'traces',
      inResource({ 'deployment.environment': long }),
      'deployment.environment',
    ],
    [
      'an environment that is a number',
      'traces',
      inResource({ 'deployment.environment.name': 7 }),
      'deployment.environment.name',
    ],
    [
      'an environment of its own that is none',
      'traces',
      span({ 'deployment.environment.name': '\n' }),
      'deployment.environment.name',
    ],
    ['a service of many words', 'traces', inResource({ 'service.name': 'a b c d e f' }), 'service.name'],
    ['a service that is a list', 'traces', inResource({ 'service.name': ['a'] }), 'service.name'],
    ['a model under no operation', 'traces', span({ ...unnamed }), 'gen_ai.operation.name'],
    ['a point without a sum', 'metrics', point((it) => delete it['sum']), 'no sum'],
    ['a point of neither kind', 'metrics', point((_, it) => (it['aggregationTemporality'] = 0)), 'deltas'],
    [
      'tokens of an unknown type',
      'metrics',
      point((it) => (it['attributes'] = attributesOf({ 'gen_ai.token.type': 'other' }))),
      'gen_ai.token.type',
    ],
    ['a sum below zero', 'metrics', point((it) => (it['sum'] = -1)), 'no requests could have'],
    [
      'a score without a number',
      'logs',
      (it) => scoreOf(it, 1, { 'gen_ai.evaluation.score.value': none }),
      'gen_ai.evaluation.score.value',
    ],
    [
      'a score that is no number',
      'logs',
      (it) => scoreOf(it, 1, { 'gen_ai.evaluation.score.value': 'much' }),
      'gen_ai.evaluation.score.value',
    ],
    [
      'a label that is no verdict',
      'logs',
      (it) => scoreOf(it, 1, { 'gen_ai.evaluation.score.value': none, 'gen_ai.evaluation.score.label': 'blue' }),
      'gen_ai.evaluation.score.label',
    ],
    ...['gen_ai.client.inference.operation.details', 'gen_ai.other'].map(
      (event) =>
        [
          `the event ${event} from within a span`,
          'logs',
          (it: string) => requestEventOf(it, event, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }),
          '/v1/traces',
        ] as const,
    ),
    [
      'an event of a request whose operation isn’t known',
      'logs',
      (it) => requestEventOf(it, requestEvent, {}, { 'gen_ai.operation.name': 'dream' }),
      'gen_ai.operation.name',
    ],
    [
      'an evaluation by another name',
      'logs',
      (it) => JSON.parse(JSON.stringify(scoreOf(it, 1)).replace('evaluation.result', 'evaluation.outcome')) as object,
      'gen_ai.evaluation.result',
    ],
  ]
  const each = refused.flatMap((row) => [[...row, 'json'] as const, [...row, 'protobuf'] as const])
  test.each(each)('%s: refused', async (_what, signal, body, word, as) => {
    const system = fresh()
    const { status, said, kept } = await outcomeOf(client, system, body(system), { signal, as })
    expect([status, kept]).toEqual([200, 0])
    expect(said).toContain(word)
    // In protobuf the count is the first field, with the value 1.
    expect(as === 'json' ? /"rejected\w+":"1"/.test(said) : said.includes('\u0008\u0001')).toBe(true)
    // Never what was in it.
    expect(said).not.toMatch(/a b c|éé|blue|much/)
    const named = await client.windowsOf('unknown_service')
    expect(named).toEqual([])
  })

  const noTokens = { 'gen_ai.usage.input_tokens': none, 'gen_ai.usage.output_tokens': none }
  const taken: readonly (readonly [string, (system: string) => object, string])[] = [
    ['a route that is an address', span({ 'http.route': '/search?q=ada' }), 'http.route'],
    ['a model that is no name', span({ 'gen_ai.request.model': 'my model!' }), 'model'],
    ['tokens that are no number', span({ 'gen_ai.usage.input_tokens': 'many' }), 'token counts'],
    ['tokens below zero', span({ 'gen_ai.usage.output_tokens': -5 }), 'token counts'],
    [
      'a span that ends before it starts',
      (it) => tracesOf(it, [spanOf({}, { startTimeUnixNano: `${BigInt(Date.now() + 60_000) * 1_000_000n}` })]),
      'duration',
    ],
    ['a total of tokens alone', span({ ...noTokens, 'gen_ai.usage.total_tokens': 120 }), 'a total alone'],
    ['a total in a text that is no number', span({ ...noTokens, 'llm.token_count.total': 'much' }), 'a total alone'],
    [
      'a total of which a part is told in details',
      span({
        ...noTokens,
        'gen_ai.usage.input_tokens': 9,
        'gen_ai.usage.cache_read.input_tokens': 4,
        'llm.usage.total_tokens': 50,
      }),
      'a total alone',
    ],
    ['no time at all', span({}, { startTimeUnixNano: '0', endTimeUnixNano: '0' }), 'no time'],
    ['no beginning', span({}, { startTimeUnixNano: '0' }), 'no beginning'],
    ['no end', span({}, { endTimeUnixNano: '0' }), 'no end'],
    [
      'an evaluation in an event of a span',
      span({}, { events: [{ name: 'gen_ai.evaluation.result' }] }),
      'log records',
    ],
  ]
  const both = taken.flatMap((row) => [[...row, 'json'] as const, [...row, 'protobuf'] as const])
  test.each(both)('%s: counted without it', async (_what, body, word, as) => {
    const system = fresh()
    const { status, said, kept } = await outcomeOf(client, system, body(system), { as })
    expect([status, kept]).toEqual([200, 1])
    expect(said).toContain(word)
    expect(said).not.toMatch(/rejected|ada/)
  })

  const steps = ['invoke_agent', 'create_agent', 'plan', 'retrieval', 'invoke_workflow', 'execute_tool']
  const eachStep = steps.flatMap((step) => (['json', 'protobuf'] as const).map((as) => [step, as] as const))
  test.each(eachStep)('tokens of %s alone: told, in %s; with a request in its trace it is silent', async (step, as) => {
    const [system, whole] = [fresh(), fresh()]
    const ids = (id: number): object => ({ traceId: idOf(16, id, as), spanId: idOf(8, id, as) })
    const stepOf = { 'gen_ai.operation.name': step }
    const agent = spanOf(stepOf, ids(1))
    const request = spanOf({}, { ...ids(1), spanId: idOf(8, 2, as), parentSpanId: idOf(8, 1, as) })
    const alone = await outcomeOf(client, system, tracesOf(system, [agent]), { as })
    expect([alone.status, alone.kept, alone.said]).toEqual([200, 0, expect.stringContaining('1 carry tokens of')])
    expect(alone.said).not.toContain('rejected')
    const unnamed = await outcomeOf(client, system, tracesOf(system, [spanOf({ 'gen_ai.operation.name': step })]), {
      as,
    })
    expect(unnamed.said).toContain('1 carry tokens of')
    for (const spans of [
      [agent, request],
      [request, agent],
    ]) {
      const { isSilent, kept } = await outcomeOf(client, whole, tracesOf(whole, spans), { as })
      expect([isSilent, kept]).toEqual([true, 1])
    }
    // A turn ends after its requests, and may come in a body of its own.
    const later = await outcomeOf(client, whole, tracesOf(whole, [spanOf(stepOf, ids(3))]), { as })
    expect(later.isSilent).toBe(true)
    // A request of another trace says nothing of this one.
    const other = fresh()
    const beside = { ...request, traceId: idOf(16, 9, as) }
    const { said, kept } = await outcomeOf(client, other, tracesOf(other, [agent, beside]), { as })
    expect([said, kept]).toEqual([expect.stringContaining('1 carry tokens of'), 1])
  })

  const told: readonly AttributeValue[] = [
    'ContentFilter',
    'stop,content_filter',
    "['stop', 'content_filter']",
    ['stop', 'content_filter'],
    ['stop,content_filter'],
    { any: { arrayValue: { values: [{ intValue: '1' }, {}, { stringValue: 'CONTENT_FILTER' }] } } },
  ]
  test.each(told)('a refusal is one as %j, in either encoding', async (reasons) => {
    for (const as of ['json', 'protobuf'] as const) {
      const system = fresh()
      const span = spanOf({ 'gen_ai.response.finish_reasons': reasons })
      expect((await outcomeOf(client, system, tracesOf(system, [span]), { as })).windows).toMatchObject([
        { calls: 1, refusals: 1, finishReasons: { content_filter: 1 } },
      ])
    }
  })

  test.each(['json', 'protobuf'] as const)('tokens of an agent in points alone: told, in %s', async (as) => {
    const system = fresh()
    const agent = point((it) => {
      it['attributes'] = attributesOf({ 'gen_ai.token.type': 'input', 'gen_ai.operation.name': 'invoke_agent' })
    })(system)
    const { said, kept } = await outcomeOf(client, system, agent, { signal: 'metrics', as })
    expect([said, kept]).toEqual([expect.stringContaining('1 are points with tokens of an agent'), 0])
  })

  test.each(['json', 'protobuf'] as const)('an event of a request without a span counts as one, in %s', async (as) => {
    for (const more of [{}, { 'event.name': requestEvent }]) {
      const system = fresh()
      const body = requestEventOf(system, Object.keys(more).length > 0 ? '' : requestEvent, {}, more)
      const { isSilent, windows } = await outcomeOf(client, system, body, { signal: 'logs', as })
      expect(isSilent).toBe(true)
      expect(windows).toMatchObject([
        { calls: 1, errors: 0, latencyMs: { n: 0 }, inputTokens: { sum: 57 }, outputTokens: { sum: 17 } },
      ])
    }
  })

  const json: readonly (readonly [string, Signal, (system: string) => Buffer | object, string])[] = [
    [
      'a time that is none',
      'traces',
      (it) => rewritten(oneCall(it), /"endTimeUnixNano":"\d+"/g, '"endTimeUnixNano":"noon"'),
      'nanoseconds',
    ],
    [
      'a time in seconds',
      'traces',
      (it) => rewritten(oneCall(it), /UnixNano":"\d+"/g, `UnixNano":"${seconds}"`),
      'older',
    ],
    [
      'a time with a fraction',
      'traces',
      (it) => rewritten(oneCall(it), /UnixNano":"\d+"/g, `UnixNano":${seconds}.5`),
      'nanoseconds',
    ],
    [
      'members of another writing',
      'traces',
      (it) => rewritten(oneCall(it), /"(name|kind|startTimeUnixNano|endTimeUnixNano|attributes|status)":/g, '"X$1":'),
      'this door',
    ],
    [
      'spans without a scope',
      'traces',
      (it) => ({ resourceSpans: [{ resource: {}, spans: [spanOf({})], name: it }] }),
      'members',
    ],
    ['another signal beside', 'traces', (it) => ({ ...oneHistogram(it), resourceSpans: [] }), 'members'],
    ['a gauge', 'metrics', (it) => rewritten(oneHistogram(it), '"histogram"', '"gauge"'), 'histogram'],
  ]
  test.each(json)('%s: told', async (_what, signal, body, word) => {
    const system = fresh()
    const { status, said, kept } = await outcomeOf(client, system, body(system), { signal })
    expect([status, kept]).toEqual([200, 0])
    expect(said).toContain(word)
  })

  const doors: readonly (readonly [Signal, Signal])[] = [
    ['traces', 'metrics'],
    ['traces', 'logs'],
    ['metrics', 'traces'],
    ['metrics', 'logs'],
    ['logs', 'traces'],
    ['logs', 'metrics'],
  ]
  const bodies = {
    traces: span({}, { traceId: Buffer.alloc(16, 7) }),
    metrics: oneHistogram,
    logs: (it: string) => scoreOf(it, 1),
  } as const
  test.each(doors)('%s at the door of %s: told, in either encoding', async (held, signal) => {
    const system = fresh()
    const asJson = await outcomeOf(client, system, Buffer.from(JSON.stringify(bodies[held](system))), { signal })
    expect([asJson.status, asJson.kept]).toEqual([400, 0])
    expect(asJson.said).toContain(`/v1/${held}`)
    const asProtobuf = await outcomeOf(client, system, encodeOtlp(held, bodies[held](system)), {
      signal,
      as: 'protobuf',
    })
    expect([asProtobuf.status === 400 || asProtobuf.said.includes('this door'), asProtobuf.kept]).toEqual([true, 0])
  })

  test.each([
    ['packed twice', 'json', (it: Buffer) => gzipSync(gzipSync(it)), { 'content-encoding': 'gzip' }, 'packed twice'],
    ['packed, and not said so', 'protobuf', (it: Buffer) => gzipSync(it), {}, 'Content-Encoding'],
    ['JSON sent as protobuf', 'json', (it: Buffer) => it, { 'content-type': otlpTypes.protobuf }, 'application/json'],
    [
      'JSON with a line break sent as protobuf',
      'json',
      (it: Buffer) => Buffer.concat([Buffer.from('\n'), it]),
      { 'content-type': otlpTypes.protobuf },
      'application/json',
    ],
    [
      'protobuf sent as JSON',
      'protobuf',
      (it: Buffer) => it,
      { 'content-type': otlpTypes.json },
      'application/x-protobuf',
    ],
    [
      'JSON with a comma too many',
      'json',
      (it: Buffer) => Buffer.from(`${it.toString().slice(0, -1)},}`),
      {},
      'a key in double quotes is expected, and a closing } is there',
    ],
    ['other members alone', 'json', () => Buffer.from('{"spans":[{}]}'), {}, 'resourceSpans'],
    [
      'attributes that are no list',
      'json',
      () => Buffer.from('{"resourceSpans":[{"resource":{"attributes":{"a":1}}}]}'),
      {},
      'attributes',
    ],
  ] as const)('%s: refused, with the word that mends it', async (_what, as, change, headers, word) => {
    const system = fresh()
    const { status, said, kept } = await outcomeOf(client, system, change(bytesOf('traces', as, oneCall(system))), {
      as,
      headers,
    })
    expect([status, kept]).toEqual([400, 0])
    expect(said).toContain(word)
  })

  test('what nobody misses passes in silence: other spans, other metrics, other records, empty lists, and nothing at all', async () => {
    const http = { attributes: attributesOf({ 'http.request.method': 'GET', 'url.path': '/' }), name: 'GET', kind: 2 }
    const silent: readonly (readonly [Signal, object])[] = [
      ['traces', tracesOf('other', [http])],
      ['traces', {}],
      ['traces', { resourceSpans: [{ scopeSpans: [{ scope: { name: 'x' } }] }] }],
      ['metrics', point(() => undefined, 'http.server.request.duration')('other')],
      ['metrics', point((it) => (it['count'] = '0'))('other')],
      ['logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'hello' } }] }] }] }],
    ]
    for (const as of ['json', 'protobuf'] as const) {
      for (const [signal, body] of silent) {
        const { isSilent, said } = await outcomeOf(client, 'other', body, { signal, as })
        expect([said, isSilent]).toEqual([said, true])
      }
    }
  })
})
