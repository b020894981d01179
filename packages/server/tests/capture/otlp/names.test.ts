import type { Change, System } from '@afterai/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { machineName } from '../../../src/capture/gate/machine-name.ts'
import { type AttributeValue, attributesOf, spanOf } from '../../../testing/otlp/otlp-bodies.ts'
import { type OtlpClient, startOtlpClient } from '../../../testing/otlp/otlp-client.ts'

let client: OtlpClient
beforeAll(async () => {
  client = await startOtlpClient()
})
afterAll(() => client.server.stop())

const called = (resource: Readonly<Record<string, AttributeValue>>, model = 'm-1'): object => ({
  resourceSpans: [
    {
      resource: { attributes: attributesOf(resource) },
      scopeSpans: [{ spans: [spanOf({ 'gen_ai.response.model': model, 'gen_ai.agent.name': 'Support Agent' })] }],
    },
  ],
})
const systems = async (): Promise<System[]> => {
  const { token } = client.server.admin
  return (await client.server.expectOk<{ items: System[] }>({ path: '/v1/systems?limit=200', token })).items
}
const changesOf = async (system: string): Promise<Change[]> => {
  const { token } = client.server.admin
  return (await client.server.expectOk<{ items: Change[] }>({ path: `/v1/changes?system=${system}`, token })).items
}

test.each(['protobuf', 'json'] as const)(
  'P6.6: a new model in an environment with spaces opens no change in production, in %s',
  async (as) => {
    const system = `spaces-${as}`
    const send = (environment: string | undefined, model: string) =>
      client.send(
        'traces',
        as,
        called(
          {
            'service.name': system,
            ...(environment === undefined ? {} : { 'deployment.environment.name': environment }),
          },
          model,
        ),
      )
    await send('production', 'm-1')
    for (const model of ['m-1', 'm-2']) expect((await send('QA West', model)).status).toBe(200)
    expect(await changesOf(system)).toMatchObject([{ environment: 'QA-West-0f74e1e61a' }])
    const windows = await client.windowsOf(system)
    expect(windows.map(({ environment, calls }) => `${environment} ${calls}`).toSorted()).toEqual([
      'QA-West-0f74e1e61a 2',
      'production 1',
    ])
    expect(windows[0]?.route).toBe(machineName('Support Agent', 'agent'))
  },
)

test.each(['protobuf', 'json'] as const)(
  'P6.6: services that people name are systems of their own, which the other doors take, in %s',
  async (as) => {
    const names = [
      'Chat Bot',
      'Chat-Bot',
      'chat bot',
      'Chat Bot!',
      'Čhat Bot',
      '聊天',
      '助手',
      'Support (EU)',
      'a'.repeat(100),
    ].map((it) => `${it}${as.slice(0, 1)}`)
    for (const name of names)
      expect((await client.send('traces', as, called({ 'service.name': name }))).status).toBe(200)
    const shown = names.map((it) => machineName(it, 'service') ?? '')
    expect(new Set(shown).size).toBe(names.length)
    for (const name of shown) {
      expect((await client.windowsOf(name))[0]?.calls).toBe(1)
      const observations = [{ system: name, configuration: { model: { name: 'm' } } }]
      const { token } = client.server.admin
      await client.server.expectOk({ method: 'POST', path: '/v1/observations', token, body: { observations } })
    }
    expect((await systems()).some(({ name }) => name === 'unknown_service')).toBe(false)
  },
)

const otherNames = [
  'environment',
  'env',
  'ENV',
  'Deployment.Environment',
  'deployment_environment',
  'DEPLOYMENT_ENVIRONMENT_NAME',
  'deploymentEnvironment',
  'service.environment',
  'DEPLOYMENT_ENV',
  'Deployment-Env',
  'serviceEnv',
  'APP_ENV',
  'stage',
  'DEPLOYMENT_STAGE',
  'deployment.stage',
]

test.each(otherNames.flatMap((name) => (['protobuf', 'json'] as const).map((as) => [name, as] as const)))(
  'P6.6: an environment under %s is read, or refused where it is no name; never production, in %s',
  async (name, as) => {
    const system = `env-${name}-${as}`
    const environmentsOf = async () => (await client.windowsOf(system)).map(({ environment }) => environment).toSorted()
    await client.send('traces', as, called({ 'service.name': system, [name]: 'staging' }))
    expect(await environmentsOf()).toEqual(['staging'])
    const answer = await client.send('traces', as, called({ 'service.name': system, [name]: 'a b c d e f' }))
    expect(answer.bytes.toString()).toContain('deployment.environment.name')
    // OpenTelemetry's own name goes before it, wherever it stands.
    const own = { 'deployment.environment.name': 'qa' }
    await client.send('traces', as, called({ [name]: 'staging', 'service.name': system, ...own }))
    await client.send('traces', as, called({ ...own, 'service.name': system, [name]: 'a b c d e f' }))
    expect(await environmentsOf()).toEqual(['qa', 'staging'])
    expect((await client.windowsOf(system)).find(({ environment }) => environment === 'qa')?.calls).toBe(2)
  },
)

