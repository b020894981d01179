import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Signal } from '../../../src/capture/otlp/read-otlp.ts'
import { type AttributeValue, resourceOf, scoreOf, spanOf } from '../../../testing/otlp/otlp-bodies.ts'
import { type OtlpClient, startOtlpClient, toldIn } from '../../../testing/otlp/otlp-client.ts'
import { oneCall, oneHistogram, outcomeOf, rewritten } from '../../../testing/otlp/outcomes.ts'

let client: OtlpClient
beforeAll(async () => {
  client = await startOtlpClient()
})
afterAll(() => client.server.stop())

let counter = 0
const fresh = (): string => `near-${++counter}`
const encodings = ['protobuf', 'json'] as const
const bytes = { any: { bytesValue: Buffer.from('qa').toString('base64') } }

describe('P6.6: an environment or a service that is told and can’t be read is never another one', () => {
  const values: readonly (readonly [string, AttributeValue])[] = [
    ['an empty value', { any: {} }],
    ['an empty text', ''],
    ['a blank', ' '],
    ['an empty list', []],
    ['a list of one', ['qa']],
    ['an empty map', { any: { kvlistValue: { values: [] } } }],
    ['a map', { any: { kvlistValue: { values: [{ key: 'name', value: { stringValue: 'qa' } }] } } }],
    ['bytes', bytes],
    ['a whole number', 0],
    ['a number', 0.5],
    ['false', { any: { boolValue: false } }],
  ]
  const told = values.flatMap((it) => encodings.map((as) => [...it, as] as const))

  test.each(told)('%s (%j) in %s', async (_what, value, as) => {
    for (const name of ['deployment.environment.name', 'deployment.environment', 'langfuse.environment']) {
      const system = fresh()
      const { attributes } = resourceOf(system, { [name]: value }) as { attributes: { key: string }[] }
      // A resource that tells of no other environment, and a span that tells of its own.
      const without = attributes.filter(({ key }) => key === name || !key.startsWith('deployment.'))
      const bodies = [
        { resource: { attributes: without }, span: spanOf({}) },
        { resource: resourceOf(system), span: spanOf({ [name]: value }) },
      ]
      for (const { resource, span } of bodies) {
        const body = { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }
        const { kept, said } = await outcomeOf(client, system, body, { as })
        expect([kept, said]).toEqual([0, expect.stringContaining('deployment.environment.name')])
      }
    }
    const body = {
      resourceSpans: [{ resource: resourceOf('', { 'service.name': value }), scopeSpans: [{ spans: [spanOf({})] }] }],
    }
    const { kept, said } = await outcomeOf(client, 'unknown_service', body, { as })
    expect([kept, said]).toEqual([0, expect.stringContaining('service.name')])
  })

  const written: readonly (readonly [string, RegExp | string, string])[] = [
    ['no value', '"value":{"stringValue":"production"}', '"valeu":{}'],
    ['null', '{"stringValue":"production"}', 'null'],
    ['null in its wrapping', '{"stringValue":"production"}', '{"stringValue":null}'],
    ['a member of the resource', '{"attributes":[', '{"deployment.environment.name":"qa","attributes":['],
    [
      'another spelling of the key',
      '"key":"deployment.environment.name","value"',
      '"Key":"deployment.environment.name","Value"',
    ],
    ['a resource that is a list', /"resource":\{("attributes":\[.*?\]\}?)\}/g, '"resource":[{$1}]'],
    ['a resource that is a text', /"resource":\{"attributes":\[.*?\]\}/g, '"resource":"qa"'],
    ['a resource under another name', '"resource":', '"Resource":'],
    [
      'attributes of the resource under another name',
      '{"attributes":[{"key":"service.name"',
      '{"labels":[{"key":"service.name"',
    ],
    [
      'attributes of the resource as an object',
      /"resource":\{"attributes":\[.*?\]\}/g,
      '"resource":{"attributes":{"deployment.environment.name":"qa"}}',
    ],
  ]
  const everywhere: readonly (readonly [Signal, (system: string) => object])[] = [
    ['traces', oneCall],
    ['metrics', oneHistogram],
    ['logs', (system) => scoreOf(system, 0.5)],
  ]
  test.each(written)('%s in JSON, at each door', async (_what, from, to) => {
    for (const [signal, body] of everywhere) {
      const system = fresh()
      const { kept, isSilent } = await outcomeOf(client, system, rewritten(body(system), from, to), { signal })
      expect([kept, isSilent]).toEqual([0, false])
    }
    expect(await client.windowsOf('unknown_service')).toEqual([])
  })
})

