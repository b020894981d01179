import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Change, DroppedTelemetry, ServedModel, TelemetryWindow } from '@afterai/contract'
import { fixturesDir } from '@afterai/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { type AttributeValue, encodeOtlp, spanOf, tracesOf } from '../../../testing/otlp/otlp-bodies.ts'

const dayMs = 24 * 3_600_000

let server: TestServer
let token: string

beforeAll(async () => {
  server = await startTestServer()
  token = (await server.addKey(server.admin, ['telemetry:write', 'telemetry:read', 'change:read'])).key
})
afterAll(() => server.stop())

const unsaid = { any: {} }

interface Call {
  readonly served: string
  readonly atMs?: number
  readonly more?: Readonly<Record<string, AttributeValue>>
}

const spanFor = ({ served, atMs, more }: Call): object => spanOf({ 'gen_ai.response.model': served, ...more }, {}, atMs)

const send = (system: string, calls: readonly Call[]) =>
  server.expectOk({
    method: 'POST',
    path: '/v1/traces',
    token,
    body: encodeOtlp('traces', tracesOf(system, calls.map(spanFor))),
    headers: { 'content-type': 'application/x-protobuf' },
  })

const read = async <T>(path: string): Promise<T[]> => (await server.expectOk<{ items: T[] }>({ path, token })).items
const windowsOf = (system: string) => read<TelemetryWindow>(`/v1/telemetry/windows?system=${system}`)
const changesOf = (system: string) => read<Change>(`/v1/changes?system=${system}`)
const verdictsOf = async (system: string) =>
  (await read<ServedModel>(`/v1/telemetry/served-models?system=${system}`)).map(({ verdict }) => verdict)

test('what comes days late fills its own hour, and opens no change backwards; when it is served again it is told', async () => {
  const now = Date.now()
  await send('late', [{ served: 'new' }])
  await send('late', [{ served: 'old', atMs: now - 3 * dayMs }])
  expect(await changesOf('late')).toEqual([])
  expect(await verdictsOf('late')).toEqual(['clear'])
  expect((await windowsOf('late')).map(({ calls }) => calls)).toEqual([1, 1])
  await send('late', [{ served: 'old' }])
  expect(await changesOf('late')).toMatchObject([
    { before: { model: { servedName: 'new' } }, after: { model: { servedName: 'old' } } },
  ])
})

test('what is served is late only by more than clocks differ', async () => {
  await send('skewed', [{ served: 'a' }])
  await send('skewed', [{ served: 'b', atMs: Date.now() - 60_000 }])
  expect((await changesOf('skewed')).length).toBe(1)
})

test('the verdict is that of what was served last, however soon it changes, in one batch and in several', async () => {
  const calls = ['a', 'b', 'a'].map((served) => ({ served }))
  const verdicts: (string | undefined)[] = []
  for (const call of calls) {
    await send('flapping', [call])
    verdicts.push(...(await verdictsOf('flapping')))
  }
  expect(verdicts).toEqual(['clear', 'breached', 'clear'])
  const now = Date.now()
  await send('flapping', [
    { served: 'a', atMs: now + 2 },
    { served: 'b', atMs: now + 1 },
  ])
  expect(await verdictsOf('flapping')).toEqual(['clear'])
  await send('flapping', [
    { served: 'a', atMs: now + 3 },
    { served: 'b', atMs: now + 4 },
  ])
  expect(await verdictsOf('flapping')).toEqual(['breached'])
})

test('where nobody says which model was asked for, two routes with two models aren’t a change', async () => {
  const call = (route: string, served: string): Call => ({
    served,
    more: { 'gen_ai.request.model': unsaid, 'afterai.route': route },
  })
  await send('unasked', [call('answer', 'large'), call('classify', 'small')])
  await send('unasked', [call('answer', 'larger'), call('classify', 'small')])
  expect(await changesOf('unasked')).toEqual([])
  expect(await verdictsOf('unasked')).toEqual(['undetermined'])
})

test('names that say the same in other words are no change, in whatever order they come', async () => {
  const names = ['gpt-4o', 'gpt-4o-2024-05-13', 'openai/gpt-4o', 'GPT-4o-2024-05-13', 'models/gpt-4o', 'gpt-4o']
  const asked = { 'gen_ai.request.model': 'gpt-4o' }
  for (const [system, order] of [
    ['in-words', names],
    ['in-other-words', names.toReversed()],
  ] as const) {
    for (const served of order) await send(system, [{ served, more: asked }])
    expect(await changesOf(system)).toEqual([])
    expect(await verdictsOf(system)).toEqual(['clear'])
  }
})

