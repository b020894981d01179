import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { operations } from '@afterai/contract/operations'
import { afterai, startStandIn, temporaryFolder } from './harness.ts'
import { ids } from './samples.ts'

const card = operations['GET /v1/systems/{name}/card']?.answer as { version: number; card: object }
const comparison = operations['POST /v1/systems/{name}/comparison']?.answer as object
const run = operations['GET /v1/systems/{name}/history']?.answer as { items: { fingerprint: string }[] }
const approvers = operations['GET /v1/systems/{name}/approvers']?.answer as object

const ada = {
  accountId: ids.person,
  kind: 'person',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  role: 'admin',
  createdAt: '2026-11-24T09:12:31.000Z',
  disabledAt: null,
  roleProviderId: null,
}

const server = () =>
  startStandIn({
    'GET /v1/systems/support-bot/card': () => [200, card],
    'PUT /v1/systems/support-bot/card': () => [200, { ...card, version: 3 }],
    'GET /v1/members': () => [200, { items: [ada], nextCursor: null }],
    'POST /v1/systems/support-bot/comparison': () => [200, comparison],
    'GET /v1/systems/support-bot/history': () => [200, run],
    'GET /v1/systems/support-bot/approvers': () => [200, approvers],
  })

test('system card changes single fields of the card in force, and says which version it was made from', async () => {
  const { env, received } = await server()
  const set = ['vendor=', 'regimes=baseline, us-health', 'owner=person:ada@example.com'].flatMap((it) => ['--set', it])
  const ran = await afterai(['system', 'card', 'support-bot', ...set], { env })
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('not legal advice') })
  expect(JSON.parse(received.at(-1)?.body ?? '')).toEqual({
    ...card.card,
    vendor: null,
    regimes: ['baseline', 'us-health'],
    owner: { kind: 'person', accountId: ids.person },
    basedOn: card.version,
  })
})

test('system card takes a whole card from a file; what that leaves out is cleared', async () => {
  const { env, received } = await server()
  const path = join(await temporaryFolder(), 'card.yaml')
  await writeFile(path, 'purpose: Answers.\nowner: { team: Customer care }\n')
  expect((await afterai(['system', 'card', 'support-bot', '--from', path], { env })).code).toBe(0)
  expect(JSON.parse(received.at(-1)?.body ?? '')).toMatchObject({
    owner: { kind: 'team', name: 'Customer care' },
    vendor: null,
    roles: [],
  })
})

test.each([
  [['--set', 'colour=red'], 'no field of a card'],
  [['--set', 'owner=Ada'], 'neither a person nor a team'],
  [['--set', 'roles=owner'], '/roles/0'],
  [['--set', 'vendor=Acme', '--at', '2026-10-03'], 'cannot be used with'],
  [['--at', 'yesterday'], 'is no instant'],
])('system card %j is refused, and nothing is written', async (words, why) => {
  const { env, received } = await server()
  const ran = await afterai(['system', 'card', 'support-bot', ...words], { env })
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining(why) })
  expect(received.filter(({ method }) => method === 'PUT')).toEqual([])
})

test('compare asks by instants, by fingerprints or their beginnings, and of what runs now', async () => {
  const { env, received } = await server()
  const fingerprint = run.items[0]?.fingerprint ?? ''
  const asked = async (...words: string[]): Promise<unknown> => {
    const ran = await afterai(['compare', 'support-bot', ...words], { env })
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('/model/name') })
    return JSON.parse(received.at(-1)?.body ?? '')
  }
  const at = '2026-10-03T00:00:00.000Z'
  expect(await asked('--at', '2026-10-03')).toEqual({ before: { at }, after: {} })
  expect(await asked('--fingerprint', fingerprint.slice(7, 19), '--with', '2026-10-03')).toEqual({
    before: { fingerprint },
    after: { at },
  })
  expect(await asked('--environment', 'staging', '--with-environment', 'production')).toEqual({
    environment: 'staging',
    before: {},
    after: { environment: 'production' },
  })
  for (const words of [
    ['--at', '2026-10-03', '--fingerprint', fingerprint],
    ['--with', '2026-10-03', '--from', 'afterai.yaml'],
  ]) {
    expect((await afterai(['compare', 'support-bot', ...words], { env })).code).toBe(2)
  }
  const unknown = await afterai(['compare', 'support-bot', '--fingerprint', 'eeeeeeee'], { env })
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing that ran there') })
})

test('history --approvers lists who could approve, by which version of the policy', async () => {
  const { env, received } = await server()
  const ran = await afterai(['history', 'support-bot', '--approvers', '--at', '2026-10-03T12:00Z'], { env })
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/version 0 \(built in\)[^]*Bo {2}/) })
  expect(received.at(-1)?.query.get('at')).toBe('2026-10-03T12:00:00.000Z')
})