describe('P6.6: times under other names and in other forms', () => {
  const hourAgo = Date.now() - 3_600_000
  const iso = (ms: number): string => new Date(ms).toISOString()
  const spanWith = (more: object): object => {
    const { startTimeUnixNano: _start, endTimeUnixNano: _end, ...span } = spanOf({}) as Record<string, unknown>
    return { ...span, ...more }
  }
  const bodyOf = (system: string, span: object): object => ({
    resourceSpans: [{ resource: resourceOf(system), scopeSpans: [{ spans: [span] }] }],
  })

  test.each<readonly [string, object]>([
    ['text', { startTime: iso(hourAgo - 500), endTime: iso(hourAgo) }],
    ['text under OTLP’s name', { startTimeUnixNano: iso(hourAgo - 500), endTimeUnixNano: iso(hourAgo) }],
    ['snake case', { start_time: iso(hourAgo - 500), end_time: iso(hourAgo) }],
    ['milliseconds', { startTimeMs: hourAgo - 500, endTimeMs: hourAgo }],
    ['microseconds', { start_time: (hourAgo - 500) * 1_000, end_time: hourAgo * 1_000 }],
    ['seconds', { start: (hourAgo - 500) / 1_000, end: hourAgo / 1_000 }],
    ['a pair', { startTime: [Math.floor(hourAgo / 1_000) - 1, 0], endTime: [Math.floor(hourAgo / 1_000) - 1, 5e8] }],
  ])('%s: a span lies in the hour in which it ended, and took what it took', async (_what, at) => {
    const system = fresh()
    const { said, windows } = await outcomeOf(client, system, bodyOf(system, spanWith(at)))
    expect([said, windows.length, windows[0]?.latencyMs.n]).toEqual(['{}', 1, 1])
    expect(windows[0]?.latencyMs.sum).toBeCloseTo(500, 3)
    expect(Date.parse(windows[0]?.hour ?? '')).toBe(Math.floor((hourAgo - 600) / 3_600_000) * 3_600_000)
  })

  test.each<readonly [string, object]>([
    ['a text without a zone', { startTime: '2026-11-29T10:00:00', endTime: '2026-11-29T10:00:01' }],
    ['a time of day', { startTime: '10:00', endTime: '10:01' }],
    ['ticks of some clock', { startTime: 123_456, endTime: 123_999 }],
    ['one time under a name of its own', { timestamp: iso(hourAgo), duration: 12 }],
  ])('%s: a span is refused, in one sentence', async (_what, at) => {
    const system = fresh()
    const { said, kept } = await outcomeOf(client, system, bodyOf(system, spanWith(at)))
    expect([kept, said]).toEqual([0, expect.stringContaining('startTimeUnixNano')])
  })

  test('points and log records too: read where it is clear, told where not', async () => {
    const kinds = [
      ['metrics', oneHistogram],
      ['logs', (system: string) => scoreOf(system, 0.5)],
    ] as const
    for (const [signal, body] of kinds) {
      const times = /"timeUnixNano":"\d+"/g
      const [read, told] = [fresh(), fresh()]
      for (const time of [`"timestamp":"${iso(hourAgo)}"`, `"time":${hourAgo}`, `"timeUnixNano":"${iso(hourAgo)}"`]) {
        const bytesOfBody = Buffer.from(
          JSON.stringify(body(read))
            .replaceAll(/"startTimeUnixNano":"\d+",?/g, '')
            .replaceAll(times, time),
        )
        const { said, windows } = await outcomeOf(client, read, bytesOfBody, { signal })
        expect([said, windows.length]).toEqual(['{}', 1])
        expect(Date.parse(windows[0]?.hour ?? '')).toBe(Math.floor(hourAgo / 3_600_000) * 3_600_000)
      }
      const unclear = rewritten(body(told), times, '"time":"noon"')
      expect(await outcomeOf(client, told, unclear, { signal })).toMatchObject({ kept: 0, isSilent: false })
    }
  })
})