test.each(['None', 'null', 'unknown', ''])(
  '%j is no name: it is counted as dropped, and changes nothing',
  async (text) => {
    const system = `nameless-${text === '' ? 'empty' : text}`
    for (const served of ['gpt-4o-mini-2024-07-18', text, 'gpt-4o-mini-2024-07-18']) await send(system, [{ served }])
    await send(system, [{ served: 'gpt-4o-mini-2024-07-18', more: { 'gen_ai.request.model': text } }])
    for (const fingerprint of ['fp_1', text, 'fp_1'])
      await send(system, [
        { served: 'gpt-4o-mini-2024-07-18', more: { 'gen_ai.openai.response.system_fingerprint': fingerprint } },
      ])
    expect(await changesOf(system)).toEqual([])
    const models = await read<ServedModel>(`/v1/telemetry/served-models?system=${system}`)
    expect(models.map(({ requestedModel }) => requestedModel).toSorted()).toEqual(['gpt-4o-mini', 'unspecified'])
  },
)

test.each([
  ['dates', 'openai', 'gpt-4o', ['gpt-4o-20240806', 'gpt-4o-2024-08-06', 'gpt-4o', 'openai/gpt-4o-20240806']],
  ['vertex', 'gcp.gemini', 'gemini-2.0-flash', ['publishers/google/models/gemini-2.0-flash', 'gemini-2.0-flash']],
  [
    'paths',
    'openai',
    'Qwen/Qwen2.5-7B-Instruct',
    ['/models/Qwen2.5-7B-Instruct', 'Qwen/Qwen2.5-7B-Instruct', './models/Qwen2.5-7B-Instruct.gguf'],
  ],
] as const)('one model in the spellings of %s opens nothing, in either order', async (what, provider, model, names) => {
  const more = { 'gen_ai.provider.name': provider, 'gen_ai.request.model': model }
  for (const [system, order] of [
    [`spelt-${what}`, names],
    [`spelt-back-${what}`, names.toReversed()],
  ] as const) {
    for (const served of order) await send(system, [{ served, more }])
    expect(await changesOf(system)).toEqual([])
    expect(await verdictsOf(system)).toEqual(['clear'])
  }
})

test.each(['default', 'model', 'Default_Model', 'tgi'])(
  '%s in the place of the served name says nothing: the calls are unidentified, and a real change after it is told',
  async (placeholder) => {
    const system = `placed-${placeholder}`
    const more = { 'gen_ai.request.model': 'gpt-4o' }
    for (const served of [placeholder, 'gpt-4o-2024-05-13', placeholder]) await send(system, [{ served, more }])
    expect(await changesOf(system)).toEqual([])
    expect(await verdictsOf(system)).toEqual(['clear'])
    expect((await windowsOf(system)).reduce((sum, { unidentified }) => sum + unidentified, 0)).toBe(2)
    await send(system, [{ served: 'gpt-4o-20240806', more }])
    expect((await changesOf(system)).length).toBe(1)
  },
)

test('an alias that moves from one snapshot to the next is exactly one change, whatever else the calls are named', async () => {
  const asked = { 'gen_ai.request.model': 'gpt-4o' }
  for (const served of [
    'gpt-4o',
    'gpt-4o-2024-05-13',
    'gpt-4o',
    'gpt-4o-2024-08-06',
    'openai/gpt-4o-2024-08-06',
    'gpt-4o',
  ])
    await send('moved', [{ served, more: asked }])
  expect(await changesOf('moved')).toMatchObject([
    {
      changeTypes: ['model', 'vendor_blackbox'],
      before: { model: { servedName: 'gpt-4o-2024-05-13' } },
      after: { model: { servedName: 'gpt-4o-2024-08-06' } },
    },
  ])
  expect(await verdictsOf('moved')).toEqual(['breached'])
})

test('another release at Bedrock is a change, another region is none', async () => {
  const more = {
    'gen_ai.provider.name': 'aws.bedrock',
    'gen_ai.request.model': 'anthropic.claude-3-5-sonnet-20241022-v1:0',
  }
  const claude = 'anthropic.claude-3-5-sonnet-20241022'
  for (const served of [`us.${claude}-v1:0`, `eu.${claude}-v1:0`, `${claude}-v1:0`])
    await send('regional', [{ served, more }])
  expect(await changesOf('regional')).toEqual([])
  await send('regional', [{ served: `eu.${claude}-v2:0`, more }])
  expect((await changesOf('regional')).length).toBe(1)
})

test('a gateway that asks at another platform is a change of the provider', async () => {
  const more = { 'gen_ai.provider.name': 'litellm', 'gen_ai.request.model': 'smart' }
  for (const served of ['bedrock/anthropic.claude-3-haiku-20240307-v1:0', 'vertex_ai/claude-3-haiku@20240307'])
    await send('gateway', [{ served, more }])
  expect(await changesOf('gateway')).toMatchObject([
    { before: { model: { provider: 'bedrock' } }, after: { model: { provider: 'vertex' } } },
  ])
})

const fingerprint = (it: string) => ({ 'openai.response.system_fingerprint': it })

