import type { SystemCardView } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { beginStory, type Story } from '../../testing/standing-story.ts'
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
  return beginStory(server, { author, approver }, `said-${stories}`)
}

type Refusal = { readonly code: string; readonly detail: string; readonly errors: { pointer: string }[] }

function put(system: string, body: object, by: Person = author) {
  const path = `/v1/systems/${system}/card`
  return server.send<SystemCardView & Refusal>({ method: 'PUT', path, token: by.token, body })
}

function read(system: string, query = '') {
  return server.send<SystemCardView & Refusal>({ path: `/v1/systems/${system}/card${query}`, token: author.token })
}

const full = {
  purpose: 'Answers customers’ questions.',
  owner: { kind: 'team', name: 'Customer care' },
  roles: ['provider', 'deployer'],
  riskClass: 'limited',
  regimes: ['eu-ai-act-deployer', 'house-rule-7'],
  dataClass: 'personal',
  vendor: 'Acme',
}

describe('the card of a system', () => {
  test('says nothing until somebody fills it in, and its versions are read at an instant or by number', async () => {
    const { system } = await begin()
    expect((await read(system)).body).toMatchObject({
      version: 0,
      digest: null,
      setAt: null,
      card: { owner: null, roles: [] },
    })
    const before = new Date().toISOString()
    const first = await put(system, full)
    expect(first).toMatchObject({
      status: 200,
      body: { version: 1, card: full, ownerName: 'Customer care', ownerIsMember: null },
    })
    expect((await read(system)).body).toEqual(first.body)
    const second = await put(system, { purpose: 'Answers staff.', basedOn: 1 })
    expect(second.body).toMatchObject({ version: 2, card: { owner: null, regimes: [], vendor: null } })
    expect(second.body.digest).not.toBe(first.body.digest)
    expect((await read(system, `?at=${first.body.setAt}`)).body).toMatchObject({ version: 1, card: full })
    expect((await read(system, `?at=${before}`)).body).toMatchObject({ version: 0 })
    expect((await read(system, '?version=1')).body).toEqual(first.body)
    expect(await read(system, '?version=3')).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('no version 3') },
    })
    expect(await read(system, '?at=2001-01-01T00:00:00Z')).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('was not known then') },
    })
    expect((await read(system, `?version=1&at=${before}`)).status).toBe(400)
  })

  test('gets no version by saying the same, and none on top of a version that its writer did not see', async () => {
    const { system } = await begin()
    await put(system, { ...full, basedOn: 0 })
    expect((await put(system, { ...full, basedOn: 1 })).body).toMatchObject({ version: 1 })
    expect(await put(system, { vendor: 'Other', basedOn: 0 })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    })
    expect((await read(system)).body).toMatchObject({ version: 1, card: { vendor: 'Acme' } })
    const both = await Promise.all([put(system, { vendor: 'A', basedOn: 1 }), put(system, { vendor: 'B', basedOn: 1 })])
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 409]))
  })

  test('names as owner a person of the tenant, and says when they are none any more', async () => {
    const { system } = await begin()
    const leaver = await server.addPerson(server.admin.tenant, 'member')
    const owned = await put(system, { owner: { kind: 'person', accountId: leaver.accountId } })
    expect(owned.body).toMatchObject({ ownerName: 'The member', ownerIsMember: true })
    await server.expectOk({ method: 'DELETE', path: `/v1/members/${leaver.accountId}`, token: server.admin.token })
    expect((await read(system)).body).toMatchObject({ ownerName: 'The member', ownerIsMember: false })
    const again = await put(system, { ...owned.body.card, vendor: 'Acme' })
    expect(again).toMatchObject({ status: 400, body: { errors: [{ pointer: '/owner/accountId' }] } })
    const rival = await server.addPerson(await server.addTenant(`rival-${stories}`), 'member')
    expect((await put(system, { owner: { kind: 'person', accountId: rival.accountId } })).status).toBe(400)
  })

  test.each([
    ['an address as a team', { owner: { kind: 'team', name: 'ada@example.com' } }],
    ['an address as a vendor', { vendor: 'Bo <bo@example.com>' }],
    ['a sentence as a risk class', { riskClass: 'it is rather risky' }],
    ['a regime twice', { regimes: ['baseline', 'baseline'] }],
    ['a role that there isn’t', { roles: ['owner'] }],
    ['a purpose as long as a document', { purpose: 'x'.repeat(1001) }],
    ['a field of its own', { notes: 'x' }],
  ])('takes no %s', async (_what, body) => {
    const { system } = await begin()
    expect((await put(system, body)).status).toBe(400)
    expect((await read(system)).body.version).toBe(0)
  })

  test('leaves an event with what differs, before and after, and is written by those who may', async () => {
    const { system, systemId } = await begin()
    await put(system, full)
    await put(system, { ...full, vendor: 'Other' })
    const path = `/v1/audit-events?action=system.set_card&resource=system/${systemId}`
    const { items } = await server.expectOk<{ items: { details: object }[] }>({ path, token: server.admin.token })
    expect(items[0]?.details).toMatchObject({ version: 2, before: { vendor: 'Acme' }, after: { vendor: 'Other' } })
    expect(items[0]?.details).not.toHaveProperty('before.purpose')
    const viewer = await server.addPerson(server.admin.tenant, 'viewer')
    expect((await put(system, { vendor: 'X' }, viewer)).status).toBe(403)
  })
})