describe('P6.6: other members of spans', () => {
  test.each([
    ['a text', '"ERROR"'],
    ['a number', '2'],
    ['another name of the code', '{"status_code":"ERROR"}'],
    ['a code in small letters', '{"code":"error"}'],
    ['a code as a text', '{"code":"STATUS_CODE_ERROR"}'],
  ])('a status that is %s says that the request failed', async (_what, status) => {
    const system = fresh()
    const { said, windows } = await outcomeOf(
      client,
      system,
      rewritten(oneCall(system), '"status":{}', `"status":${status}`),
    )
    expect([said, windows[0]?.errors]).toEqual(['{}', 1])
  })

  test('a status that says nothing known, and ids that are none, are told, and the span counts', async () => {
    const [one, other] = [fresh(), fresh()]
    const status = await outcomeOf(client, one, rewritten(oneCall(one), '"status":{}', '"status":{"code":"FAILED"}'))
    expect([status.kept, status.said]).toEqual([1, expect.stringContaining('status')])
    const ids = await outcomeOf(client, other, rewritten(oneCall(other), '"status":{}', '"status":{},"traceId":123'))
    expect([ids.kept, ids.said]).toEqual([1, expect.stringContaining('traceId')])
  })

  test('ids in base64, with 0x before them or dashes in them are those in hexadecimal', async () => {
    const trace = Buffer.alloc(16, 0x2f)
    const hex = trace.toString('hex')
    const spellings = [
      hex,
      hex.toUpperCase(),
      trace.toString('base64'),
      `0x${hex}`,
      hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    ]
    const system = fresh()
    for (const [index, traceId] of spellings.entries()) {
      const [outer, inner] = [Buffer.alloc(8, 1), Buffer.alloc(8, index + 2)]
      const spans = [spanOf({}, { traceId, spanId: inner.toString('hex'), parentSpanId: outer.toString('hex') })]
      if (index === 0) spans.push(spanOf({}, { traceId: hex, spanId: outer.toString('base64') }))
      await outcomeOf(client, system, { resourceSpans: [{ resource: resourceOf(system), scopeSpans: [{ spans }] }] })
    }
    expect(await client.windowsOf(system)).toMatchObject([{ calls: spellings.length }])
  })

  test('attributes that are members of the span, or lie under another name, are told', async () => {
    const system = fresh()
    for (const [from, to] of [
      [/"attributes":\[(?=\{"key":"gen_ai).*?\](?=,"status)/g, '"gen_ai.request.model":"gpt-4o"'],
      [/"attributes":(?=\[\{"key":"gen_ai)/g, '"tags":'],
    ] as const) {
      const { kept, isSilent } = await outcomeOf(client, system, rewritten(oneCall(system), from, to))
      expect([kept, isSilent]).toEqual([0, false])
    }
  })

  test('points under another name are told', async () => {
    const system = fresh()
    const body = rewritten(oneHistogram(system), '"dataPoints":', '"points":')
    const answer = await client.send('metrics', 'json', body)
    expect(toldIn(answer, 'metrics', 'json')).toMatchObject({ partialSuccess: {} })
    expect(await client.windowsOf(system)).toEqual([])
  })
})
