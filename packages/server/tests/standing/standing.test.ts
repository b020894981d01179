import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { beginStory, inDays, type Story } from '../../testing/standing-story.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let author: Person
let approver: Person
let stories = 0

beforeAll(async () => {
  server = await startTestServer()
  author = await server.addPerson(server.admin.tenant, 'member')
  approver = await server.addPerson(server.admin.tenant, 'approver')
})
afterAll(() => server.stop())

function begin(): Promise<Story> {
  stories += 1
  return beginStory(server, { author, approver }, `bot-${stories}`)
}

describe('P6.2: what runs stands as it was decided', () => {
  test('what ran first awaits somebody who accepts it, and is an accepted baseline then', async () => {
    const story = await begin()
    await story.runs(0.1)
    expect(await story.standing()).toMatchObject({
      standing: 'awaiting',
      needs: `afterai accept ${story.system} --environment production`,
    })
    expect((await story.accepts()).status).toBe(201)
    expect(await story.standing()).toMatchObject({ standing: 'accepted_baseline', due: null, needs: null })
  })

  test('what was planned, decided and deployed is one change, authorised by its record', async () => {
    const story = await begin()
    await story.runs(0.1)
    const planned = await story.plans(0.2)
    await story.confirms(planned)
    const recordId = await story.decides(planned)
    expect(await story.gate(0.2)).toMatchObject({
      open: true,
      answer: 'covered',
      recordId,
      changeId: planned,
      changeTitle: expect.stringMatching(/./),
      decidedBy: ['The approver'],
    })
    expect(await story.runs(0.2, { revision: '4f2a9c1' })).toBe(planned)
    expect(await story.changes()).toHaveLength(1)
    expect(await story.standing()).toMatchObject({ standing: 'authorised', recordId, changeId: planned })
    expect(await story.life(planned)).toMatchObject({
      stage: 'running',
      decision: 'act',
      running: 'runs',
      asDecided: true,
      revision: '4f2a9c1',
    })
  })

  test('the same holds when the provider says what it serves, which a plan can’t know', async () => {
    const story = await begin()
    await story.runs(0.1, { servedName: 'large-1' })
    const planned = await story.plans(0.2)
    await story.confirms(planned)
    const recordId = await story.decides(planned)
    expect(await story.runs(0.2, { servedName: 'large-1' })).toBe(planned)
    expect(await story.standing()).toMatchObject({ standing: 'authorised', recordId })
    expect(await story.gate(0.2)).toMatchObject({ open: true, answer: 'covered' })
  })

  test('what was deployed and not decided awaits a decision for seven days, and is overdue then', async () => {
    const story = await begin()
    await story.runs(0.1)
    await story.accepts()
    const changeId = await story.runs(0.3)
    expect(await story.standings()).toMatchObject({ ok: true, items: [{ standing: 'awaiting', changeId }] })
    expect(await story.standing(inDays(6.9))).toMatchObject({ standing: 'awaiting' })
    expect(await story.standings(inDays(7.1))).toMatchObject({
      ok: false,
      counts: { overdue: 1 },
      items: [{ standing: 'overdue', changeId }],
    })
  })

  test('what was refused and runs all the same is contrary within one observation', async () => {
    const story = await begin()
    await story.runs(0.1)
    const planned = await story.plans(0.9)
    await story.confirms(planned)
    const recordId = await story.decides(planned, { decision: 'not_act' })
    expect(await story.gate(0.9)).toMatchObject({ open: false, answer: 'contrary', recordId })
    expect(await story.runs(0.9)).toBe(planned)
    expect(await story.standings()).toMatchObject({
      ok: false,
      items: [{ standing: 'contrary', recordId, changeId: planned }],
    })
    expect(await story.life(planned)).toMatchObject({
      decision: 'not_act',
      running: 'runs',
      asDecided: false,
      waitsFor: 'to be rolled back: it runs against the decision',
    })
  })

  test('what was decided otherwise deviates: a change of its own, with exactly what deviates', async () => {
    const story = await begin()
    await story.runs(0.1)
    const planned = await story.plans(0.2)
    await story.confirms(planned)
    const recordId = await story.decides(planned)
    const changeId = await story.runs(0.7)
    expect(changeId).not.toBe(planned)
    expect(await story.standing()).toMatchObject({
      standing: 'deviating',
      changeId,
      plannedChangeId: planned,
      recordId,
      deviation: [{ path: '/inference/temperature', before: 0.2, after: 0.7 }],
    })
    await story.confirms(changeId ?? '')
    const own = await story.decides(changeId ?? '')
    expect(await story.standing()).toMatchObject({ standing: 'authorised', recordId: own })
  })

  test('a passed review asks for a new decision, which supersedes', async () => {
    const story = await begin()
    await story.runs(0.1)
    const changeId = (await story.runs(0.2)) ?? ''
    await story.confirms(changeId)
    await story.decides(changeId, { reviewBy: inDays(3).slice(0, 10) })
    expect(await story.standing()).toMatchObject({ standing: 'authorised' })
    expect(await story.standings(inDays(5))).toMatchObject({ ok: true, items: [{ standing: 'review_due' }] })
    await story.decides(changeId)
    expect(await story.standing(inDays(5))).toMatchObject({ standing: 'authorised' })
  })

  test('an acceptance takes no decision’s place', async () => {
    const story = await begin()
    await story.runs(0.1)
    const changeId = (await story.runs(0.2)) ?? ''
    expect(await story.accepts()).toMatchObject({ status: 409, body: { code: 'invalid_transition' } })
    await story.confirms(changeId)
    await story.decides(changeId, { decision: 'not_act' })
    expect(await story.accepts()).toMatchObject({ status: 409, body: { code: 'invalid_transition' } })
    expect(await story.standing()).toMatchObject({ standing: 'contrary' })
  })
})

