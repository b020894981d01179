import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Signal } from '../../../src/capture/otlp/read-otlp.ts'
import { encodeOtlp, scoreOf } from '../../../testing/otlp/otlp-bodies.ts'
import { type OtlpClient, startOtlpClient } from '../../../testing/otlp/otlp-client.ts'
import { oneCall, oneHistogram, outcomeOf, rewritten } from '../../../testing/otlp/outcomes.ts'

let client: OtlpClient
beforeAll(async () => {
  client = await startOtlpClient()
})
afterAll(() => client.server.stop())

let counter = 0
const fresh = (): string => `kept-${++counter}`

const snaked = (body: object): Buffer =>
  Buffer.from(
    JSON.stringify(body).replaceAll(
      /"(\w+)":/g,
      (_, key: string) => `"${key.replaceAll(/[A-Z]/g, (it) => `_${it.toLowerCase()}`)}":`,
    ),
  )

describe('P6.6: bodies of other shapes are read', () => {
  const shapes: readonly (readonly [string, Signal, (system: string) => Buffer | object])[] = [
    ['protobuf’s names, traces', 'traces', (it) => snaked(oneCall(it))],
    ['protobuf’s names, metrics', 'metrics', (it) => snaked(oneHistogram(it))],
    ['protobuf’s names, logs', 'logs', (it) => snaked(scoreOf(it, 0.5))],
    [
      'instrumentation libraries, traces',
      'traces',
      (it) => rewritten(oneCall(it), 'scopeSpans', 'instrumentationLibrarySpans'),
    ],
    [
      'instrumentation libraries, metrics',
      'metrics',
      (it) => rewritten(oneHistogram(it), 'scopeMetrics', 'instrumentationLibraryMetrics'),
    ],
    [
      'instrumentation libraries, logs',
      'logs',
      (it) =>
        rewritten(
          JSON.parse(rewritten(scoreOf(it, 0.5), 'scopeLogs', 'instrumentationLibraryLogs').toString()) as object,
          'logRecords',
          'logs',
        ),
    ],
    [
      'values without their wrapping',
      'traces',
      (it) => rewritten(oneCall(it), /\{"(?:string|int)Value":("[^"]*")\}/g, '$1'),
    ],
    [
      'values as Go writes them',
      'traces',
      (it) =>
        Buffer.from(
          JSON.stringify(oneCall(it))
            .replaceAll(/\{"stringValue":("[^"]*")\}/g, '{"Value":{"StringValue":$1}}')
            .replaceAll(/\{"intValue":("[^"]*")\}/g, '{"Value":{"IntValue":$1}}'),
        ),
    ],
    [
      'kinds of values with a capital letter',
      'traces',
      (it) => Buffer.from(JSON.stringify(oneCall(it)).replaceAll('"stringValue"', '"StringValue"')),
    ],
    [
      'texts with blanks around them',
      'traces',
      (it) => rewritten(oneCall(it), /"stringValue":"(chat|gpt-4o-mini|openai)"/g, '"stringValue":" $1 "'),
    ],
    ['a byte order mark', 'traces', (it) => Buffer.from(`\uFEFF${JSON.stringify(oneCall(it))}`)],
    ['times as numbers', 'traces', (it) => rewritten(oneCall(it), /UnixNano":"(\d+)"/g, 'UnixNano":$1')],
    ['tokens as text', 'traces', (it) => rewritten(oneCall(it), /\{"intValue":"57"\}/g, '{"stringValue":"57"}')],
    ['a score as text', 'logs', (it) => rewritten(scoreOf(it, 0.5), '"doubleValue":0.5', '"stringValue":"0.5"')],
  ]
  test.each(shapes)('%s', async (_what, signal, body) => {
    const system = fresh()
    const { isSilent, kept, said, windows } = await outcomeOf(client, system, body(system), { signal })
    expect([said, isSilent, kept]).toEqual(['{}', true, 1])
    const expected = signal === 'traces' ? { inputTokens: { sum: 57 }, latencyMs: { n: 1 } } : {}
    expect(windows[0]).toMatchObject(expected)
  })

  test('a histogram that counts in its buckets alone', async () => {
    const system = fresh()
    const body = rewritten(oneHistogram(system), /"count":"?(\d+)"?/g, '"bucketCounts":["$1","0"]')
    const { said, kept } = await outcomeOf(client, system, body, { signal: 'metrics' })
    expect([said, kept]).toEqual(['{}', 1])
  })

  const lost: readonly (readonly [string, Signal, (system: string) => Buffer])[] = [
    [
      'spans that are nothing',
      'traces',
      (it) => rewritten(oneCall(it), /"spans":\[.*?\](?=\}\]\})/g, '"spans":[null,5]'),
    ],
    ['points on the metric itself', 'metrics', (it) => rewritten(oneHistogram(it), '"histogram":', '"points":')],
    ['one list under two names', 'traces', (it) => rewritten(oneCall(it), /^\{/g, '{"resource_spans":[],')],
  ]
  test.each(lost)('%s are told', async (_what, signal, body) => {
    const system = fresh()
    const { said, kept } = await outcomeOf(client, system, body(system), { signal })
    expect([said === '{}', kept]).toEqual([false, 0])
  })

  test('times in two halves', async () => {
    const system = fresh()
    const halves = (_: string, ns: string): string => {
      const whole = BigInt(ns)
      return `UnixNano":{"high":${whole >> 32n},"low":${BigInt.asIntN(32, whole)}}`
    }
    const body = Buffer.from(JSON.stringify(oneCall(system)).replaceAll(/UnixNano":"(\d+)"/g, halves))
    const { said, windows } = await outcomeOf(client, system, body)
    expect([said, windows[0]?.latencyMs.sum]).toEqual(['{}', 250])
  })

  test('scopes that are called libraries in protobuf', async () => {
    const system = fresh()
    const inner = encodeOtlp('traces', oneCall(system))
    // Field 1000 in place of field 2, within the one resource that there is: its tag is a byte longer.
    const { resourceSpans } = JSON.parse(JSON.stringify(oneCall(system))) as { resourceSpans: object[] }
    const resource = encodeOtlp('traces', { resourceSpans: [{ ...resourceSpans[0], scopeSpans: [] }] })
    const scopeStart = resource.length + (inner.length > 129 + 2 ? 1 : 0)
    const scopes = inner.subarray(scopeStart)
    const content = Buffer.concat([resource.subarray(2), Buffer.from([0xc2, 0x3e]), scopes.subarray(1)])
    const body = Buffer.concat([Buffer.from([0x0a, (content.length & 0x7f) | 0x80, content.length >> 7]), content])
    const { isSilent, kept } = await outcomeOf(client, system, body, { as: 'protobuf' })
    expect([isSilent, kept]).toEqual([true, 1])
  })
})
