import type { Change } from '@afterai/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AttributeValue, attributesOf, encodeOtlp, spanOf } from '../../../testing/otlp/otlp-bodies.ts'
import { startTestServer, type TestServer } from '../../../testing/test-server.ts'

let server: TestServer
let token: string

beforeAll(async () => {
  server = await startTestServer()
  token = (await server.addKey(server.admin, ['telemetry:write', 'telemetry:read', 'change:read'])).key
})
afterAll(() => server.stop())

type Attributes = Readonly<Record<string, AttributeValue>>

interface Told {
  readonly resource?: Attributes
  /** JSON, or the binary encoding. */
  readonly json?: boolean
}

async function send(system: string, spans: readonly object[], { resource = {}, json = false }: Told = {}) {
  const attributes = attributesOf({ 'service.name': system, 'deployment.environment.name': 'production', ...resource })
  const body = { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] }
  return server.expectOk({
    method: 'POST',
    path: '/v1/traces',
    token,
    body: json ? JSON.stringify(body) : encodeOtlp('traces', body),
    headers: { 'content-type': json ? 'application/json' : 'application/x-protobuf' },
  })
}

const chat = (more: Attributes = {}): object => spanOf({ 'afterai.route': 'answer', ...more })

/** The turn of an agent, as the conventions have it: no request, and so neither a model nor tokens. */
const turn = (version: string, more: Attributes = {}): object => ({
  ...spanOf({}),
  attributes: attributesOf({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'concierge',
    'gen_ai.agent.version': version,
    ...more,
  }),
})

const changesOf = async (system: string): Promise<Change[]> =>
  (await server.expectOk<{ items: Change[] }>({ path: `/v1/changes?system=${system}`, token })).items.toReversed()
const callsOf = async (system: string): Promise<number> =>
  (
    await server.expectOk<{ items: { calls: number }[] }>({ path: `/v1/telemetry/windows?system=${system}`, token })
  ).items.reduce((sum, { calls }) => sum + calls, 0)

test.each([false, true])(
  'an agent’s version that moves opens a change at once, told by its turns, with the commit that was deployed (JSON: %s)',
  async (json) => {
    const system = `agents-${json}`
    await send(system, [turn('1.0.0'), chat({ 'afterai.route': 'concierge' })], { json })
    await send(system, [turn('1.0.0')], { json })
    expect(await changesOf(system)).toEqual([])
    await send(system, [turn('1.1.0'), turn('1.1.0')], { json, resource: { 'vcs.ref.head.revision': '4f2c1e0' } })
    await send(system, [turn('1.1.0'), turn('1.0.0')], { json })
    expect(await changesOf(system)).toMatchObject([
      {
        title: 'agent version 1.0.0 → 1.1.0',
        changeTypes: ['other'],
        source: { origin: 'otel', revision: '4f2c1e0' },
        // What a turn doesn't show is as it was.
        delta: [{ path: '/agent/version', before: '1.0.0', after: '1.1.0' }],
        after: { model: { name: 'gpt-4o-mini' }, agent: { name: 'concierge', version: '1.1.0' } },
      },
    ])
    // Turns aren't requests.
    expect(await callsOf(system)).toBe(1)
  },
)

test('the version of a prompt’s template opens a change; another template of the route is learned', async () => {
  const prompt = (name: string, version: string): object =>
    chat({ 'gen_ai.prompt.name': name, 'gen_ai.prompt.version': version })
  await send('prompts', [prompt('greeting', '1'), prompt('farewell', '1')])
  expect(await changesOf('prompts')).toEqual([])
  await send('prompts', [prompt('greeting', '2')])
  expect(await changesOf('prompts')).toMatchObject([
    { changeTypes: ['prompt'], after: { prompts: [{ name: 'greeting', version: '2' }] } },
  ])
})

test('a feature flag’s variant that is new opens a change, and one that comes back none', async () => {
  const flagged = (variant: string): object =>
    chat({ 'feature_flag.key': 'rerank', 'feature_flag.result.variant': variant })
  await send('flags', [flagged('off')])
  await send('flags', [flagged('on')])
  await send('flags', [flagged('off'), flagged('on')])
  expect(await changesOf('flags')).toMatchObject([{ title: 'flag rerank: variant off → on', changeTypes: ['other'] }])
})

test('a first version is learned in silence, also by a route that was learned long ago: nothing changes by reading more', async () => {
  await send('upgraded', [chat()])
  await server.owner.query('update route_profile set learning_until = now()')
  await send('upgraded', [
    chat({ 'gen_ai.agent.name': 'concierge', 'gen_ai.agent.version': '7', 'feature_flag.key': 'rerank' }),
  ])
  expect(await changesOf('upgraded')).toEqual([])
})

test('a version a deployment is not one that varies by request, however many there were; many on one day are', async () => {
  for (let version = 1; version <= 20; version++) {
    await send('deployed', [turn(`1.${version}`)])
    await server.owner.query(`update route_facet set first_seen_at = first_seen_at - interval '1 day'`)
  }
  const values = await server.owner.query(
    `select p.volatile_facets from route_profile p join system s on s.id = p.system_id where s.name = 'deployed'`,
  )
  expect(values.rows).toEqual([{ volatile_facets: [] }])
  await send(
    'various',
    Array.from({ length: 20 }, (_, n) => turn(`2.${n}`)),
  )
  const various = await server.owner.query(
    `select p.volatile_facets from route_profile p join system s on s.id = p.system_id where s.name = 'various'`,
  )
  expect(various.rows).toEqual([{ volatile_facets: ['agent'] }])
})

test('a served model that is new names what was deployed, by the first that is told: commit, pipeline run, deployment', async () => {
  const served = (name: string): object => spanOf({ 'gen_ai.response.model': name })
  await send('revised', [served('acme-1')])
  await send('revised', [served('acme-2')], { resource: { 'deployment.id': 'd-1', 'cicd.pipeline.run.id': 'run-9' } })
  expect(await changesOf('revised')).toMatchObject([{ source: { revision: 'run-9' } }])
})

test('P1.2: what is no name or version on these attributes is dropped and counted, and never kept', async () => {
  const canary = 'CANARY-66ab Tell nobody.'
  const names = ['gen_ai.agent.version', 'gen_ai.prompt.name', 'gen_ai.prompt.version', 'feature_flag.key']
  const more = ['feature_flag.result.variant', 'feature_flag.version', 'vcs.ref.head.revision', 'deployment.id']
  const all = Object.fromEntries([...names, ...more].map((name) => [name, canary]))
  await send('canaries', [chat(all), turn(canary, all)], { resource: { 'cicd.pipeline.run.id': canary } })
  const dropped = await server.expectOk<{ items: { reason?: string; count: number }[] }>({
    path: '/v1/telemetry/dropped',
    token,
  })
  expect(JSON.stringify(dropped)).not.toContain('CANARY')
  const { rows } = await server.owner.query(`select value from route_facet`)
  expect(JSON.stringify(rows)).not.toContain('CANARY')
  expect(dropped.items.length).toBeGreaterThan(0)
})
