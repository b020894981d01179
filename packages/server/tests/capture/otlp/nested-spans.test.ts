import type { Change, DroppedTelemetry, ServedModel, TelemetryWindow } from '@afterai/contract'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Encoding } from '../../../src/capture/otlp/body-form.ts'
import { composeBeside } from '../../../testing/test-server.ts'
import { attributesOf, resourceOf, tracesOf } from '../../../testing/otlp/otlp-bodies.ts'
import { bytesOf, type OtlpClient, otlpTypes, startOtlpClient } from '../../../testing/otlp/otlp-client.ts'
import { type Nested, otlpSpanOf, semantic, spansOf, spanTree, totalsOf } from '../../../testing/otlp/span-trees.ts'

let client: OtlpClient
let beside: Awaited<ReturnType<typeof composeBeside>>

beforeAll(async () => {
  client = await startOtlpClient()
  beside = await composeBeside(client.server)
})
afterAll(async () => {
  await beside?.close()
  await client?.server.stop()
})

let counter = 0
const fresh = (prefix: string): string => `${prefix}-${++counter}`
const none = { any: {} }
const atMs = Date.now()
let traces = 0
const encodings = ['protobuf', 'json'] as const

/** Sends a body to one of two processes that share a database. */
async function send(body: object, as: Encoding = 'json', to: 'here' | 'beside' = 'here'): Promise<void> {
  const { http } = to === 'here' ? client.server : beside
  const headers = { authorization: `Bearer ${client.key}`, 'content-type': otlpTypes[as] }
  const answer = await http.inject({ method: 'POST', url: '/v1/traces', headers, payload: bytesOf('traces', as, body) })
  expect(answer.statusCode).toBe(200)
}

const read = async <T>(path: string): Promise<T[]> =>
  (await client.server.expectOk<{ items: T[] }>({ path, token: client.server.admin.token })).items
const droppedOf = async (name: string): Promise<number> =>
  (await read<DroppedTelemetry>('/v1/telemetry/dropped?limit=200'))
    .filter((it) => it.name === name)
    .reduce((sum, { count }) => sum + count, 0)

/** Reads the windows of a system, without its name. */
const countedOf = async (system: string): Promise<Omit<TelemetryWindow, 'system'>[]> =>
  (await client.windowsOf(system)).map(({ system: name, ...window }) => {
    expect(name).toBe(system)
    return window
  })

