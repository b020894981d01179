import type { AssessmentView, Decision, Determinations, Dossier, EvaluationPlan, Life } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { approve, assessedChange, proposalOf, recordedChange } from '../../testing/lifecycle.ts'
import { beginStory } from '../../testing/standing-story.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let author: Person
let approver: Person
let viewer: Person
beforeAll(async () => {
  server = await startTestServer()
  const { tenant } = server.admin
  author = await server.addPerson(tenant, 'member')
  approver = await server.addPerson(tenant, 'approver')
  viewer = await server.addPerson(tenant, 'viewer')
})
afterAll(() => server.stop())

const read = (changeId: string, by: Person = viewer): Promise<Dossier> =>
  server.expectOk<Dossier>({ path: `/v1/changes/${changeId}/dossier`, token: by.token })
const post = <T>(path: string, body: unknown, by: Person = author): Promise<T> =>
  server.expectOk<T>({ method: 'POST', path, token: by.token, body })

describe('the dossier of a change', () => {
  test('is what its parts are, read one by one', async () => {
    const { changeId, assessmentId, recordId, decisionId } = await recordedChange(server, { author, approver }, 'whole')
    await post(`/v1/changes/${changeId}/determinations`, { determination: 'neither', reason: 'As it was.' })
    const get = <T>(path: string, by: Person): Promise<T> => server.expectOk<T>({ path, token: by.token })
    for (const by of [viewer, author, server.admin]) {
      const dossier = await read(changeId, by)
      const path = `/v1/changes/${changeId}`
      const [change, life, assessments, decisions, plans, determinations] = await Promise.all([
        get(path, by),
        get<Life>(`${path}/life`, by),
        get<{ items: AssessmentView[] }>(`${path}/assessments`, by),
        get<{ items: Decision[] }>(`${path}/decisions`, by),
        get<{ items: EvaluationPlan[] }>(`${path}/plans`, by),
        get<Determinations>(`${path}/determinations`, by),
      ])
      expect(dossier).toMatchObject({ change, life, determinations })
      expect([dossier.assessments, dossier.decisions, dossier.plans]).toEqual([
        assessments.items,
        decisions.items,
        plans.items,
      ])
      expect(dossier.assessments.map(({ id }) => id)).toEqual([assessmentId])
      expect(dossier.records).toEqual([
        { id: recordId, decisionId, number: expect.any(Number), sealedAt: expect.any(String), state: 'integrated' },
      ])
    }
  })

  test('tells its history in words, the newest last, to members who may not read the trail, and without addresses', async () => {
    const { changeId } = await recordedChange(server, { author, approver }, 'history')
    const { history } = await read(changeId, author)
    expect(history.map(({ action }) => action)).toEqual([
      'change.open',
      'change.confirm',
      'assessment.create',
      'decision.propose',
      'decision.approve',
      'record.seal',
    ])
    expect(history.map(({ at }) => at)).toEqual(history.map(({ at }) => at).toSorted())
    expect(history[3]).toMatchObject({ text: 'A decision was proposed: reject.', actorName: expect.any(String) })
    const asked = await server.send({ path: '/v1/audit-events?limit=1', token: author.token })
    expect(asked.status).toBe(403)
    expect(JSON.stringify(history)).not.toMatch(/@|127\.0\.0\.1/)
  })

  test('has the beginning of a change that is seen again and again, and what came last', async () => {
    const story = await beginStory(server, { author, approver }, 'again')
    const changeId = await story.plans(0.3)
    await server.owner.query(
      `insert into audit_event (tenant_id, id, action, outcome, credential, resource, envelope, salt, ciphertext)
       select $1, ('ffffffff-ffff-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'change.repeat', 'allowed', 'api_key', $2, '\\x00', '\\x00', '\\x00'
       from generate_series(1, 1000) n`,
      [server.admin.tenant.id, `change/${changeId}`],
    )
    expect((await read(changeId)).history.map(({ action }) => action)).toEqual(['change.open'])
  })

  test('names everybody whom it names by an id, also those who are gone', async () => {
    const leaver = await server.addPerson(server.admin.tenant, 'member')
    const { changeId, assessmentId } = await assessedChange(server, leaver, 'names')
    const { id } = await post<Decision>(`/v1/changes/${changeId}/decisions`, proposalOf(assessmentId), leaver)
    await approve(server, approver, id)
    const path = `/v1/members/${leaver.accountId}`
    await server.expectOk({ method: 'DELETE', path, token: server.admin.token })
    const { people, change, decisions } = await read(changeId)
    const ids = [
      change.authorId,
      ...decisions.flatMap((it) => [it.authorId, ...it.approvals.map((by) => by.approverId)]),
    ]
    expect(new Set(Object.keys(people))).toEqual(new Set(ids))
    expect(people[leaver.accountId]).toBe(change.authorName)
    expect(people[leaver.accountId]).not.toContain('@')
  })

  test('is not found where there is none, and is refused to a key that may read a part of it alone', async () => {
    const { changeId } = await assessedChange(server, author, 'parts')
    const path = '/v1/changes/019aa1c5-3d7a-7f96-a8c1-5e9b2d4f7a30/dossier'
    expect(await server.send({ path, token: viewer.token })).toMatchObject({ status: 404, body: { code: 'not_found' } })
    const { key } = await server.addKey(author, ['decision:read', 'change:read', 'assessment:read'])
    const refused = await server.send({ path: `/v1/changes/${changeId}/dossier`, token: key })
    expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden', permission: 'record:read' } })
  })
})

