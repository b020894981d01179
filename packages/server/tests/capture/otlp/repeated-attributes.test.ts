import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ReadBody, Signal } from '../../../src/capture/otlp/read-otlp.ts'
import { readJsonBody, readProtobuf, rowsOf } from '../../../testing/otlp/fuzz-otlp.ts'
import { attributesOf, encodeOtlp, scoreOf } from '../../../testing/otlp/otlp-bodies.ts'

const atMs = Date.parse('2026-11-24T11:00:00Z')
const time = `${BigInt(atMs) * 1_000_000n}`

interface Attributes {
  readonly resource?: readonly object[]
  readonly span?: readonly object[]
}

const bodyOf = ({ resource = [], span = [] }: Attributes): object => ({
  resourceSpans: [
    {
      resource: { attributes: resource },
      scopeSpans: [{ spans: [{ startTimeUnixNano: time, endTimeUnixNano: time, attributes: span }] }],
    },
  ],
})

/** The body in both encodings, which must be read the same. */
function readBoth(signal: Signal, body: object): ReadBody {
  const read = readProtobuf(signal, encodeOtlp(signal, body))
  expect(rowsOf(readJsonBody(signal, Buffer.from(JSON.stringify(body))))).toBe(rowsOf(read))
  return read
}

const pair = (key: string, first: string, second: string): object[] => [
  ...attributesOf({ [key]: first }),
  ...attributesOf({ [key]: second }),
]

test.each([
  ['service.name', { system: 'first' }],
  ['deployment.environment.name', { environment: 'first' }],
  ['afterai.route', { route: 'first' }],
])('P6.6: of two attributes called %s the first counts', (key, expected) => {
  const place = key === 'afterai.route' ? 'span' : 'resource'
  const model = attributesOf({ 'gen_ai.request.model': 'm' })
  const read = readBoth(
    'traces',
    bodyOf({ span: model, [place]: [...pair(key, 'first', 'second'), ...(place === 'span' ? model : [])] }),
  )
  expect(read.readings.list).toMatchObject([expected])
})

const bad = 'a sentence that is no name at all'

test('P6.6: a name that comes behind one that can’t be read is not taken for it', () => {
  const span = attributesOf({ 'gen_ai.request.model': 'm' })
  const service = readBoth('traces', bodyOf({ resource: pair('service.name', bad, 'smuggled'), span }))
  expect([service.readings.list, service.readings.rejections]).toEqual([[], { service: 1 }])
  const environment = readBoth(
    'traces',
    bodyOf({ resource: pair('deployment.environment.name', bad, 'production'), span }),
  )
  expect([environment.readings.list, environment.readings.rejections]).toEqual([[], { environment: 1 }])
  // Nor one that another attribute tells of the same.
  const other = [
    ...attributesOf({ 'deployment.environment.name': bad }),
    ...attributesOf({ 'deployment.environment': 'production' }),
  ]
  for (const resource of [other, other.toReversed()]) {
    expect(readBoth('traces', bodyOf({ resource, span })).readings.rejections).toEqual({ environment: 1 })
  }
})

test('P6.6: what comes twice is read once also where the span before has the same at the same place', () => {
  const attributes = [
    ...pair('gen_ai.request.model', 'my model!', 'smuggled'),
    ...attributesOf({ 'gen_ai.operation.name': 'chat' }),
  ]
  const spans = Array.from({ length: 3 }, () => ({ startTimeUnixNano: time, endTimeUnixNano: time, attributes }))
  const { readings } = readBoth('traces', { resourceSpans: [{ scopeSpans: [{ spans }] }] })
  expect(readings.list.length).toBe(3)
  expect(JSON.stringify(readings.list)).not.toContain('smuggled')
  expect(readings.rejections).toEqual({ model: 3 })
})

test('P6.6: a score’s name and number are the first too', () => {
  const body = JSON.parse(JSON.stringify(scoreOf('bot', 0.25))) as {
    resourceLogs: { scopeLogs: { logRecords: { timeUnixNano: string; attributes: object[] }[] }[] }[]
  }
  const record = body.resourceLogs[0]?.scopeLogs[0]?.logRecords[0]
  if (record === undefined) throw new Error('there is a record')
  record.timeUnixNano = time
  record.attributes.push(...attributesOf({ 'gen_ai.evaluation.name': 'other', 'gen_ai.evaluation.score.value': 0.75 }))
  expect(readBoth('logs', body).readings.list).toMatchObject([
    { measurement: { score: { name: 'relevance', value: 0.25 } } },
  ])
})

const keys = fc.constantFrom(
  'gen_ai.request.model',
  'llm.request.model',
  'gen_ai.usage.input_tokens',
  'llm.usage.prompt_tokens',
  'llm.invocation_parameters',
)
const values = fc.constantFrom(
  'a',
  'b',
  '7',
  '8',
  'no name!',
  '{"model":"c","temperature":1}',
  '{"temperature":2,"top_p":1}',
)

test('P6.6: what is kept is what is kept without the repeated attributes', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(keys, values), { maxLength: 8 }), (list) => {
      const all = list.map(([key, value]) => attributesOf({ [key]: value })).flat()
      const once = list.filter(([key], index) => list.findIndex(([other]) => other === key) === index)
      const operation = attributesOf({ 'gen_ai.operation.name': 'chat' })
      const read = readBoth('traces', bodyOf({ span: [...operation, ...all] }))
      const alone = readBoth(
        'traces',
        bodyOf({ span: [...operation, ...once.flatMap(([key, value]) => attributesOf({ [key]: value }))] }),
      )
      expect(rowsOf(read)).toBe(rowsOf(alone))
    }),
  )
})
