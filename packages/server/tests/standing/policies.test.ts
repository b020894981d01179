import type { Policy } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assessedChange } from '../../testing/lifecycle.ts'
import { beginStory, type Story } from '../../testing/standing-story.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let author: Person
let approver: Person
let other: Person
let stories = 0

beforeAll(async () => {
  server = await startTestServer()
  author = await server.addPerson(server.admin.tenant, 'member')
  approver = await server.addPerson(server.admin.tenant, 'approver')
  other = await server.addPerson(server.admin.tenant, 'approver')
})
afterAll(() => server.stop())

function begin(): Promise<Story> {
  stories += 1
  return beginStory(server, { author, approver }, `bot-${stories}`)
}

interface Setting {
  readonly by?: Person
  readonly basedOn?: number
}

function set(system: string, rules: unknown[], { by = server.admin, basedOn }: Setting = {}) {
  const body = { system, rules, reason: 'So the board wants it.', basedOn }
  return server.send<Policy & { code: string; detail: string; errors: unknown[] }>({
    method: 'POST',
    path: '/v1/policies',
    token: by.token,
    body,
  })
}

function vote(by: Person, { id, evidenceDigest }: { id: string; evidenceDigest: string }, verdict = 'approve') {
  const path = `/v1/decisions/${id}/approvals`
  return server.send<{ status: string; approvalsMissing: number; code: string; recordId: string | null }>({
    method: 'POST',
    path,
    token: by.token,
    body: { verdict, evidenceDigest },
  })
}

