import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DroppedTelemetry, ServedModel } from '@afterai/contract'
import { fixturesDir } from '@afterai/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Encoding } from '../../../src/capture/otlp/body-form.ts'
import type { Signal } from '../../../src/capture/otlp/read-otlp.ts'
import { unknownService } from '../../../src/capture/call.ts'
import { type OtlpClient, startOtlpClient } from '../../../testing/otlp/otlp-client.ts'
import { type Outcome, outcomeOf } from '../../../testing/otlp/outcomes.ts'

/** Bodies that were read wrongly once, each with the door that it was sent to. They aren't part of the project. */
const folder = join(fixturesDir() ?? '', 'found', 'telemetry')
const isThere = fixturesDir() !== undefined && existsSync(folder)
const names = isThere ? readdirSync(folder).map((file) => file.replace(/\.json$/, '')) : []
const encodings = ['json', 'protobuf'] as const
/** Other ways to write JSON, which protobuf hasn't. */
const shapes: ReadonlySet<string> = new Set(['snake-case-json', 'instrumentationLibrarySpans', 'value-plain'])

interface Read extends Outcome {
  readonly system: string
  readonly droppedOf: (name: string) => number
}

/** The expectation of each body, beside that nothing is lost in silence. */
const given: Readonly<Record<string, (it: Read) => unknown>> = {
  'agent-only': (it) =>
    expect([it.kept, it.said, it.droppedOf('span.tokens')]).toEqual([0, expect.stringContaining('tokens'), 1]),
  // 100 + 20 tokens at $3 and $15 a million, and 2,000 that were read from a cache at a tenth of $3, if they are beside the 100.
  'cached-anthropic-excl': (it) => expect(only(it).costUsd.sum).toBeGreaterThanOrEqual(0.0012),
  'env-spaces': (it) => expect(only(it).environment).toMatch(/^Prod-EU-west-[0-9a-f]{10}$/),
  'svc-spaces': (it) => expect([it.kept, it.said]).toEqual([0, expect.stringContaining('service.name')]),
  'finish-bedrock-guardrail': (it) => expect(only(it).refusals).toBe(1),
  'finish-gemini-prohibited': (it) => expect(only(it).refusals).toBe(1),
  'finish-json-str': (it) => expect(only(it)).toMatchObject({ refusals: 0, finishReasons: { stop: 1 } }),
  'm-dur-agent': (it) => expect([it.kept, it.isSilent, it.droppedOf('metric.operation')]).toEqual([0, true, 1]),
  'm-nosum': (it) => expect([it.kept, it.said]).toEqual([0, expect.stringContaining('no sum')]),
  'l-eval-string': (it) => expect(only(it).scores).toMatchObject({ Relevance: { n: 1, sum: 0.8 } }),
  'l-eval-labelonly': (it) => expect(only(it).scores).toMatchObject({ 'Relevance:pass': { n: 1, sum: 1 } }),
  'tok-string': (it) => expect(only(it)).toMatchObject({ inputTokens: { sum: 100 }, outputTokens: { sum: 20 } }),
  'time-longbits': (it) => expect(only(it)).toMatchObject({ calls: 1, latencyMs: { n: 1, sum: 500 } }),
  'snake-case-json': (it) => expect(only(it)).toMatchObject({ calls: 1, inputTokens: { sum: 100 } }),
  instrumentationLibrarySpans: (it) => expect(only(it)).toMatchObject({ calls: 1, inputTokens: { sum: 100 } }),
  'value-plain': () => undefined,
  ...Object.fromEntries(names.filter((name) => name.startsWith('nest-')).map((name) => [name, isOneCall])),
  ...Object.fromEntries(names.filter((name) => name.startsWith('name-')).map((name) => [name, isWatched])),
}

let client: OtlpClient
beforeAll(async () => {
  if (isThere) client = await startOtlpClient()
})
afterAll(() => client?.server.stop())

describe.skipIf(!isThere)(
  'bodies that were read wrongly once (skipped where ../shared/fixtures/found is not there)',
  () => {
    test('each is known here', () => {
      expect(names.toSorted()).toEqual(Object.keys(given).toSorted())
    })

    const cases = names.flatMap((name) => encodings.map((as) => [name, as] as const))
    test.for(cases.filter(([name, as]) => as === 'json' || !shapes.has(name)))('%s, in %s', async ([name, as]) => {
      const it = await readOf(name, as, '')
      expect(isKeptOrTold(it)).toBe(true)
      await given[name]?.(it)
    })

    const nested = names.filter((name) => name.startsWith('nest-'))
    test.for(nested.flatMap((name) => encodings.map((as) => [name, as] as const)))(
      '%s, in %s, whose spans come the other way around',
      async ([name, as]) => {
        const it = await readOf(name, as, '-reversed')
        expect(isKeptOrTold(it)).toBe(true)
        await given[name]?.(it)
      },
    )
  },
)