test('P6.6: a stage of a span’s work, and how a program was built, are no environments', async () => {
  const body = (ofResource: Record<string, string>, ofSpan: Record<string, string>): object => ({
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': 'env-of-work', ...ofResource }) },
        scopeSpans: [{ spans: [spanOf(ofSpan)] }],
      },
    ],
  })
  await client.send(
    'traces',
    'json',
    body({ NODE_ENV: 'development', environments: 'a', stages: 'b' }, { stage: 'rerank' }),
  )
  await client.send('traces', 'protobuf', body({ environmental: 'c' }, { 'app.stage': 'draft' }))
  expect((await client.windowsOf('env-of-work')).map(({ environment }) => environment)).toEqual(['production'])
})

test('P6.6: on a span such a name says where nothing else does, and never overrides the resource', async () => {
  const spans = (environment: string | undefined): object => ({
    resourceSpans: [
      {
        resource: {
          attributes: attributesOf({ 'service.name': 'env-of-span', ...(environment ? { environment } : {}) }),
        },
        scopeSpans: [{ spans: [spanOf({ env: 'browser' })] }],
      },
    ],
  })
  for (const environment of [undefined, 'staging']) await client.send('traces', 'json', spans(environment))
  const found = (await client.windowsOf('env-of-span')).map(({ environment }) => environment)
  expect(found.toSorted()).toEqual(['browser', 'staging'])
})

test('P6.6: a system says since when telemetry that names no environment counts as production', async () => {
  const assumedAt = async () => (await systems()).find(({ name }) => name === 'assumed')?.productionAssumedAt
  await client.send(
    'traces',
    'json',
    called({ 'service.name': 'assumed', 'deployment.environment.name': 'production' }),
  )
  expect(await assumedAt()).toBeNull()
  await client.send('traces', 'json', called({ 'service.name': 'assumed' }))
  const since = await assumedAt()
  expect(since).toEqual(expect.any(String))
  await client.send('traces', 'json', called({ 'service.name': 'assumed' }, 'm-2'))
  expect(await assumedAt()).toBe(since)
  expect((await client.windowsOf('assumed')).map(({ environment }) => environment)).toEqual(['production'])
})

test('the other doors refuse what is no name', async () => {
  const { token } = client.server.admin
  const body = {
    observations: [{ system: 'assumed', environment: 'QA West', configuration: { model: { name: 'm' } } }],
  }
  expect((await client.server.send({ method: 'POST', path: '/v1/observations', token, body })).status).toBe(400)
  expect(
    (await client.server.send({ method: 'POST', path: '/v1/systems', token, body: { name: 'Chat Bot' } })).status,
  ).toBe(400)
})

test('P2.4: a retry is told what was told at first, refused or not', async () => {
  const bad = called({ 'service.name': 'retried', 'deployment.environment.name': '' })
  const partly = called({ 'service.name': 'retried' })
  const body = JSON.stringify(partly).replace('"gen_ai.agent.name"', '"http.route"').replace('Support Agent', '/a?b=c')
  for (const bytes of [Buffer.from(JSON.stringify(bad)), Buffer.from(body)]) {
    const [first, second] = [await client.send('traces', 'json', bytes), await client.send('traces', 'json', bytes)]
    expect(first.bytes.toString()).toContain('partialSuccess')
    expect(second.bytes.toString()).toBe(first.bytes.toString())
  }
})

test.each([true, false, [], { boolValue: true }, { kvlistValue: {} }])(
  'P6.6: an environment that is %j, in JSON, is refused and never production',
  async (value) => {
    const attributes = [
      { key: 'service.name', value: { stringValue: 'odd-environments' } },
      { key: 'deployment.environment.name', value },
    ]
    const body = { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [spanOf({})] }] }] }
    const answer = await client.send('traces', 'json', body)
    expect(JSON.stringify(answer)).toContain('deployment.environment.name')
    expect(await client.windowsOf('odd-environments')).toEqual([])
  },
)
