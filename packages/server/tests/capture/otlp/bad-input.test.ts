import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OtlpClient, startOtlpClient } from '../../../testing/otlp/otlp-client.ts'
import { spanOf, tokensOf, tracesOf } from '../../../testing/otlp/otlp-bodies.ts'

let client: OtlpClient

beforeAll(async () => {
  client = await startOtlpClient()
})
afterAll(() => client.server.stop())

test.each([
  ['an object', { toString: 1, valueOf: 1 }],
  ['a list', [1]],
  ['text that is no number', 'many'],
  ['a truth value', true],
])('a sum that is %s is refused', async (_, sum) => {
  const body = tokensOf('sums', { n: 1, sum: 1, delta: true })
  const text = JSON.stringify(body).replace('"sum":1', `"sum":${JSON.stringify(sum)}`)
  expect((await client.send('metrics', 'json', Buffer.from(text))).status).toBe(400)
})

test('a sum in text counts, as protobuf’s JSON allows', async () => {
  const body = JSON.stringify(tokensOf('text', { n: 1, sum: 1, delta: true })).replace('"sum":1', '"sum":"1.5"')
  expect((await client.send('metrics', 'json', Buffer.from(body))).body).toEqual({})
  expect((await client.windowsOf('text'))[0]?.inputTokens.sum).toBe(1.5)
})

const cursorOf = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url')

test.each([
  '1',
  '2026',
  'June 1 2026',
  '0000-01-01T00:00:00.000Z',
  '-000001-01-01T00:00:00.000Z',
  '+010000-01-01T00:00:00.000Z',
  '2026-11-26T08:00:00Z',
  '2026-02-30T08:00:00.000Z',
  'now',
  'infinity',
])('a cursor whose hour is %s is refused', async (hour) => {
  const cursor = cursorOf([hour, 'a', 'b', 'c', 'd'])
  const path = `/v1/telemetry/windows?system=x&cursor=${cursor}`
  expect((await client.server.send({ path, token: client.key })).body).toMatchObject({ code: 'invalid_cursor' })
})

test.each(['windows', 'clients', 'served-models'])('a cursor of %s that no page gave is refused', async (list) => {
  const others = [
    cursorOf(null),
    cursorOf({}),
    cursorOf(['2026-11-26T08:00:00.000Z', 'a', 'b', 'c', 'd\0']),
    'x',
    '%00',
  ]
  for (const cursor of [...others, Buffer.from('0'.repeat(36)).toString('base64url')]) {
    const path = `/v1/telemetry/${list}?system=x&cursor=${cursor}`
    expect([cursor, (await client.server.send({ path, token: client.key })).status]).toEqual([cursor, 400])
  }
})

describe('P2.4: all of a packed body is read, or it is refused', () => {
  const packings = { gzip: gzipSync, deflate: deflateSync, zstd: zstdCompressSync }
  const whole = (system: string): Buffer => Buffer.from(JSON.stringify(tracesOf(system, [spanOf({})])))
  const send = (encoding: string, bytes: Buffer) =>
    client.send('traces', 'json', bytes, { 'content-encoding': encoding })

  test.each(['gzip', 'zstd'] as const)('%s in several parts', async (encoding) => {
    const pack = packings[encoding]
    const bytes = whole(`parts-${encoding}`)
    const parts = [bytes.subarray(0, 20), Buffer.alloc(0), bytes.subarray(20, 90), bytes.subarray(90)]
    expect((await send(encoding, Buffer.concat(parts.map((part) => pack(part))))).status).toBe(200)
    expect((await client.windowsOf(`parts-${encoding}`))[0]?.calls).toBe(1)
  })

  test('a part of zstd that is to be skipped', async () => {
    const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4])
    expect((await send('zstd', Buffer.concat([skipped, zstdCompressSync(whole('skipped'))]))).status).toBe(200)
    expect((await client.windowsOf('skipped'))[0]?.calls).toBe(1)
  })

  test.each(['gzip', 'deflate', 'zstd'] as const)('%s with something else behind it', async (encoding) => {
    for (const rest of ['x', 'something else', '{"resourceSpans":[]}']) {
      const packed = packings[encoding](whole(`rest-${encoding}`))
      expect((await send(encoding, Buffer.concat([packed, Buffer.from(rest)]))).status).toBe(400)
    }
    for (const cut of [1, 4, 9]) {
      const packed = packings[encoding](whole(`rest-${encoding}`))
      expect((await send(encoding, Buffer.concat([packed, packed.subarray(0, -cut)]))).status).toBe(400)
    }
    expect(await client.windowsOf(`rest-${encoding}`)).toEqual([])
  })

  test.each(['gzip', 'zstd'] as const)('many parts of %s are unpacked up to the limit together', async (encoding) => {
    const mebibyte = packings[encoding](Buffer.alloc(1024 * 1024, ' '))
    const parts = (count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => mebibyte))
    expect((await send(encoding, parts(17))).status).toBe(413)
    expect((await send(encoding, parts(15))).status).toBe(400)
    const empty = packings[encoding](Buffer.alloc(0))
    const startedAt = performance.now()
    const many = Buffer.concat(Array.from({ length: Math.floor(8e6 / empty.length) }, () => empty))
    expect((await send(encoding, many)).status).toBe(400)
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })
})
