import { describe, expect, test } from 'vitest'
import { droppedNames } from '../../../src/capture/gate/dropped-names.ts'
import { MalformedBody } from '../../../src/capture/otlp/malformed.ts'
import type { Signal } from '../../../src/capture/otlp/read-otlp.ts'
import {
  fuzz,
  fuzzJson,
  jsonSeeds,
  readFully,
  readJsonBody,
  readProtobuf,
  rowsOf,
} from '../../../testing/otlp/fuzz-otlp.ts'
import {
  type AttributeValue,
  captures,
  encodeOtlp,
  hasCaptures,
  scoreOf,
  spanOf,
  tokensOf,
  tracesOf,
} from '../../../testing/otlp/otlp-bodies.ts'

const atMs = Date.parse('2026-11-24T11:00:00Z')
const span = (more: Readonly<Record<string, AttributeValue>> = {}, frame: object = {}) => spanOf(more, frame, atMs)

const own: readonly (readonly [string, Signal, object])[] = [
  [
    'gen_ai',
    'traces',
    tracesOf('bot', [span({ 'gen_ai.request.temperature': 0.2, 'gen_ai.system_instructions': 'Be.' })]),
  ],
  [
    'OpenInference',
    'traces',
    tracesOf('bot', [
      spanOf(
        {
          'gen_ai.operation.name': { any: {} },
          'openinference.span.kind': 'LLM',
          'llm.model_name': 'gpt-4o-2024-08-06',
          'llm.invocation_parameters': '{"model":"gpt-4o","temperature":0.25,"user":"x"}',
          'llm.token_count.prompt': 5,
        },
        {},
        atMs,
      ),
    ]),
  ],
  [
    'Langfuse',
    'traces',
    tracesOf('bot', [
      span({
        'langfuse.observation.type': 'generation',
        'langfuse.observation.model.parameters': '{"top_p":0.5}',
        'langfuse.observation.usage_details': '{"input":25,"input_cached_tokens":32,"output":12}',
      }),
    ]),
  ],
  [
    'tools',
    'traces',
    tracesOf('bot', [span({ 'ai.prompt.tools': ['{"a":1}', '{"b":2}'] }), span({}, { status: { code: 2 } })]),
  ],
  ['empty', 'traces', {}],
  ['a score', 'logs', scoreOf('bot', 0.25)],
  ['tokens', 'metrics', tokensOf('bot', { n: 5, sum: 12.5, delta: true })],
]

const seeds = own.map(([, signal, body]) => ({ signal, bytes: encodeOtlp(signal, body) }))

describe('the partial reader reads the same as a full decoder', () => {
  test.each(own)('%s, in protobuf and in JSON', (_name, signal, body) => {
    const bytes = encodeOtlp(signal, body)
    const partial = readProtobuf(signal, bytes)
    expect(rowsOf(partial)).toBe(rowsOf(readFully(signal, bytes)))
    expect(rowsOf(partial)).toBe(rowsOf(readJsonBody(signal, Buffer.from(JSON.stringify(body)))))
  })

  describe.skipIf(!hasCaptures)('captures of real clients (skipped without the captures)', () => {
    test.each(captures().filter(({ protobuf }) => protobuf !== undefined))('$name', ({ signal, protobuf, json }) => {
      const bytes = protobuf ?? Buffer.alloc(0)
      const partial = readProtobuf(signal, bytes)
      const twin = readJsonBody(signal, json)
      expect(rowsOf(partial)).toBe(rowsOf(readFully(signal, bytes)))
      // Metrics were exported twice, once in each encoding, a moment apart.
      const untimed = (rows: string): string => (signal === 'metrics' ? rows.replaceAll(/"atMs":\d+/g, '') : rows)
      expect(untimed(rowsOf(partial))).toBe(untimed(rowsOf(twin)))
      expect([...partial.gate.drops.counts]).toEqual([...twin.gate.drops.counts])
    })
  })

  test('5,000 mutated bodies: none crashes it, and what both take is the same', () => {
    const all = [
      ...seeds,
      ...captures().flatMap(({ signal, protobuf }) => (protobuf ? [{ signal, bytes: protobuf }] : [])),
    ]
    const result = fuzz(all, { seed: 20261124, inputs: 5_000, comparedEvery: 2 })
    expect(result.faults).toEqual([])
    expect(Math.min(result.read, result.refused, result.compared)).toBeGreaterThan(50)
  })
})

test('P1.2: 20,000 mutated bodies of JSON at the four doors: each is read or refused', () => {
  const result = fuzzJson(jsonSeeds, { seed: 20261125, inputs: 20_000 })
  expect(result.faults).toEqual([])
  expect(Math.min(result.read, result.refused)).toBeGreaterThan(1_000)
})

const bytesOf = (...parts: readonly (readonly number[] | Buffer)[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part)))

/** A field with a length. */
const field = (number: number, ...content: readonly (readonly number[] | Buffer)[]): Buffer => {
  const inside = bytesOf(...content)
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
  return bytesOf(varint(number * 8 + 2), varint(inside.length), inside)
}
const attribute = (key: string, value: Buffer): Buffer => field(9, field(1, Buffer.from(key)), field(2, value))
const text = (value: string): Buffer => field(1, Buffer.from(value))
const inSpan = (...fields: readonly (readonly number[] | Buffer)[]): Buffer => field(1, field(2, field(2, ...fields)))

