import type { TelemetryWindow } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Encoding } from '../../../src/capture/otlp/body-form.ts'
import type { Answer } from '../../../testing/test-server.ts'
import { tokensOf } from '../../../testing/otlp/otlp-bodies.ts'
import { type OtlpClient, startOtlpClient, toldIn as toldBy } from '../../../testing/otlp/otlp-client.ts'

let client: OtlpClient

beforeAll(async () => {
  client = await startOtlpClient()
})
afterAll(() => client.server.stop())

let counter = 0
const fresh = (): string => `values-${++counter}`

const send = (body: object, as: Encoding): Promise<Answer> => client.send('metrics', as, body)
const toldIn = (answer: Answer, as: Encoding): unknown => toldBy(answer, 'metrics', as)
const windowOf = async (system: string): Promise<TelemetryWindow | undefined> => (await client.windowsOf(system))[0]

/** A histogram of durations. */
function durationsOf(system: string, { unit, ...told }: Parameters<typeof tokensOf>[1] & { unit?: string }): object {
  const named = { name: 'gen_ai.client.operation.duration', ...(unit === undefined ? {} : { unit }) }
  return JSON.parse(JSON.stringify(tokensOf(system, told)), (_, value: unknown) =>
    (value as { name?: unknown } | null)?.name === 'gen_ai.client.token.usage'
      ? Object.assign(value as object, named)
      : value,
  ) as object
}

describe.each(['protobuf', 'json'] as const)('values of metrics in %s', (as) => {
  const refused = {
    partialSuccess: {
      rejectedDataPoints: as === 'protobuf' ? 1 : '1',
      errorMessage: '1 have a count or a sum that no requests could have',
    },
  }

  test.each([
    ['a count', 9_007_199_254_740_991, 1, true],
    ['a count that no double holds', '18446744073709551615', 1, true],
    ['a sum', 1, 1.7e308, true],
    ['a running total', 1, 1.7e308, false],
    ['more than its requests could have', 3, 3_000_000_001, true],
  ])('P2.4: %s beyond measure is refused, and what comes later counts', async (_, n, sum, delta) => {
    const system = fresh()
    await send(tokensOf(system, { n: 2, sum: 5, delta: true }), as)
    for (const more of [0, 1]) {
      const body = tokensOf(system, { n: n as number, sum, delta, model: `m${more}` })
      expect(toldIn(await send(body, as), as)).toEqual(refused)
    }
    await send(tokensOf(system, { n: 1, sum: 7, delta: true }), as)
    expect((await windowOf(system))?.inputTokens).toMatchObject({ n: 3, sum: 12 })
  })

  test.each([true, false])(
    'P2.4: a duration that is too long in milliseconds is refused (delta: %s)',
    async (delta) => {
      const system = fresh()
      expect(toldIn(await send(durationsOf(system, { n: 1, sum: 1e306, delta }), as), as)).toEqual(refused)
      await send(durationsOf(system, { n: 2, sum: 5, delta }), as)
      expect((await windowOf(system))?.latencyMs).toMatchObject({ n: 2, sum: 5000 })
    },
  )
})

describe.each(['protobuf', 'json'] as const)('P1.1: durations in %s', (as) => {
  test.each([
    [undefined, 8.5, 8500],
    ['', 8.5, 8500],
    ['s', 8.5, 8500],
    ['ms', 8500, 8500],
    ['us', 8_500_000, 8500],
    ['ns', 8_500_000_000, 8500],
  ])('whose unit is %s are kept in milliseconds', async (unit, sum, ms) => {
    for (const delta of [true, false]) {
      const system = fresh()
      const told = { n: 4, sum, delta, ...(unit === undefined ? {} : { unit }) }
      expect(toldIn(await send(durationsOf(system, told), as), as)).toEqual({})
      expect((await windowOf(system))?.latencyMs).toMatchObject({ n: 4, sum: expect.closeTo(ms, 6) })
    }
  })

  test.each(['min', 'h', 'S', 'seconds', '{request}', 'a sentence of some length'])(
    'whose unit is %s are refused',
    async (unit) => {
      const system = fresh()
      await send(durationsOf(system, { n: 1, sum: 1, delta: true }), as)
      expect(toldIn(await send(durationsOf(system, { n: 4, sum: 8.5, delta: true, unit }), as), as)).toEqual({
        partialSuccess: {
          rejectedDataPoints: as === 'protobuf' ? 1 : '1',
          errorMessage: '1 are durations in another unit than s, ms, us or ns',
        },
      })
      expect((await windowOf(system))?.latencyMs).toMatchObject({ n: 1, sum: 1000 })
    },
  )
})

test('an hour that holds more than can be counted is read still', async () => {
  const system = fresh()
  await send(tokensOf(system, { n: 2, sum: 5, delta: true }), 'json')
  // What earlier versions kept of such points.
  const inputTokens = { n: 9_007_199_254_740_992, s: [null], q: [], ln: 0, ls: [], lq: [], k: [0, [], []] }
  const kept = JSON.stringify({ counts: {}, quantities: { inputTokens }, finishReasons: {}, scores: {} })
  await client.server.owner.query(
    `update telemetry_window set aggregate = $1, packed = null
     where system_id = (select id from system where name = $2)`,
    [kept, system],
  )
  const most = { n: Number.MAX_SAFE_INTEGER, sum: Number.MAX_VALUE }
  expect((await windowOf(system))?.inputTokens).toMatchObject(most)
  await send(tokensOf(system, { n: 1, sum: 7, delta: true }), 'json')
  expect((await windowOf(system))?.inputTokens).toMatchObject(most)
})