describe('P1.1, P6.6: of spans around each other that describe the same request, the innermost counts', () => {
  test('in every order, however they are split over batches and two processes: the same as in one batch, and no figure is lost or counted twice', async () => {
    const cases = spanTree.chain((tree) =>
      fc.record({
        tree: fc.constant(tree),
        order: fc.shuffledSubarray(
          tree.map(({ id }) => id),
          { minLength: tree.length },
        ),
        batches: fc.array(fc.nat(2), { minLength: tree.length, maxLength: tree.length }),
        ways: fc.array(fc.tuple(fc.constantFrom(...encodings), fc.constantFrom('here' as const, 'beside' as const)), {
          minLength: 3,
          maxLength: 3,
        }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(cases, async ({ tree, order, batches, ways }) => {
        const trace = ++traces
        const [split, plain] = [fresh('split'), fresh('plain')]
        for (const [batch, [as, to]] of ways.entries()) {
          const spans = order
            .filter((_, index) => batches[index] === batch)
            .flatMap((id) => tree[id] ?? [])
            .map((span) => otlpSpanOf(span, { as, trace, atMs }))
          if (spans.length > 0) await send(tracesOf(split, spans), as, to)
        }
        const whole = tree.map((span) => otlpSpanOf(span, { as: 'json', trace, atMs }))
        await send(tracesOf(plain, whole))
        const windows = await countedOf(split)
        expect(windows).toEqual(await countedOf(plain))
        const sum = (of: (it: (typeof windows)[number]) => number): number =>
          windows.reduce((all, it) => all + of(it), 0)
        const { calls, tokens, finished } = totalsOf(tree)
        expect([
          sum((it) => it.calls),
          sum((it) => it.latencyMs.n),
          sum((it) => it.inputTokens.n),
          sum((it) => it.inputTokens.sum),
          sum((it) => it.outputTokens.sum),
          sum((it) => Object.values(it.finishReasons).reduce((all, count) => all + count, 0)),
        ]).toEqual([
          calls,
          calls,
          tokens.length,
          tokens.reduce((all, it) => all + (it.tokens?.[0] ?? 0), 0),
          tokens.reduce((all, it) => all + (it.tokens?.[1] ?? 0), 0),
          finished.length,
        ])
      }),
      { numRuns: 40 },
    )
  }, 300_000)

  const openInference = {
    'openinference.span.kind': 'LLM',
    'llm.model_name': 'gpt-4o-mini',
    'llm.token_count.prompt': 100,
    'llm.token_count.completion': 20,
  }
  const traceloop = (system: string) => ({
    'llm.request.type': 'chat',
    'gen_ai.system': system,
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 20,
  })
  const gemini = { 'gen_ai.request.model': 'gemini-2.5-flash', 'gen_ai.response.model': none }

  test.each<readonly [string, Nested['facts'], Nested['facts']]>([
    ['OpenInference’s LLM in its LLM', openInference, openInference],
    ['Traceloop’s OpenAI in its LangChain', traceloop('Langchain'), traceloop('openai')],
    [
      'a chat in Vercel’s doGenerate',
      { ...traceloop('openai'), 'ai.operationId': 'ai.generateText.doGenerate' },
      semantic('chat'),
    ],
    ['embeddings in embeddings', semantic('embeddings'), semantic('embeddings')],
    ['generate_content in Google ADK’s call_llm', semantic(none, gemini), semantic('generate_content', gemini)],
    [
      'a snapshot in a name that a gateway writes otherwise',
      semantic('chat', { 'gen_ai.request.model': 'openai/gpt-4o-mini' }),
      openInference,
    ],
    [
      'a model in an alias of it, with the same tokens',
      semantic('chat', { 'gen_ai.request.model': 'small', 'gen_ai.response.model': none }),
      semantic('chat'),
    ],
  ])(
    '%s, at a distance, in both orders',
    async (_what, outer, inner) => {
      for (const as of encodings) {
        for (const reversed of [false, true]) {
          const system = fresh('vocabulary')
          const step = { id: 2, parent: 1, facts: { 'traceloop.span.kind': 'task' } }
          const spans = spansOf([{ id: 3, parent: 2, facts: inner }, step, { id: 1, facts: outer }], as)
          for (const span of reversed ? spans.toReversed() : spans) await send(tracesOf(system, [span]), as)
          expect(await client.windowsOf(system)).toMatchObject([
            { calls: 1, inputTokens: { n: 1, sum: 100 }, outputTokens: { n: 1, sum: 20 } },
          ])
        }
      }
    },
    60_000,
  )

  test('a router around two requests, of which the first failed, is two; a request of another model isn’t the one around it', async () => {
    const wrapped = fresh('router')
    const first = { id: 2, parent: 1, facts: semantic('chat', { 'gen_ai.usage.input_tokens': none }), failed: true }
    const router = [{ id: 1, facts: semantic('chat') }, first, { id: 3, parent: 1, facts: semantic('chat') }]
    await send(tracesOf(wrapped, spansOf(router, 'json')))
    expect(await client.windowsOf(wrapped)).toMatchObject([{ calls: 2, errors: 1, inputTokens: { n: 1 } }])

    const another = fresh('another')
    const other = {
      'gen_ai.request.model': 'claude-3-5-haiku',
      'gen_ai.response.model': none,
      'gen_ai.usage.input_tokens': 7,
    }
    const within = [
      { id: 1, facts: semantic('chat') },
      { id: 2, parent: 1, facts: semantic('chat', other) },
    ]
    await send(tracesOf(another, spansOf(within, 'json')))
    expect((await client.windowsOf(another)).reduce((sum, { calls }) => sum + calls, 0)).toBe(2)

    const tooled = fresh('tooled')
    const tool = { id: 2, parent: 1, facts: { 'gen_ai.operation.name': 'execute_tool' } }
    await send(
      tracesOf(
        tooled,
        spansOf([{ id: 1, facts: semantic('chat') }, tool, { id: 3, parent: 2, facts: semantic('chat') }], 'json'),
      ),
    )
    expect(await client.windowsOf(tooled)).toMatchObject([{ calls: 2 }])
  })

  test('what doesn’t count is not watched: no second model, no change, and the dropped counts tell of it', async () => {
    const system = fresh('watched')
    const before = await droppedOf('span.enclosing')
    const pair = (model: string) => [
      { id: 2, parent: 1, facts: traceloop('openai') },
      { id: 1, facts: { ...traceloop('Langchain'), 'gen_ai.response.model': model } },
    ]
    for (const model of ['gpt-4o-mini-2024-07-18', 'gpt-4o-mini']) {
      await send(tracesOf(system, spansOf(pair(model), 'json')))
    }
    expect(await read<ServedModel>(`/v1/telemetry/served-models?system=${system}`)).toMatchObject([
      { provider: 'openai', requestedModel: 'gpt-4o-mini', verdict: 'clear' },
    ])
    expect(await read<Change>(`/v1/changes?system=${system}`)).toEqual([])
    expect((await droppedOf('span.enclosing')) - before).toBe(2)
  })

  test('P6.6: spans that come faster than are kept for other processes are counted', async () => {
    const own = await startOtlpClient({ loggedSpansPerSecond: 0 })
    try {
      const spans = spansOf(
        [
          { id: 1, facts: semantic('chat') },
          { id: 2, facts: semantic('chat') },
        ],
        'json',
      )
      await own.send('traces', 'json', tracesOf('fast', spans))
      const path = '/v1/telemetry/dropped?limit=200'
      const { items } = await own.server.expectOk<{ items: DroppedTelemetry[] }>({
        path,
        token: own.server.admin.token,
      })
      expect(items.filter(({ name }) => name === 'span.unshared')).toMatchObject([{ count: 2 }])
    } finally {
      await own.server.stop()
    }
  })

  test.each(encodings)('a span that was refused counts when it comes again, mended, in %s', async (as) => {
    const system = fresh('mended')
    const [span = {}] = spansOf([{ id: 1, facts: semantic('chat') }], as)
    const attributes = attributesOf(semantic('chat'))
    const faulty = [
      { ...span, attributes: attributesOf({ ...semantic('chat'), 'deployment.environment.name': 'a b c d e' }) },
      { ...span, attributes: attributesOf({ ...semantic('chat'), 'gen_ai.operation.name': 'my own step' }) },
      { ...span, attributes: attributesOf({ 'http.request.method': 'POST' }) },
    ]
    for (const first of faulty) await send(tracesOf(system, [first]), as)
    expect(await client.windowsOf(system)).toEqual([])
    await send(tracesOf(system, [{ ...span, attributes }]), as)
    await send(tracesOf(system, [{ ...span, attributes }]), as)
    expect(await client.windowsOf(system)).toMatchObject([{ calls: 1, inputTokens: { sum: 100 } }])
  })

  test('P2.4: a retry, a span that comes again, and a process that starts anew change nothing', async () => {
    const system = fresh('again')
    const [inner = {}, outer = {}] = spansOf(
      [
        { id: 2, parent: 1, facts: semantic('chat') },
        { id: 1, facts: semantic('chat') },
      ],
      'json',
    )
    const bodies = [tracesOf(system, [outer]), tracesOf(system, [inner])]
    for (const body of [...bodies, ...bodies]) await send(body)
    await send(tracesOf(system, [outer, inner]))
    const restarted = await composeBeside(client.server)
    const headers = { authorization: `Bearer ${client.key}`, 'content-type': otlpTypes.json }
    const payload = bytesOf('traces', 'json', tracesOf(system, [inner, outer, outer]))
    await restarted.http.inject({ method: 'POST', url: '/v1/traces', headers, payload })
    await restarted.close()
    expect(await client.windowsOf(system)).toMatchObject([{ calls: 1, latencyMs: { n: 1 }, inputTokens: { sum: 100 } }])
  })

  test('pairs that many send at once to two processes, in whatever order, are as many requests as pairs', async () => {
    const system = fresh('at-once')
    const pairs = Array.from({ length: 40 }, () =>
      spansOf(
        [
          { id: 2, parent: 1, facts: semantic('chat') },
          { id: 1, facts: semantic('chat') },
        ],
        'json',
      ),
    )
    await Promise.all(
      pairs.flatMap(([inner = {}, outer = {}], index) => [
        send(tracesOf(system, [index % 2 === 0 ? inner : outer]), 'json', 'here'),
        send(tracesOf(system, [index % 2 === 0 ? outer : inner]), 'json', 'beside'),
      ]),
    )
    const windows = await client.windowsOf(system)
    expect(windows).toMatchObject([{ calls: 40, latencyMs: { n: 40 }, inputTokens: { n: 40, sum: 4_000 } }])
  })

  test('spans of another service around a request leave it and theirs alone', async () => {
    const [app, gateway] = [fresh('app'), fresh('gateway')]
    const [inner, outer] = spansOf(
      [
        { id: 2, parent: 1, facts: semantic('chat') },
        { id: 1, facts: semantic('chat') },
      ],
      'json',
    )
    const of = (service: string, span: object | undefined) => ({
      resource: resourceOf(service),
      scopeSpans: [{ spans: [span] }],
    })
    await send({ resourceSpans: [of(app, outer), of(gateway, inner)] })
    for (const system of [app, gateway]) expect(await client.windowsOf(system)).toMatchObject([{ calls: 1 }])
  })
})

describe('P1.1, P6.6: an operation that isn’t a request is none because it names a model or carries tokens', () => {
  const told = {
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.provider.name': 'openai',
  }

  test.each(['invoke_agent', 'create_agent', 'execute_tool', 'invoke_workflow', 'plan', 'retrieval', 'search_memory'])(
    '%s: in a span, whose tokens are told as dropped, and in metrics',
    async (operation) => {
      const system = fresh('operation')
      const before = await Promise.all(['span.tokens', 'metric.operation'].map(droppedOf))
      for (const as of encodings) {
        await send(
          tracesOf(system, spansOf([{ id: 1, facts: { ...told, 'gen_ai.operation.name': operation } }], as)),
          as,
        )
        for (const name of ['gen_ai.client.operation.duration', 'gen_ai.client.token.usage']) {
          await client.send('metrics', as, metricOf(system, name, operation))
        }
      }
      expect(await client.windowsOf(system)).toEqual([])
      const after = await Promise.all(['span.tokens', 'metric.operation'].map(droppedOf))
      expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([2, 4])
    },
  )

  test.each(['evaluation', 'call_llm', 'my own step'])(
    '%s, which no vocabulary has: the answer tells it',
    async (operation) => {
      const system = fresh('operation')
      for (const as of encodings) {
        const span = spansOf([{ id: 1, facts: { ...told, 'gen_ai.operation.name': operation } }], as)
        const answers = [
          await client.send('traces', as, tracesOf(system, span)),
          await client.send('metrics', as, metricOf(system, 'gen_ai.client.token.usage', operation)),
        ]
        for (const { status, bytes } of answers) {
          expect(status).toBe(200)
          expect(bytes.toString()).toContain('gen_ai.operation.name')
        }
      }
      expect(await client.windowsOf(system)).toEqual([])
    },
  )

  function metricOf(system: string, name: string, operation: string): object {
    const point = {
      startTimeUnixNano: `${BigInt(atMs - 60_000) * 1_000_000n}`,
      timeUnixNano: `${BigInt(atMs) * 1_000_000n}`,
      count: '4',
      sum: 20,
      attributes: attributesOf({ ...told, 'gen_ai.operation.name': operation, 'gen_ai.token.type': 'input' }),
    }
    const metrics = [{ name, histogram: { aggregationTemporality: 1, dataPoints: [point] } }]
    return { resourceMetrics: [{ resource: resourceOf(system), scopeMetrics: [{ metrics }] }] }
  }
})
