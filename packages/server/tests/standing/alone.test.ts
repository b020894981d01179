import type { Change } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { watchAll, type WatchDependencies, type Worse } from '../../src/standing/watch.ts'
import { spanOf, tracesOf } from '../../testing/otlp/otlp-bodies.ts'
import { beginStory, inDays, type Story } from '../../testing/standing-story.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let author: Person
let approver: Person
let key: string
let stories = 0

beforeAll(async () => {
  server = await startTestServer()
  author = await server.addPerson(server.admin.tenant, 'member')
  approver = await server.addPerson(server.admin.tenant, 'approver')
  key = (await server.addKey(server.admin, ['telemetry:write'])).key
})
afterAll(() => server.stop())

function begin(): Promise<Story> {
  stories += 1
  return beginStory(server, { author, approver }, `bot-${stories}`)
}

const hourMs = 3_600_000

/** Tells by OTLP that a model was served in each of some hours that lie so long back. */
async function served(
  { system }: Story,
  model: string,
  { from, until }: { readonly from: number; readonly until: number },
) {
  for (let hoursAgo = from; hoursAgo > until; hoursAgo -= 1) {
    const span = spanOf({ 'gen_ai.response.model': model }, {}, Date.now() - hoursAgo * hourMs)
    await server.expectOk({ method: 'POST', path: '/v1/traces', token: key, body: tracesOf(system, [span]) })
  }
}

const servedNow = (story: Story, model: string) => served(story, model, { from: 0.001, until: 0 })

async function watch(more: Partial<WatchDependencies> = {}): Promise<Worse[]> {
  const { db, audit } = server.enrolment
  const told: Worse[] = []
  const tell = async (_tenantId: string, worse: readonly Worse[]): Promise<boolean> => told.push(...worse) > 0
  await watchAll({ db, audit, tell, ...more }, new AbortController().signal)
  return told
}

async function manual({ system }: Story, more: object = {}): Promise<Change> {
  const body = { system, title: 'Reindexed the corpus', changeTypes: ['retrieval'], intent: 'observed', ...more }
  return server.expectOk<Change>({ method: 'POST', path: '/v1/changes', token: author.token, body })
}