describe('hostile protobuf', () => {
  test.each([
    ['a length past the end', [0x0a, 0x7f, 0x00]],
    ['a length of 2^63', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['a number of eleven bytes', [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['a number that is cut', [0x08, 0x80]],
    ['a fixed number that is cut', [0x09, 1, 2, 3]],
    ['a field without a number', [0x02, 0x00]],
    ['the start of a group', [0x0b, 0x0c]],
    ['the end of a group', [0x0c]],
    ['a wire type that there isn’t', [0x0f]],
    ['a tag over 32 bits', [0xfa, 0xff, 0xff, 0xff, 0x7f, 0x00]],
    ['a length past its message, though not past the body', [0x0a, 0x02, 0x12, 0x05, 0, 0, 0, 0, 0, 0]],
  ])('%s is refused', (_what, bytes) => {
    expect(() => readProtobuf('traces', Buffer.from(bytes))).toThrow(MalformedBody)
  })

  test('of two attributes of one name the first counts, of several members of a value the last', () => {
    const twice = inSpan(
      attribute('gen_ai.request.model', text('first')),
      attribute('gen_ai.request.model', text('second')),
    )
    const members = inSpan(attribute('gen_ai.request.model', bytesOf(text('second'), text('first'))))
    for (const bytes of [twice, members]) {
      expect(readProtobuf('traces', bytes).readings.list).toMatchObject([
        { configuration: { requestedModel: 'first' } },
      ])
      expect(rowsOf(readProtobuf('traces', bytes))).toBe(rowsOf(readFully('traces', bytes)))
    }
  })

  test('the order of fields doesn’t matter: a value before its name, the resource behind its spans', () => {
    const value = field(9, field(2, text('late-name')), field(1, Buffer.from('gen_ai.request.model')))
    const resource = field(1, field(1, field(1, Buffer.from('service.name')), field(2, text('behind'))))
    const bytes = field(1, field(2, field(2, value)), resource)
    expect(readProtobuf('traces', bytes).readings.list).toMatchObject([
      { system: 'behind', configuration: { requestedModel: 'late-name' } },
    ])
  })

  test('numbers that are written too long are read all the same', () => {
    const value = bytesOf([0x18, 0x85, 0x80, 0x80, 0x00])
    const bytes = inSpan(attribute('gen_ai.request.model', text('m')), attribute('gen_ai.usage.input_tokens', value))
    expect(readProtobuf('traces', bytes).readings.list).toMatchObject([{ measurement: { inputTokens: 5 } }])
  })

  test('negative, endless and huge numbers on allowed attributes are dropped and counted', () => {
    const minusOne = bytesOf(
      [0x18],
      Array.from({ length: 9 }, () => 0xff),
      [0x01],
    )
    const endless = bytesOf([0x21], [0, 0, 0, 0, 0, 0, 0xf0, 0x7f])
    const bytes = inSpan(
      attribute('gen_ai.request.model', text('m')),
      attribute('gen_ai.usage.input_tokens', minusOne),
      attribute('gen_ai.request.temperature', endless),
    )
    const [only] = readProtobuf('traces', bytes).readings.list
    expect(only).toMatchObject({ measurement: { inputTokens: undefined }, configuration: { inference: undefined } })
  })

  test('a million levels, or a million empty fields, are passed in linear time and without a deep stack', () => {
    let nested: Buffer = Buffer.from([0x1a, 0x00])
    for (let level = 0; level < 2_000; level++) nested = field(5, nested)
    expect(readProtobuf('traces', inSpan(attribute('gen_ai.tool.definitions', nested))).readings.list).toEqual([])
    const many = Buffer.alloc(2_000_000, Buffer.from([0x5a, 0x00]))
    expect(readProtobuf('traces', inSpan(many)).readings.list).toEqual([])
  })
})

describe('hostile JSON', () => {
  test.each([
    ['nesting', '['.repeat(100_000)],
    ['nesting in a value', `{"resourceSpans":${'[{"a":'.repeat(50)}1${'}]'.repeat(50)}}`],
    ['no object', '[]'],
    ['text', '"resourceSpans"'],
    ['a list that is none', '{"resourceSpans":{}}'],
    ['nothing', ''],
  ])('%s is refused', (_what, body) => {
    expect(() => readJsonBody('traces', Buffer.from(body))).toThrow(MalformedBody)
  })

  test('a member of the root that isn’t known is counted, as an unknown field of protobuf is', () => {
    const { gate, readings } = readJsonBody(
      'traces',
      Buffer.from('{"extra":[{}],"resourceSpans":[],"resourceLogs":[]}'),
    )
    expect(gate.drops.counts[droppedNames.indexOf('unknown_field')]).toBe(2)
    expect(gate.drops.total).toBe(2)
    // The empty list holds nothing.
    expect(readings.rejections).toEqual({ member: 1 })
  })

  test('members of the prototype are no members', () => {
    const body =
      '{"resourceSpans":[{"__proto__":{"scopeSpans":[{"spans":[{}]}]},"constructor":1,"scopeSpans":[null,7,"x"]}]}'
    expect(readJsonBody('traces', Buffer.from(body)).readings.list).toEqual([])
  })
})
