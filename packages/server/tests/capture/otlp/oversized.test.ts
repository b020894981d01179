import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Encoding } from '../../../src/capture/otlp/body-form.ts'
import type { Signal } from '../../../src/capture/otlp/read-otlp.ts'
import type { Answer } from '../../../testing/test-server.ts'
import { readJsonBody, readProtobuf } from '../../../testing/otlp/fuzz-otlp.ts'
import { attributesOf, encodeOtlp, spanOf, tracesOf } from '../../../testing/otlp/otlp-bodies.ts'
import { type OtlpClient, startOtlpClient } from '../../../testing/otlp/otlp-client.ts'

const unpacked = 16 * 1024 * 1024

/** A message of protobuf within others, by the numbers of their fields. */
function within(fields: readonly number[], content: Uint8Array): Buffer {
  return fields.toReversed().reduce((inner, field) => {
    const length: number[] = []
    for (let left = inner.length; left > 0 || length.length === 0; left >>>= 7) length.push((left & 0x7f) | 0x80)
    return Buffer.concat([Buffer.from([(field << 3) | 2, ...length.slice(0, -1), (length.at(-1) ?? 0) & 0x7f]), inner])
  }, Buffer.from(content))
}

const times = (unit: Uint8Array, count: number): Buffer => Buffer.alloc(unit.length * count, unit)
const upTo = (unit: string, head: string, tail: string): Buffer =>
  Buffer.from(
    `${head}${Array(Math.floor((unpacked - 200) / (unit.length + 1)))
      .fill(unit)
      .join()}${tail}`,
  )

const prompts = attributesOf({
  'gen_ai.system_instructions': 'Be.',
  'langfuse.observation.metadata.instructions': 'Be.',
  'gen_ai.tool.definitions': 'Be.',
  'ai.prompt.tools': 'Be.',
})
const empty = Buffer.alloc(0)
const bombs: readonly (readonly [string, Signal, 'json' | 'protobuf', Buffer])[] = [
  ['spans', 'traces', 'json', upTo('{}', '{"resourceSpans":[{"scopeSpans":[{"spans":[', ']}]}]}')],
  ['resources', 'traces', 'json', upTo('{}', '{"resourceSpans":[', ']}')],
  ['attributes', 'traces', 'json', upTo('{}', '{"resourceSpans":[{"resource":{"attributes":[', ']}}]}')],
  [
    'prompts',
    'traces',
    'json',
    Buffer.from(
      JSON.stringify(
        tracesOf(
          'prompts',
          Array.from({ length: 13_000 }, () => ({ attributes: prompts })),
        ),
      ),
    ),
  ],
  ['events', 'traces', 'json', upTo('1', '{"resourceSpans":[{"scopeSpans":[{"spans":[{"events":[', ']}]}]}]}')],
  ['metrics', 'metrics', 'json', upTo('{}', '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[', ']}]}]}')],
  ['resources', 'traces', 'protobuf', times(within([1], empty), unpacked / 2)],
  ['scopes', 'logs', 'protobuf', within([1], times(within([2], empty), unpacked / 4))],
  ['spans', 'traces', 'protobuf', within([1, 2], times(within([2], empty), unpacked / 4))],
  ['attributes', 'traces', 'protobuf', within([1, 2, 2], times(within([9], empty), unpacked / 4))],
  ['attributes', 'traces', 'protobuf', within([1, 1], times(within([1], empty), unpacked / 4))],
  ['metrics', 'metrics', 'protobuf', within([1, 2], times(within([2], empty), unpacked / 4))],
  ['records', 'logs', 'protobuf', within([1, 2], times(within([2], empty), unpacked / 4))],
]

describe('P5.3: a body that stands for far more than its bytes', () => {
  let client: OtlpClient

  beforeAll(async () => {
    client = await startOtlpClient()
  })
  afterAll(() => client.server.stop())

  const send = (signal: Signal, as: Encoding, bytes: Buffer): Promise<Answer> =>
    client.send(signal, as, gzipSync(bytes), { 'content-encoding': 'gzip' })

  test.each(bombs)('is refused: %s in %s, %s', async (_, signal, as, bytes) => {
    const answer = await send(signal, as, bytes)
    expect(answer.status).toBe(413)
    expect(answer.bytes.toString()).toMatch(/at most \d+ .*; send smaller batches/)
  })

  test('but for the largest batches that clients send', async () => {
    const attributes = Object.fromEntries(
      Array.from({ length: 13 }, (_, index) => [`gen_ai.request.other_${index}`, index]),
    )
    const body = (service: string, count: number) =>
      tracesOf(
        service,
        Array.from({ length: count }, () => spanOf(attributes)),
      )
    expect((await send('traces', 'json', Buffer.from(JSON.stringify(body('ordinary', 512))))).status).toBe(200)
    expect((await send('traces', 'json', Buffer.from(JSON.stringify(body('large-json', 8_000))))).status).toBe(200)
    expect((await send('traces', 'protobuf', encodeOtlp('traces', body('large', 8_000)))).status).toBe(200)
  })
})

test('P5.3: 50,000 things are read, and one more is not, in both encodings', () => {
  // A resource and a scope lie around them.
  const spans = (count: number) => within([1, 2], times(within([2], empty), count - 2))
  const json = (count: number) =>
    Buffer.from(
      JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: Array.from({ length: count - 2 }, () => ({})) }] }] }),
    )
  for (const [read, body] of [
    [readProtobuf, spans],
    [readJsonBody, json],
  ] as const) {
    expect(read('traces', body(50_000)).readings.list).toEqual([])
    expect(() => read('traces', body(50_001))).toThrow('at most 50000 ')
  }
})
