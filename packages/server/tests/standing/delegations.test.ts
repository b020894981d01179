import type { Approvers, Decision, Delegation } from '@afterai/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { beginStory, inDays, type Story } from '../../testing/standing-story.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let author: Person
let ann: Person
let ben: Person
let stories = 0

beforeAll(async () => {
  server = await startTestServer()
  author = await server.addPerson(server.admin.tenant, 'member')
  ann = await server.addPerson(server.admin.tenant, 'approver')
  ben = await server.addPerson(server.admin.tenant, 'approver')
})
afterAll(() => server.stop())

/** A decision of a system of which a policy names Ann alone as the approver. */
async function proposedToAnn(): Promise<{ story: Story; decision: Decision }> {
  stories += 1
  const story = await beginStory(server, { author, approver: ann }, `bot-${stories}`)
  const rules = [{ decision: 'after', approvals: { people: [ann.accountId] } }]
  const body = { system: story.system, rules, reason: 'It is hers.' }
  await server.expectOk({ method: 'POST', path: '/v1/policies', token: server.admin.token, body })
  await story.runs(0.1)
  const changeId = (await story.runs(0.2)) ?? ''
  await story.confirms(changeId)
  return { story, decision: await story.proposes(changeId) }
}

const approves = (story: Story, { id, evidenceDigest }: Decision, by: Person) =>
  story.post<Decision>(`/v1/decisions/${id}/approvals`, { verdict: 'approve', evidenceDigest }, by)

function delegates(from: Person, to: Person, more: object = {}) {
  const body = { to: to.accountId, until: inDays(7), reason: 'On leave.', ...more }
  return server.send<Delegation & { errors: { pointer: string }[]; code: string }>({
    method: 'POST',
    path: '/v1/delegations',
    token: from.token,
    body,
  })
}

const ends = (id: string, by: Person) =>
  server.send<{ code: string }>({ method: 'POST', path: `/v1/delegations/${id}/end`, token: by.token, body: {} })

const approversOf = ({ system }: Story, at: string) =>
  server.expectOk<Approvers>({ path: `/v1/systems/${system}/approvers?at=${at}`, token: author.token })

test('who stands in for a named approver approves in their place, for as long as it holds; the record says for whom', async () => {
  const { story, decision } = await proposedToAnn()
  const before = new Date().toISOString()
  expect(await approves(story, decision, ben)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  const { body: delegation } = await delegates(ann, ben)
  expect(delegation).toMatchObject({ inForce: true, fromId: ann.accountId, toId: ben.accountId })
  const then = new Date().toISOString()
  const { body: approved } = await approves(story, decision, ben)
  expect(approved).toMatchObject({
    status: 'approved',
    approvals: [{ approverId: ben.accountId, onBehalfOf: ann.accountId, onBehalfOfName: 'The approver' }],
  })
  const record = await server.expectOk<{
    content: { rationale: { approvals: object[] }; identities: Record<string, { name: string }> }
  }>({ path: `/v1/records/${approved.recordId ?? ''}`, token: server.admin.token })
  expect(record.content.rationale.approvals).toMatchObject([{ onBehalfOf: ann.accountId }])
  expect(record.content.rationale.approvals[0]).not.toHaveProperty('onBehalfOfName')
  expect(record.content.identities).toMatchObject({ [ann.accountId]: { name: 'The approver' } })
  expect(await ends(delegation.id, ann)).toMatchObject({ status: 200, body: { inForce: false } })
  const later = await proposedToAnn()
  expect(await approves(later.story, later.decision, ben)).toMatchObject({ status: 403 })
  // As of each instant, whatever became of it later.
  const standsIn = async (at: string) =>
    (await approversOf(story, at)).people
      .filter(({ accountId }) => accountId === ben.accountId)
      .map(({ rules }) => rules)
  expect(await standsIn(before)).toEqual([])
  expect(await standsIn(then)).toEqual([[{ rule: 1, function: 'delegate' }]])
  expect(await standsIn(new Date().toISOString())).toEqual([])
})

test('it is refused to oneself, to whoever may not approve, and without an end; ending it is for the two and administrators', async () => {
  const viewer = await server.addPerson(server.admin.tenant, 'viewer')
  const elsewhere = await server.addPerson(await server.addTenant(`other-${Date.now()}`), 'approver')
  for (const [to, more, pointer] of [
    [ann, {}, '/to'],
    [viewer, {}, '/to'],
    [elsewhere, {}, '/to'],
    [ben, { until: inDays(-1) }, '/until'],
    [ben, { until: inDays(400) }, '/until'],
    [ben, { until: undefined }, '/until'],
  ] as const) {
    expect(await delegates(ann, to, more)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } })
  }
  expect((await delegates(author, ben)).status).toBe(403)
  const { body } = await delegates(ann, ben)
  const other = await server.addPerson(server.admin.tenant, 'approver')
  expect(await ends(body.id, other)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(await ends(body.id, server.admin)).toMatchObject({ status: 200 })
  expect(await ends(body.id, ann)).toMatchObject({ status: 409, body: { code: 'invalid_transition' } })
  expect(await ends('01980a2c-0000-7000-8000-000000000000', ann)).toMatchObject({ status: 404 })
})

test('a delegation of somebody who may not approve any more is worth nothing', async () => {
  const cy = await server.addPerson(server.admin.tenant, 'approver')
  const { story, decision } = await proposedToAnn()
  await delegates(ann, cy)
  await server.owner.query('update membership set role = $2 where account_id = $1', [ann.accountId, 'viewer'])
  expect(await approves(story, decision, cy)).toMatchObject({ status: 403 })
  await server.owner.query('update membership set role = $2 where account_id = $1', [ann.accountId, 'approver'])
  expect(await approves(story, decision, cy)).toMatchObject({ status: 200, body: { status: 'approved' } })
})