test('twelve fingerprints that alternate within an hour are one change, in one batch and in many', async () => {
  const calls = Array.from({ length: 36 }, (_, index) => ({ served: 'm-1', more: fingerprint(`fp_${index % 12}`) }))
  await send('balanced-at-once', calls)
  for (const call of calls) await send('balanced', [call])
  for (const system of ['balanced-at-once', 'balanced']) {
    const changes = await changesOf(system)
    expect(changes).toMatchObject([{ changeTypes: ['vendor_blackbox'] }])
    const [model] = await read<ServedModel>(`/v1/telemetry/served-models?system=${system}`)
    expect(model?.identities.filter(({ changeId }) => changeId === changes[0]?.id).length).toBe(11)
    expect(model?.verdict).toBe('breached')
  }
})

test('a fingerprint that joined others in silence, and is served alone for a day of calls, is one more change', async () => {
  const startMs = Date.now() - 3 * dayMs
  const call = (hour: number, it: string): Call => ({
    served: 'm-1',
    atMs: startMs + hour * 3_600_000,
    more: fingerprint(it),
  })
  for (const [hour, it] of [
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
  ] as const)
    await send('replaced', [call(hour, it)])
  expect((await changesOf('replaced')).length).toBe(1)
  for (let hour = 3; hour < 40; hour += 1) await send('replaced', [call(hour, 'c')])
  expect((await changesOf('replaced')).map(({ title }) => title).toSorted()).toEqual([
    'system fingerprint c in the place of 2 others',
    'systemFingerprint a → b',
  ])
})

test('what an earlier release kept of names that say the same opens nothing', async () => {
  await send('upgraded', [{ served: 'gpt-4o-mini-2024-07-18' }])
  const kept = (name: string) =>
    server.owner.query(
      `insert into served_identity (tenant_id, served_model_id, served_name, system_fingerprint, baseline, first_seen_at, last_seen_at)
       select i.tenant_id, i.served_model_id, $1, '', false, now(), now() from served_identity i
       join served_model m on m.id = i.served_model_id join system s on s.id = m.system_id
       where s.name = 'upgraded' and i.baseline`,
      [name],
    )
  for (const name of ['None', 'default', 'gpt-4o-mini', 'openai/gpt-4o-mini-2024-07-18']) await kept(name)
  expect(await verdictsOf('upgraded')).toEqual(['clear'])
  for (const served of ['gpt-4o-mini', 'gpt-4o-mini-2024-07-18', 'GPT-4o-mini']) await send('upgraded', [{ served }])
  expect(await changesOf('upgraded')).toEqual([])
  await send('upgraded', [{ served: 'gpt-4o-mini-2025-01-01' }])
  expect((await changesOf('upgraded')).length).toBe(1)
})

test.each([
  ['a path', '/models/Qwen2.5-7B-Instruct'],
  ['a path of Windows', 'C:\\models\\qwen2.5.gguf'],
  ['a catalogue', '@cf/meta/llama-3.1-8b-instruct'],
  ['an adapter', 'mistralai/Mixtral-8x7B+lora'],
  ['a mark', '~anthropic/claude-latest'],
  ['a deployment', 'accounts/fireworks/models/qwen3-8b#accounts/acme/deployments/d1'],
  [
    'a long ARN',
    `arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/${'a'.repeat(64)}-${'b'.repeat(80)}`,
  ],
])('%s is a name of a model, under which it is watched', async (what, name) => {
  const system = what.replaceAll(' ', '-')
  await send(system, [{ served: name, more: { 'gen_ai.request.model': name } }])
  const [model] = await read<ServedModel>(`/v1/telemetry/served-models?system=${system}`)
  expect([model?.requestedModel, model?.identities[0]?.servedModel]).toEqual([name, name])
})

test('P1.2: a sentence is no name of a model, and is counted as dropped', async () => {
  const told = async () =>
    (await read<DroppedTelemetry>('/v1/telemetry/dropped')).find(({ name }) => name === 'wrong_form')?.count ?? 0
  const before = await told()
  await send('spoken', [{ served: 'the patient is called Ada', more: { 'gen_ai.request.model': 'ask: what is it?' } }])
  await vi.waitFor(async () => expect(await told()).toBe(before + 2))
  expect(JSON.stringify(await read('/v1/telemetry/served-models'))).not.toContain('Ada')
})

const found = join(fixturesDir() ?? '', 'found/telemetry')
const inputs = fixturesDir() !== undefined && existsSync(found) ? readdirSync(found) : []

describe.skipIf(inputs.length === 0)('models of real clients (skipped where ../shared/fixtures is not there)', () => {
  test.each(inputs.filter((it) => it.startsWith('name-')))('%s is watched under its name', async (file) => {
    const now = `${Date.now()}000000`
    const text = readFileSync(join(found, file), 'utf8').replaceAll(
      /("(?:start|end)TimeUnixNano": ?)"\d+"/g,
      `$1"${now}"`,
    )
    const { body } = JSON.parse(text) as { body: object }
    await server.expectOk({ method: 'POST', path: '/v1/traces', token, body })
    const [, asked] = /"gen_ai.request.model", "value": \{"stringValue": "([^"]+)"/.exec(text) ?? []
    const models = await read<ServedModel>(`/v1/telemetry/served-models?system=${file.replace('.json', '')}`)
    expect(models.map(({ requestedModel }) => requestedModel)).toEqual([asked])
  })
})