/** Sends a body, and reads what came of it. */
async function readOf(name: string, as: Encoding, variant: '' | '-reversed'): Promise<Read> {
  const { signal, body } = bodyOf(name, as, variant)
  const system = name === 'svc-spaces' ? unknownService : `${name}-${as}${variant}`
  const before = await dropped()
  const outcome = await outcomeOf(client, system, body, { signal, as })
  const after = await dropped()
  const droppedOf = (field: string): number => (after.get(field) ?? 0) - (before.get(field) ?? 0)
  return { ...outcome, system, droppedOf }
}

function isKeptOrTold({ kept, isSilent, droppedOf }: Read): boolean {
  return kept > 0 || !isSilent || ['span.tokens', 'metric.operation'].some((field) => droppedOf(field) > 0)
}

/** A body as it would come now, from a system of its own. */
function bodyOf(name: string, as: Encoding, variant: '' | '-reversed'): { signal: Signal; body: object } {
  const { POST, body } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as {
    POST: string
    body: object
  }
  const endNs = BigInt(Date.now()) * 1_000_000n
  const startNs = endNs - 500_000_000n
  const halves = (at: bigint): string => `{"low":${Number(at & 0xffff_ffffn) | 0},"high":${at >> 32n}}`
  const times = [...JSON.stringify(body).matchAll(/nix_?[nN]ano":"(\d+)"/g)].map(([, at]) => BigInt(at ?? 0))
  const last = times.reduce((most, at) => (at > most ? at : most), 0n)
  const text = JSON.stringify(body)
    .replaceAll(/(nix_?[nN]ano":)"(\d+)"/g, (_, key: string, at: string) => `${key}"${BigInt(at) - last + endNs}"`)
    .replace(/("startTimeUnixNano":)\{[^}]*\}/, `$1${halves(startNs)}`)
    .replace(/("endTimeUnixNano":)\{[^}]*\}/, `$1${halves(endNs)}`)
    .replace(`"${name}`, `"${name}-${as}${variant}`)
    // Ids are bytes, which the encoder takes in base64; those of another variant are another trace's.
    .replaceAll(
      /("(?:trace|span|parentSpan)Id":)"(\w+)"/g,
      (_, key: string, id: string) => `${key}"${idOf(id, as, variant)}"`,
    )
  const written = JSON.parse(text, (key, value: unknown) =>
    variant === '-reversed' && key === 'spans' && Array.isArray(value) ? value.toReversed() : value,
  ) as object
  return { signal: POST.replace('/v1/', '') as Signal, body: written }
}

function idOf(id: string, as: Encoding, variant: string): string {
  const own = `${variant === '' ? '0' : '1'}${as === 'json' ? '0' : '1'}${id.slice(2)}`
  return as === 'json' ? own : Buffer.from(own, 'hex').toString('base64')
}

async function dropped(): Promise<Map<string, number>> {
  const path = '/v1/telemetry/dropped?limit=200'
  const { items } = await client.server.expectOk<{ items: DroppedTelemetry[] }>({ path, token: client.key })
  const counts = new Map<string, number>()
  for (const { name, count } of items) counts.set(name, (counts.get(name) ?? 0) + count)
  return counts
}

function only({ windows }: Read): Outcome['windows'][number] {
  const [window] = windows
  if (window === undefined || windows.length > 1) throw new Error(`${windows.length} windows, and not one`)
  return window
}

/** Where two spans tell of one request, or something lies around it. */
function isOneCall(it: Read): void {
  const tokens = it.system.startsWith('nest-embed') ? 8 : 100
  expect(only(it)).toMatchObject({ calls: 1, inputTokens: { n: 1, sum: tokens } })
}

/** Where the model has an unusual name: it is watched under it where somebody served it, and priced or counted as without a price. */
async function isWatched(it: Read): Promise<void> {
  const window = only(it)
  expect([window.calls, window.costUsd.n + window.unpriced]).toEqual([1, 1])
  const path = `/v1/telemetry/served-models?system=${it.system}`
  const { items } = await client.server.expectOk<{ items: ServedModel[] }>({ path, token: client.key })
  const asked = JSON.stringify(bodyOf(it.system.replace(/-(?:json|protobuf)$/, ''), 'json', ''))
  if (window.unidentified === 0) expect(items).toHaveLength(1)
  for (const { requestedModel } of items) expect(asked).toContain(`"${requestedModel}"`)
}