describe('what the reader of a dossier may do', () => {
  const mayOf = async (changeId: string, by: Person) => {
    const { mayNot, ...may } = (await read(changeId, by)).reader
    // A reason for each that they may not, and for no other.
    expect(Object.keys(mayNot).toSorted()).toEqual(
      Object.entries(may)
        .flatMap(([name, is]) => (is ? [] : [name]))
        .toSorted(),
    )
    for (const reason of Object.values(mayNot)) expect(reason).toMatch(/^[A-Z].*\.$/)
    return Object.entries(may).flatMap(([name, is]) => (is ? [name] : []))
  }

  test('is what the routes then let them do, by role and by state', async () => {
    const story = await beginStory(server, { author, approver }, 'may')
    await story.runs(0.1)
    const changeId = (await story.runs(0.2)) ?? ''
    expect(await mayOf(changeId, author)).toEqual(['mayConfirm', 'mayAssess'])
    expect(await mayOf(changeId, viewer)).toEqual([])
    await story.confirms(changeId)
    expect(await mayOf(changeId, author)).toEqual(['mayAssess', 'mayPropose'])
    await post(
      `/v1/changes/${changeId}/decisions`,
      { decision: 'act', decisionDetail: 'approve', justification: 'x' },
      approver,
    )
    expect(await mayOf(changeId, author)).toEqual(['mayAssess'])
    expect(await mayOf(changeId, approver)).toEqual(['mayAssess', 'mayDeclareEmergency'])
    expect((await read(changeId, approver)).reader.mayNot['mayApprove']).toBe(
      'The author of a decision cannot approve it.',
    )
    expect(await mayOf(changeId, server.admin)).toEqual(['mayAssess', 'mayApprove', 'mayDeclareEmergency'])
    const [open] = (await read(changeId)).decisions
    await approve(server, server.admin, open?.id ?? '')
    expect(await mayOf(changeId, author)).toEqual(['mayAssess', 'mayPropose', 'mayClose'])
    await post(`/v1/changes/${changeId}/closure`, { code: 'successful' })
    expect((await read(changeId, author)).reader).toMatchObject({
      mayClose: false,
      mayNot: { mayClose: 'It is closed already.' },
    })
  })

  test('whom the policy names approves, others read that it names others, and who was delegated to approves for them', async () => {
    const named = await server.addPerson(server.admin.tenant, 'approver')
    const story = await beginStory(server, { author, approver }, 'named')
    const approvals = { ruleType: 'custom', quorum: 1, people: [named.accountId] }
    const policy = {
      system: story.system,
      rules: [{ decision: 'after', withinHours: 24, approvals }],
      reason: 'One answers.',
    }
    await post('/v1/policies', policy, server.admin)
    await story.runs(0.1)
    const changeId = (await story.runs(0.2)) ?? ''
    await story.confirms(changeId)
    await story.proposes(changeId)
    expect((await read(changeId, named)).reader.mayApprove).toBe(true)
    const { reader, people } = await read(changeId, approver)
    expect(reader).toMatchObject({
      mayApprove: false,
      mayNot: { mayApprove: 'The policy names others to approve this.' },
    })
    expect(people[named.accountId]).toEqual(expect.any(String))
    const until = new Date(Date.now() + 3_600_000).toISOString()
    await post('/v1/delegations', { to: approver.accountId, until, reason: 'Away.' }, named)
    expect((await read(changeId, approver)).reader.mayApprove).toBe(true)
  })

  test('has what was found of its conditions, the newest first, and who found it', async () => {
    const story = await beginStory(server, { author, approver }, 'found')
    await story.runs(0.1)
    const changeId = (await story.runs(0.2)) ?? ''
    await story.confirms(changeId)
    expect((await read(changeId)).findings).toEqual([])
    const recordId = await story.decides(changeId, { conditions: ['Watch refunds'] })
    const body = { condition: 'Watch refunds', note: 'Read ten of them.' }
    await post(`/v1/records/${recordId}/findings`, { ...body, outcome: 'met' })
    await post(`/v1/records/${recordId}/findings`, { ...body, outcome: 'broken' }, approver)
    const { findings } = await read(changeId)
    expect(findings).toMatchObject([
      { ...body, recordId, outcome: 'broken', foundBy: approver.accountId },
      { ...body, recordId, outcome: 'met', foundBy: author.accountId, foundByName: expect.any(String) },
    ])
    const other = await beginStory(server, { author, approver }, 'not-found')
    await other.runs(0.1)
    expect((await read((await other.runs(0.2)) ?? '')).findings).toEqual([])
  })

  test('says who may declare an emergency as the policy has it, and that one was declared', async () => {
    const story = await beginStory(server, { author, approver }, 'urgent')
    await story.runs(0.1)
    const changeId = (await story.runs(0.2)) ?? ''
    expect((await read(changeId, author)).reader.mayNot['mayDeclareEmergency']).toBe(
      'The policy has admin or approver declare one, signed in.',
    )
    expect((await read(changeId, approver)).reader.mayDeclareEmergency).toBe(true)
    await post(`/v1/changes/${changeId}/emergency`, { reason: 'The provider is down.' }, approver)
    const { emergency, reader } = await read(changeId, approver)
    expect(emergency).toMatchObject({ reason: 'The provider is down.', declaredByName: expect.any(String) })
    expect(Date.parse(emergency?.decideBy ?? '') - Date.parse(emergency?.declaredAt ?? '')).toBe(72 * 3_600_000)
    expect(reader.mayNot['mayDeclareEmergency']).toBe('It is an emergency already.')
    expect((await read(changeId)).reader.mayNot['mayDeclareEmergency']).toContain('permission change:write')
  })
})