describe('P6.2: what runs by its change alone has a standing of its own', () => {
  test('a model that the provider changed awaits a decision, is overdue after seven days, and is authorised by its record', async () => {
    const story = await begin()
    await servedNow(story, 'm-1')
    expect(await story.standings()).toMatchObject({ ok: true, items: [] })
    await servedNow(story, 'm-2')
    const [change] = await story.changes()
    const row = { fingerprint: null, changeId: change?.id, changeTitle: change?.title, environment: 'production' }
    expect(await story.standings()).toMatchObject({
      ok: true,
      items: [{ ...row, standing: 'awaiting', needs: `afterai ace confirm ${change?.id}` }],
    })
    expect(await story.standings(inDays(7.1))).toMatchObject({ ok: false, items: [{ ...row, standing: 'overdue' }] })
    await story.confirms(change?.id ?? '')
    const recordId = await story.decides(change?.id ?? '')
    expect(await story.standings(inDays(7.1))).toMatchObject({
      ok: true,
      items: [{ ...row, standing: 'authorised', recordId }],
    })
  })

  test('beside the configuration, which has its own', async () => {
    const story = await begin()
    await story.runs(0.1)
    await story.accepts()
    const change = await manual(story)
    const { items, counts } = await story.standings()
    expect(items.map(({ standing, changeId }) => [standing, changeId])).toEqual([
      ['awaiting', change.id],
      ['accepted_baseline', null],
    ])
    expect(counts).toMatchObject({ awaiting: 1, accepted_baseline: 1 })
  })

  test('a change that was refused and runs is contrary at once; dismissed or closed it runs no more', async () => {
    const story = await begin()
    const [refused, noise] = [await manual(story), await manual(story, { title: 'Nothing at all' })]
    await story.confirms(refused.id)
    await story.decides(refused.id, { decision: 'not_act' })
    await story.post(`/v1/changes/${noise.id}/dismiss`, { reason: 'It was a test.' })
    expect(await story.standings()).toMatchObject({
      ok: false,
      items: [{ standing: 'contrary', changeId: refused.id }],
    })
    const [{ needs } = { needs: '' }] = (await story.standings()).items
    expect([needs, (await story.life(refused.id)).next]).toEqual(
      Array.from({ length: 2 }, () => `afterai ace ended ${refused.id}`),
    )
    const before = new Date().toISOString()
    expect(await story.post(`/v1/changes/${refused.id}/closure`, { code: 'unsuccessful' })).toMatchObject({
      status: 409,
    })
    expect(await story.post(`/v1/changes/${refused.id}/end`, {})).toMatchObject({ status: 200 })
    expect(await story.life(refused.id)).toMatchObject({
      running: 'ended',
      next: `afterai ace close ${refused.id} --code unsuccessful`,
    })
    expect(await story.post(`/v1/changes/${refused.id}/closure`, { code: 'unsuccessful' })).toMatchObject({
      status: 200,
    })
    expect((await story.standings()).items).toEqual([])
    expect(await story.standings(before)).toMatchObject({ items: [{ standing: 'contrary' }] })
  })

  test('what ends is said of what runs by its change alone, and of no other', async () => {
    const story = await begin()
    const [plan, runs] = [await manual(story, { intent: 'proposed' }), await manual(story, { title: 'An index' })]
    await story.runs(0.1)
    const seen = (await story.runs(0.2)) ?? ''
    const end = (id: string, body: object = {}) => story.post(`/v1/changes/${id}/end`, body)
    expect(await end(plan.id)).toMatchObject({ status: 409, body: { detail: 'it did not run yet' } })
    expect(await end(seen)).toMatchObject({ status: 409, body: { code: 'invalid_transition' } })
    for (const at of [inDays(1), inDays(-1)]) {
      expect(await end(runs.id, { at })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/at' }] } })
    }
    expect(await end(runs.id)).toMatchObject({ status: 200 })
    expect(await end(runs.id)).toMatchObject({ status: 409, body: { detail: 'it ended already' } })
    expect(await end('01980a2c-0000-7000-8000-000000000000')).toMatchObject({ status: 404 })
  })

  test('a plan without a configuration has none until somebody says that it runs', async () => {
    const story = await begin()
    const plan = await manual(story, { intent: 'proposed' })
    expect((await story.standings()).items).toEqual([])
    await story.post(`/v1/changes/${plan.id}/implementation`, {})
    expect(await story.standings()).toMatchObject({ items: [{ standing: 'awaiting', changeId: plan.id }] })
  })

  test('what is told with its configuration, and then seen to run, is the environment’s', async () => {
    const story = await begin()
    await story.runs(0.1)
    await manual(story, { after: { model: { provider: 'acme', name: 'large' }, inference: { temperature: 0.2 } } })
    expect((await story.standings()).items.filter(({ fingerprint }) => fingerprint === null)).toHaveLength(1)
    await story.runs(0.2)
    expect((await story.standings()).items.filter(({ fingerprint }) => fingerprint === null)).toEqual([])
  })

  test('each turn for the worse is told once, also beside others of the same environment', async () => {
    const story = await begin()
    await manual(story)
    await manual(story, { title: 'Another index' })
    const own = ({ system }: Worse): boolean => system === story.system
    expect((await watch()).filter(own)).toEqual([])
    const inAWeek = { now: () => new Date(Date.now() + 8 * 24 * hourMs) }
    const told = (await watch(inAWeek)).filter(own)
    expect(told.map(({ standing }) => standing)).toEqual(['overdue', 'overdue'])
    expect(new Set(told.map(({ changeId }) => changeId)).size).toBe(2)
    expect((await watch(inAWeek)).filter(own)).toEqual([])
  })
})

describe('P6.1: a served model that comes back is a change of its own', () => {
  test('which undoes the one before, and A → B → A → B is three', async () => {
    const story = await begin()
    await served(story, 'm-1', { from: 61, until: 55 })
    await served(story, 'm-2', { from: 55, until: 40 })
    await served(story, 'm-1', { from: 40, until: 20 })
    const [back, first] = await story.changes()
    expect([first?.after?.model?.servedName, back?.after?.model?.servedName]).toEqual(['m-2', 'm-1'])
    expect(back).toMatchObject({
      title: 'served again: m-1 in the place of m-2',
      changeTypes: ['model', 'vendor_blackbox'],
    })
    const life = (id: string | undefined) => story.life(id ?? '')
    expect(await life(first?.id)).toMatchObject({
      running: 'rolled_back',
      rolledBackBy: back?.id,
    })
    expect(await life(back?.id)).toMatchObject({ running: 'runs', reverses: first?.id })
    expect((await story.standings()).items.map(({ changeId }) => changeId)).toEqual([back?.id])
    await served(story, 'm-2', { from: 20, until: 0 })
    const [again, ...earlier] = await story.changes()
    expect(earlier.map(({ id }) => id)).toEqual([back?.id, first?.id])
    expect(await life(again?.id)).toMatchObject({ running: 'runs', reverses: back?.id })
    expect((await story.standings()).items.map(({ changeId }) => changeId)).toEqual([again?.id])
    const { items } = await server.expectOk<{ items: { resource: string; details: object }[] }>({
      path: '/v1/audit-events?action=change.end&limit=200',
      token: server.admin.token,
    })
    const own = items.filter(({ resource }) => [first, back, again].some((it) => resource === `change/${it?.id}`))
    expect(own.map(({ resource, details }) => [resource, details])).toMatchObject([
      [`change/${back?.id}`, { undoneBy: again?.id }],
      [`change/${first?.id}`, { undoneBy: back?.id }],
    ])
  })

  test('and one that took another’s place for good ends the other’s change', async () => {
    const story = await begin()
    await served(story, 'm-1', { from: 61, until: 55 })
    await served(story, 'm-2', { from: 55, until: 40 })
    await served(story, 'm-3', { from: 40, until: 20 })
    const [third, second] = await story.changes()
    expect(await story.life(second?.id ?? '')).toMatchObject({ running: 'ended', rolledBackBy: null })
    expect((await story.standings()).items.map(({ changeId }) => changeId)).toEqual([third?.id])
  })
})