interface Sealed {
  readonly system: { readonly card: (object & { readonly owner: unknown }) | null }
  readonly change: { readonly determination: string; readonly determinations: readonly object[] }
}

async function sealedOf(recordId: string): Promise<{ evidence: Sealed; identities: Readonly<Record<string, object>> }> {
  const path = `/v1/records/${recordId}`
  return (
    await server.expectOk<{ content: { evidence: Sealed; identities: Record<string, object> } }>({
      path,
      token: server.admin.token,
    })
  ).content
}

function determine(changeId: string, determination: string, reason = 'So it seems.', by: Person = author) {
  const path = `/v1/changes/${changeId}/determinations`
  return server.send<{ determination: string; items: { determination: string }[] } & Refusal>({
    method: 'POST',
    path,
    token: by.token,
    body: { determination, reason },
  })
}

describe('a record', () => {
  test('says who owned the system when it was sealed, by the version and digest of its card, whatever the card says later', async () => {
    const story = await begin()
    const owner = { kind: 'person', accountId: approver.accountId }
    const { body: card } = await put(story.system, { ...full, owner })
    const changeId = await story.plans(0.2)
    await story.confirms(changeId)
    const recordId = await story.decides(changeId)
    await put(story.system, { ...full, owner: { kind: 'team', name: 'Others' } })
    const { evidence, identities } = await sealedOf(recordId)
    expect(evidence.system.card).toMatchObject({ version: 1, digest: card.digest, ...full, owner })
    expect(JSON.stringify(evidence)).not.toContain('The approver')
    expect(identities[approver.accountId]).toMatchObject({ name: 'The approver', email: approver.email })
  })

  test('says that nobody had said anything', async () => {
    const story = await begin()
    const changeId = await story.plans(0.2)
    await story.confirms(changeId)
    const { evidence } = await sealedOf(await story.decides(changeId))
    expect(evidence).toMatchObject({
      system: { name: story.system, card: null },
      change: { determination: 'not_asked', determinations: [] },
    })
  })
})

describe('what a change is in the words of regulators', () => {
  test('is not asked until somebody says it; the last holds, and all stay', async () => {
    const story = await begin()
    const changeId = await story.plans(0.2)
    const list = () => server.expectOk({ path: `/v1/changes/${changeId}/determinations`, token: author.token })
    expect(await list()).toEqual({ determination: 'not_asked', items: [] })
    expect(await determine(changeId, 'neither')).toMatchObject({ status: 201, body: { determination: 'neither' } })
    const { body } = await determine(changeId, 'substantial', 'It answers on medicines now.', approver)
    expect(body.items).toMatchObject([
      { determination: 'substantial', determinedByName: 'The approver' },
      { determination: 'neither' },
    ])
    expect(await list()).toEqual(body)
    expect((await determine(changeId, 'not_asked')).status).toBe(400)
    const path = `/v1/audit-events?action=change.determine&resource=change/${changeId}`
    const { items } = await server.expectOk<{ items: { details: object }[] }>({ path, token: server.admin.token })
    expect(items[0]?.details).toMatchObject({ before: 'neither', after: 'substantial' })
  })

  test('is sealed as it was said by then, alters no digest that approvals stand on, and is not said of what was dismissed', async () => {
    const story = await begin()
    const changeId = await story.plans(0.2)
    await story.confirms(changeId)
    const { digest } = await story.change(changeId)
    await determine(changeId, 'pre_determined', 'Within the plan of May.')
    expect((await story.change(changeId)).digest).toBe(digest)
    const recordId = await story.decides(changeId)
    await determine(changeId, 'substantial')
    const { evidence, identities } = await sealedOf(recordId)
    expect(evidence.change).toMatchObject({
      determination: 'pre_determined',
      determinations: [{ reason: 'Within the plan of May.' }],
    })
    expect(JSON.stringify(evidence)).not.toContain('The member')
    expect(identities).toHaveProperty(author.accountId)
    const dismissed = await story.plans(0.3)
    await story.post(`/v1/changes/${dismissed}/dismiss`, { reason: 'noise' })
    expect(await determine(dismissed, 'neither')).toMatchObject({ status: 409 })
  })
})