describe('policies', () => {
  test('hold as versions of which none goes, each told in the trail with what was before', async () => {
    const story = await begin()
    expect(await set(story.system, [{ decision: 'before' }])).toMatchObject({ status: 201, body: { version: 1 } })
    const between = new Date().toISOString()
    expect(await set(story.system, [{ decision: 'never' }])).toMatchObject({ status: 201, body: { version: 2 } })
    const list = (query = '') =>
      server.expectOk<{ items: Policy[] }>({ path: `/v1/policies?system=${story.system}${query}`, token: author.token })
    expect((await list()).items).toMatchObject([{ version: 2, rules: [{ decision: 'never' }] }])
    expect((await list(`&at=${between}`)).items).toMatchObject([{ version: 1, rules: [{ decision: 'before' }] }])
    const { items } = await server.expectOk<{ items: { details: object; actorId: string }[] }>({
      path: '/v1/audit-events?action=policy.set',
      token: server.admin.token,
    })
    expect(items[0]).toMatchObject({ actorId: server.admin.accountId, details: { system: story.system, version: 2 } })
  })

  test('aren’t set over what another set meanwhile by who says which version they read', async () => {
    const { system } = await begin()
    const rules = [{ decision: 'never' }]
    expect(await set(system, rules, { basedOn: 1 })).toMatchObject({
      status: 409,
      body: { code: 'policy_changed', detail: 'no version was set for this scope' },
    })
    const first = await set(system, rules, { basedOn: 0 })
    expect(first).toMatchObject({ status: 201, body: { version: 1 } })
    const second = await set(system, [{ decision: 'before' }], { basedOn: 0 })
    expect(second).toMatchObject({ status: 409, body: { code: 'policy_changed' } })
    expect(second.body.detail).toBe(`${first.body.setByName} set version 1 at ${first.body.setAt}`)
    // Of two who read the same version, one is told of the other.
    const both = await Promise.all(['a', 'b'].map(() => set(system, rules, { basedOn: 1 })))
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409])
    expect(await set(system, rules)).toMatchObject({ status: 201, body: { version: 3 } })
    const { items } = await server.expectOk<{ items: Policy[] }>({
      path: `/v1/policies?system=${system}`,
      token: author.token,
    })
    expect(items).toMatchObject([{ version: 3 }])
  })

  test('that nobody could follow are told so, before they are set and as they are', async () => {
    const { system } = await begin()
    const rules = [
      { changeTypes: ['model'], decision: 'before', approvals: { ruleType: 'custom', quorum: 20 } },
      { decision: 'after' },
    ]
    const check = (by: Person) =>
      server.send({ method: 'POST', path: '/v1/policies/check', token: by.token, body: { rules } })
    const warnings = [{ pointer: '/rules/0/approvals', detail: expect.stringContaining('20 must agree, and only') }]
    expect(await check(server.admin)).toMatchObject({ status: 200, body: { warnings } })
    for (const person of [author, approver]) expect((await check(person)).status).toBe(403)
    const { items } = await server.expectOk<{ items: Policy[] }>({
      path: `/v1/policies?system=${system}`,
      token: author.token,
    })
    expect(items).toEqual([])
    expect(await set(system, rules)).toMatchObject({ status: 201, body: { warnings } })
    expect(await set(system, [{ decision: 'after' }])).toMatchObject({ status: 201, body: { warnings: [] } })
  })

  test('are an administrator’s to set, and name only people who may approve', async () => {
    const story = await begin()
    for (const person of [author, approver])
      expect((await set(story.system, [{ decision: 'never' }], { by: person })).status).toBe(403)
    const people = [approver.accountId, author.accountId]
    expect(
      await set(story.system, [{ decision: 'after', approvals: { ruleType: 'unanimous_approval', people } }]),
    ).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/rules/0/approvals/people/1' }] },
    })
    const tenants = (await server.addTenant(`other-${Date.now()}`)).id
    const stranger = await server.addPerson({ id: tenants, slug: 'x' }, 'approver')
    const foreign = await set(story.system, [{ decision: 'after', approvals: { people: [stranger.accountId] } }])
    expect(foreign.status).toBe(400)
  })

  test('say when a decision is needed: before it runs, or not at all', async () => {
    const [strict, free] = [await begin(), await begin()]
    await set(strict.system, [{ decision: 'before' }])
    await set(free.system, [{ decision: 'never' }])
    for (const story of [strict, free]) {
      await story.runs(0.1)
      await story.runs(0.2)
    }
    expect(await strict.standing()).toMatchObject({ standing: 'overdue' })
    expect(await free.standing()).toMatchObject({ standing: 'exempt' })
    expect(await strict.gate(0.3)).toMatchObject({ open: false, answer: 'undecided' })
    expect(await free.gate(0.3)).toMatchObject({ open: true, answer: 'exempt' })
    expect(await (await begin()).gate(0.3)).toMatchObject({ open: false, answer: 'after_the_fact' })
  })

  test('ask for several approvals, of which none counts on evidence that its approver didn’t see', async () => {
    stories += 1
    const system = `bot-${stories}`
    await server.expectOk({
      method: 'POST',
      path: '/v1/systems',
      token: author.token,
      body: { name: `${system}-first` },
    })
    const { changeId, assessmentId } = await assessedChange(server, author, system)
    await set(system, [{ decision: 'after', approvals: { ruleType: 'custom', quorum: 2 } }])
    const proposal = {
      decision: 'act',
      decisionDetail: 'approve',
      justification: 'Fine.',
      assessmentIds: [assessmentId],
    }
    const read = () =>
      server.expectOk<{ id: string; evidenceDigest: string }>({ path: `/v1/decisions/${id}`, token: author.token })
    const path = `/v1/changes/${changeId}/decisions`
    const { id } = await server.expectOk<{ id: string }>({ method: 'POST', path, token: author.token, body: proposal })
    expect(await vote(approver, await read())).toMatchObject({
      status: 200,
      body: { status: 'proposed', approvalsMissing: 1 },
    })
    expect(await vote(approver, await read())).toMatchObject({ status: 409, body: { code: 'conflict' } })
    await server.expectOk({
      method: 'PUT',
      path: `/v1/changes/${changeId}/risk`,
      token: author.token,
      body: { severity: 'critical' },
    })
    expect(await vote(other, await read())).toMatchObject({
      status: 200,
      body: { status: 'proposed', approvalsMissing: 1 },
    })
    const sealed = await vote(approver, await read())
    expect(sealed).toMatchObject({ status: 200, body: { status: 'approved', approvalsMissing: 0 } })
    const record = await server.expectOk<{ content: { rationale: { approvalPolicy: object } } }>({
      path: `/v1/records/${sealed.body.recordId}`,
      token: author.token,
    })
    expect(record.content.rationale.approvalPolicy).toMatchObject({ ruleType: 'custom', quorum: 2 })
  })

  test('want an assessment, or let a decision go without, which the record says', async () => {
    const [wanting, lenient] = [await begin(), await begin()]
    await set(wanting.system, [{ decision: 'after', assessment: 'needed' }])
    for (const story of [wanting, lenient]) await story.runs(0.1)
    const [first, second] = [(await wanting.runs(0.2)) ?? '', (await lenient.runs(0.2)) ?? '']
    await wanting.confirms(first)
    await lenient.confirms(second)
    const proposal = { decision: 'act', decisionDetail: 'approve', justification: 'It can’t be tested.' }
    expect(await wanting.post(`/v1/changes/${first}/decisions`, proposal)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/assessmentIds' }] },
    })
    const recordId = await lenient.decides(second)
    const record = await server.expectOk<{ verdict: string; content: { rationale: object } }>({
      path: `/v1/records/${recordId}`,
      token: author.token,
    })
    expect(record).toMatchObject({ verdict: 'none', content: { rationale: { evidence: 'none' } } })
  })

  test('bound for how long an approval holds', async () => {
    const story = await begin()
    await set(story.system, [{ decision: 'after', validDays: 30 }])
    await story.runs(0.1)
    const planned = await story.plans(0.2)
    await story.confirms(planned)
    await story.decides(planned)
    await story.runs(0.2)
    const at = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString()
    expect(await story.standing(at(29))).toMatchObject({ standing: 'authorised' })
    expect(await story.standing(at(31))).toMatchObject({ standing: 'review_due' })
    await server.owner.query(`update decision set settled_at = settled_at - interval '31 days' where change_id = $1`, [
      planned,
    ])
    expect(await story.gate(0.2)).toMatchObject({ open: false, answer: 'expired' })
  })

  test('have three functions differ: who asks, who implements, who approves', async () => {
    const story = await begin()
    const approvals = { requesterMayApprove: false, implementerMayApprove: false }
    await set(story.system, [{ decision: 'after', approvals }])
    const body = { system: story.system, title: 'Index rebuilt', changeTypes: ['retrieval'] }
    const asked = await story.post<{ id: string }>('/v1/changes', body, other)
    await story.confirms(asked.body.id)
    await story.post(`/v1/changes/${asked.body.id}/implementation`, {}, server.admin)
    const decision = await story.proposes(asked.body.id)
    for (const person of [other, server.admin]) expect((await vote(person, decision)).body.code).toBe('forbidden')
    expect((await vote(approver, decision)).body.status).toBe('approved')
  })
})
