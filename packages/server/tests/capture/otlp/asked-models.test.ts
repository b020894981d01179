import type { Change, ServedModel } from '@afterai/contract'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeOtlp, spanOf, tracesOf } from '../../../testing/otlp/otlp-bodies.ts'
import { composeBeside, startTestServer, type TestServer } from '../../../testing/test-server.ts'

let server: TestServer
let token: string
let beside: Awaited<ReturnType<typeof composeBeside>>

beforeAll(async () => {
  server = await startTestServer({ captureLimits: { learningMs: 0 } })
  beside = await composeBeside(server, { captureLimits: { learningMs: 0 } })
  token = (await server.addKey(server.admin, ['telemetry:write', 'telemetry:read', 'change:read'])).key
})
afterAll(async () => {
  await beside?.close()
  await server?.stop()
})

let counter = 0
const fresh = (): string => `asked-${++counter}`

interface Call {
  readonly asked: string
  readonly served: string
  readonly to?: 'here' | 'beside'
}

async function send(system: string, { asked, served, to = 'here' }: Call): Promise<void> {
  const { http } = to === 'here' ? server : beside
  const span = spanOf({ 'gen_ai.request.model': asked, 'gen_ai.response.model': served })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-protobuf' }
  const payload = encodeOtlp('traces', tracesOf(system, [span]))
  const { statusCode } = await http.inject({ method: 'POST', url: '/v1/traces', headers, payload })
  expect(statusCode).toBe(200)
}

const read = async <T>(path: string): Promise<T[]> => (await server.expectOk<{ items: T[] }>({ path, token })).items
const modelsOf = (system: string) => read<ServedModel>(`/v1/telemetry/served-models?system=${system}`)
const changesOf = (system: string) => read<Change>(`/v1/changes?system=${system}`)

const spellings = ['gpt-4o-mini', 'GPT-4o-mini', 'openai/gpt-4o-mini', 'OpenAI/GPT-4O-Mini'] as const
const [old, next] = ['gpt-4o-mini-2024-07-18', 'gpt-4o-mini-2025-01-01'] as const

test('P6.6: one model that is asked for in several spellings is watched once, in whatever order they come and at two processes; what is served anew is one change', async () => {
  const calls = fc.record({
    asked: fc.constantFrom(...spellings),
    to: fc.constantFrom('here' as const, 'beside' as const),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(calls, { minLength: 2, maxLength: 4 }), calls, async (before, after) => {
      const system = fresh()
      for (const call of before) await send(system, { ...call, served: old })
      expect(await changesOf(system)).toEqual([])
      await send(system, { ...after, served: next })
      const models = await modelsOf(system)
      // It is called as it was asked for first.
      expect(models.map(({ requestedModel, verdict }) => [requestedModel, verdict])).toEqual([
        [before[0]?.asked, 'breached'],
      ])
      expect(await changesOf(system)).toMatchObject([
        { before: { model: { servedName: old } }, after: { model: { servedName: next } } },
      ])
    }),
    { numRuns: 12 },
  )
}, 120_000)

test('another model that is asked for is another one, and one change of the system', async () => {
  const system = fresh()
  await send(system, { asked: 'gpt-4o-mini', served: old })
  await send(system, { asked: 'GPT-4o', served: 'gpt-4o-2024-08-06' })
  expect((await modelsOf(system)).length).toBe(2)
  expect(await changesOf(system)).toMatchObject([
    { before: { model: { name: 'gpt-4o-mini' } }, after: { model: { name: 'GPT-4o' } } },
  ])
})

test('of two spellings that an earlier release watched apart, the first stands for both', async () => {
  const system = fresh()
  await send(system, { asked: 'gpt-4o-mini', served: old })
  await server.owner.query(
    `insert into served_model (tenant_id, id, system_id, environment, provider, requested_model)
     select m.tenant_id, 'ffffffff-ffff-7fff-bfff-ffffffffffff', m.system_id, m.environment, m.provider, 'GPT-4o-mini'
     from served_model m join system s on s.id = m.system_id where s.name = $1`,
    [system],
  )
  await send(system, { asked: 'GPT-4o-mini', served: next })
  const [kept] = (await modelsOf(system)).filter(({ identities }) => identities.length > 0)
  expect([kept?.requestedModel, kept?.verdict]).toEqual(['gpt-4o-mini', 'breached'])
  expect((await changesOf(system)).length).toBe(1)
})
