import type { Change, Inbox, InboxItem, InboxKind } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assessedChange, proposalOf } from '../../testing/lifecycle.ts'
import { beginStory, type Story } from '../../testing/standing-story.ts'
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

const inbox = (by: Person): Promise<Inbox> => server.expectOk<Inbox>({ path: '/v1/inbox', token: by.token })
const story = (system: string): Promise<Story> => beginStory(server, { author, approver }, system)

/** Kinds of what waits for somebody of one system. */
async function kindsOf(system: string, by: Person): Promise<InboxKind[]> {
  return (await itemsOf(system, by)).map(({ kind }) => kind)
}

async function itemsOf(system: string, by: Person): Promise<InboxItem[]> {
  return (await inbox(by)).items.filter((item) => item.system === system)
}

describe('the inbox', () => {
  test('holds the work on a change for those who may do it, as it moves on', async () => {
    const it = await story('moves')
    await it.runs(0.1)
    await it.accepts()
    const changeId = (await it.runs(0.2)) ?? ''
    expect([await kindsOf('moves', author), await kindsOf('moves', viewer)]).toEqual([['confirm'], []])
    await it.confirms(changeId)
    expect(await kindsOf('moves', author)).toEqual(['assess'])
    const { id: decisionId, evidenceDigest } = await it.proposes(changeId)
    expect([await kindsOf('moves', author), await kindsOf('moves', approver)]).toEqual([[], ['approve']])
    const [item] = await itemsOf('moves', approver)
    const row = { id: changeId, awaitingMe: true, decision: 'proposed', decisionId }
    expect(item).toMatchObject({ changeId, decisionId, row, note: 'an approver', due: expect.any(String) })
    await it.post(`/v1/decisions/${decisionId}/approvals`, { verdict: 'approve', evidenceDigest }, approver)
    expect([await kindsOf('moves', author), await kindsOf('moves', viewer)]).toEqual([['verify'], []])
    await it.post(`/v1/changes/${changeId}/verification`, { evidence: 'As before.' })
    expect([await kindsOf('moves', author), await kindsOf('moves', viewer)]).toEqual([['close'], []])
    const [last] = await itemsOf('moves', author)
    expect(last).toMatchObject({ changeId, due: null, note: 'to be closed', row: { awaitingMe: false } })
    await it.post(`/v1/changes/${changeId}/closure`, { code: 'successful' })
    expect(await kindsOf('moves', author)).toEqual([])
  })

  test('holds what was decided against, and what was rolled back, until somebody closes it', async () => {
    const refused = await story('never-ran')
    const planned = await refused.plans(0.3)
    await refused.confirms(planned)
    await refused.decides(planned, { decision: 'not_act' })
    expect(await itemsOf('never-ran', author)).toMatchObject([{ kind: 'close', changeId: planned }])
    await refused.post(`/v1/changes/${planned}/closure`, { code: 'cancelled' })
    expect(await kindsOf('never-ran', author)).toEqual([])
    const back = await story('went-back')
    await back.runs(0.1)
    await back.accepts()
    const changeId = (await back.runs(0.2)) ?? ''
    await back.confirms(changeId)
    await back.decides(changeId)
    await back.runs(0.1)
    const items = await itemsOf('went-back', author)
    expect(items.filter(({ kind }) => kind === 'close')).toMatchObject([
      { changeId, note: 'to be closed: it was rolled back' },
    ])
  })

  test('holds an assessed change for who may propose a decision', async () => {
    await assessedChange(server, author, 'assessed')
    expect(await kindsOf('assessed', author)).toContain('propose')
    expect(await kindsOf('assessed', viewer)).toEqual([])
  })

  test('never holds the approval of a decision for its author, nor for who has approved it', async () => {
    const { changeId, assessmentId } = await assessedChange(server, author, 'own')
    const body = proposalOf(assessmentId)
    await server.expectOk({ method: 'POST', path: `/v1/changes/${changeId}/decisions`, token: approver.token, body })
    expect(await kindsOf('own', approver)).not.toContain('approve')
    expect(await kindsOf('own', server.admin)).toContain('approve')
  })

  test('holds what runs against its record first, and what is due for a review, for who may decide', async () => {
    const refused = await story('refused')
    await refused.runs(0.1)
    const changeId = (await refused.runs(0.2)) ?? ''
    await refused.confirms(changeId)
    await refused.decides(changeId, { decision: 'not_act' })
    const due = await story('due')
    await due.runs(0.1)
    const reviewed = (await due.runs(0.2)) ?? ''
    await due.confirms(reviewed)
    await due.decides(reviewed, { reviewBy: '2020-01-31' })
    expect(await itemsOf('refused', author)).toMatchObject([
      { kind: 'standing', changeId, note: 'a record says that it must not run', row: { id: changeId } },
    ])
    expect((await itemsOf('due', author)).find(({ kind }) => kind === 'review')).toMatchObject({
      changeId: reviewed,
      due: '2020-02-01T00:00:00.000Z',
    })
    expect([await kindsOf('refused', viewer), await kindsOf('due', viewer)]).toEqual([[], []])
    const { items, counts, capped } = await inbox(author)
    const late = items.findIndex(
      ({ kind, due: by }) => kind !== 'standing' && (by === null || by > new Date().toISOString()),
    )
    expect(items.slice(late).some(({ kind }) => kind === 'standing')).toBe(false)
    expect(capped).toBe(false)
    for (const [kind, count] of Object.entries(counts))
      expect(items.filter((it) => it.kind === kind)).toHaveLength(count)
  })

  test('holds one’s own keys that end within seven days, and nobody else’s', async () => {
    const ends = await server.addKey(author, ['change:read'])
    const lasts = await server.addKey(author, ['system:read'])
    await server.owner.query(`update api_key set expires_at = now() + interval '6 days' where id = $1`, [ends.id])
    await server.owner.query(`update api_key set expires_at = now() + interval '8 days' where id = $1`, [lasts.id])
    const keys = async (by: Person) => (await inbox(by)).items.filter(({ kind }) => kind === 'key')
    expect(await keys(author)).toMatchObject([{ kind: 'key', row: null, system: null, due: expect.any(String) }])
    expect([await keys(approver), await keys(viewer)]).toEqual([[], []])
    expect(await keys({ ...author, token: ends.key })).toEqual([])
  })

  test('shows a hundred at most, those that wait longest, and says that there are more', async () => {
    const { tenant } = server.admin
    const it = await story('many')
    const { body } = await it.post<Change>('/v1/changes', { system: 'many', title: 'One', changeTypes: ['data'] })
    await server.owner.query(
      `insert into change (tenant_id, id, system_id, environment, status, change_types, intent, change_class, title, origin,
         change_fingerprint, delta, author_id, opened_at)
       select tenant_id, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, system_id, environment, 'pending', change_types, intent,
         change_class, 'Old ' || n, origin, 'old-' || n, delta, author_id, '2020-01-01T00:00:00Z'::timestamptz + n * interval '1 minute'
       from change, generate_series(1, 300) n where id = $1 and tenant_id = $2`,
      [body.id, tenant.id],
    )
    const { items, capped, counts } = await inbox(author)
    expect(items).toHaveLength(100)
    expect([capped, counts.confirm >= 200]).toEqual([true, true])
    const waiting = items.filter(({ title }) => title.startsWith('Old'))
    expect(waiting.map(({ title }) => title)).toEqual(waiting.map((_, nth) => `Old ${nth + 1}`))
    await server.owner.query(`delete from change where change_fingerprint like 'old-%'`)
  })
})