describe('P6.1: one life line', () => {
  test('A, B, A, B is three changes, each of which reads by which it was rolled back', async () => {
    const story = await begin()
    await story.runs(0.1)
    const first = (await story.runs(0.2)) ?? ''
    const second = (await story.runs(0.1)) ?? ''
    const third = (await story.runs(0.2)) ?? ''
    expect(new Set([first, second, third]).size).toBe(3)
    const changes = await story.changes()
    expect(changes.map(({ id }) => id)).toEqual([third, second, first])
    expect(await story.life(first)).toMatchObject({ running: 'rolled_back', rolledBackBy: second, reverses: null })
    expect(await story.life(second)).toMatchObject({ running: 'rolled_back', rolledBackBy: third, reverses: first })
    expect(await story.life(third)).toMatchObject({ running: 'runs', rolledBackBy: null, reverses: second })
    const runs = await story.history()
    expect(runs.map((it) => [it.changeId, it.reversesChangeId])).toEqual([
      [third, second],
      [second, first],
      [first, null],
      [null, null],
    ])
  })

  test('ends with a closure, which the log seals: implemented, as decided, verified by whom and after how long', async () => {
    const story = await begin()
    await story.runs(0.1)
    const planned = await story.plans(0.2)
    await story.confirms(planned)
    const recordId = await story.decides(planned, { conditions: ['Watch refunds', 'Tell support', 'Nobody looks'] })
    const finds = (condition: string, outcome: string) =>
      story.post(`/v1/records/${recordId}/findings`, { condition, outcome, note: 'Looked.' })
    await finds('Watch refunds', 'broken')
    await finds('Watch refunds', 'met')
    await finds('Tell support', 'met')
    const early = await story.post(`/v1/changes/${planned}/closure`, { code: 'successful' })
    expect(early).toMatchObject({ status: 409, body: { code: 'invalid_transition' } })
    await story.runs(0.2)
    expect(await story.life(planned)).toMatchObject({ waitsFor: 'somebody who verifies it' })
    await story.post(`/v1/changes/${planned}/verification`, { evidence: 'Errors as before.' }, approver)
    expect(await story.life(planned)).toMatchObject({ stage: 'reviewed', waitsFor: 'to be closed' })
    const closed = await story.post(`/v1/changes/${planned}/closure`, { code: 'successful' })
    expect(closed).toMatchObject({ status: 200, body: { stage: 'closed', closeCode: 'successful', waitsFor: null } })
    const again = await story.post(`/v1/changes/${planned}/closure`, { code: 'successful' })
    expect(again.status).toBe(409)
    const { items } = await server.expectOk<{ items: { details: object }[] }>({
      path: `/v1/audit-events?action=change.close`,
      token: server.admin.token,
    })
    expect(items[0]?.details).toMatchObject({
      code: 'successful',
      asDecided: true,
      verified: 'verified',
      verifiedBy: approver.accountId,
      conditions: [
        { condition: 'Watch refunds', outcome: 'broken', foundAt: expect.any(String), foundBy: author.accountId },
        { condition: 'Tell support', outcome: 'met', foundAt: expect.any(String), foundBy: author.accountId },
        { condition: 'Nobody looks', outcome: 'not_said', foundAt: null, foundBy: null },
      ],
    })
  })

  test('what somebody found not to do what it was decided for waits for another decision, and is never called a success', async () => {
    const story = await begin()
    await story.runs(0.1)
    const planned = await story.plans(0.2)
    await story.confirms(planned)
    await story.decides(planned)
    await story.runs(0.2)
    await story.post(`/v1/changes/${planned}/verification`, { outcome: 'failed', evidence: 'Refunds fail.' }, approver)
    expect(await story.life(planned)).toMatchObject({
      verification: 'failed',
      waitsFor: 'to be decided again, or rolled back and closed: it does not do what it was decided for',
      next: `afterai decide ${planned}`,
    })
  })

  test('a plan that never ran is cancelled, and nothing else', async () => {
    const story = await begin()
    await story.runs(0.1)
    const planned = await story.plans(0.2)
    await story.confirms(planned)
    await story.decides(planned, { decision: 'not_act' })
    const wrong = await story.post(`/v1/changes/${planned}/closure`, { code: 'successful' })
    expect(wrong.status).toBe(409)
    const closed = await story.post(`/v1/changes/${planned}/closure`, { code: 'cancelled' })
    expect(closed).toMatchObject({ status: 200, body: { stage: 'closed', closeCode: 'cancelled' } })
  })

  test('a plan that begins from what does not run any more asks for a fresh look, and the gate calls it stale', async () => {
    const story = await begin()
    await story.runs(0.1)
    const planned = await story.plans(0.2)
    await story.confirms(planned)
    await story.decides(planned)
    await story.runs(0.5)
    expect(await story.life(planned)).toMatchObject({
      superseded: true,
      waitsFor: 'a fresh look: what it begins from does not run any more',
    })
    expect(await story.gate(0.2)).toMatchObject({ open: false, answer: 'stale' })
  })

  test('a change without a configuration runs when somebody says so', async () => {
    const story = await begin()
    const body = { system: story.system, title: 'Index rebuilt', changeTypes: ['retrieval'] }
    const { body: change } = await story.post<{ id: string }>('/v1/changes', body)
    await story.confirms(change.id)
    await story.decides(change.id)
    const noted = await story.post(`/v1/changes/${change.id}/implementation`, { revision: 'v9' })
    expect(noted.status).toBe(200)
    expect(await story.life(change.id)).toMatchObject({ stage: 'running', revision: 'v9', asDecided: null })
    expect((await story.post(`/v1/changes/${change.id}/implementation`, {})).status).toBe(409)
  })

  test('a change that is told once it is done runs since then', async () => {
    const story = await begin()
    const body = { system: story.system, title: 'Index rebuilt', changeTypes: ['retrieval'], intent: 'implemented' }
    const { body: change } = await story.post<{ id: string }>('/v1/changes', body)
    expect(await story.life(change.id)).toMatchObject({ stage: 'running', running: 'runs', decision: 'undecided' })
  })
})

test('of a system or an environment that isn’t there nothing is said to be well', async () => {
  const story = await begin()
  await story.runs(0.1)
  const ask = (query: string) => server.send({ path: `/v1/standings?${query}`, token: author.token })
  for (const query of ['system=nobody', `system=${story.system}&environment=prodcution`, 'environment=prodcution']) {
    expect(await ask(query)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  }
  expect(await ask(`system=${story.system}&environment=production`)).toMatchObject({ status: 200 })
})
