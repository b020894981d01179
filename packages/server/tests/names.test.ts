import type { AuditEventView, Decision } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { approve, assessedChange, proposalOf } from './lifecycle.ts'
import { type Person, startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
let auditor: Person
let author: Person
let approver: Person
let decisionId: string
let recordId: string

interface Named {
  readonly name: string
  readonly email: string
}
const names = new Map<string, Named>()

async function readName({ accountId }: Person): Promise<Named | undefined> {
  const { rows } = await server.owner.query<Named>('select name, email from membership where account_id = $1', [
    accountId,
  ])
  return rows[0]
}

const nameOf = ({ accountId }: Person): Named => names.get(accountId) as Named

beforeAll(async () => {
  server = await startTestServer()
  const { tenant } = server.admin
  auditor = await server.addPerson(tenant, 'auditor')
  author = await server.addPerson(tenant, 'member')
  approver = await server.addPerson(tenant, 'approver')
  for (const person of [author, approver]) names.set(person.accountId, (await readName(person)) as Named)
  const { changeId, assessmentId } = await assessedChange(server, author, 'support-bot')
  const proposed = await server.expectOk<Decision>({
    method: 'POST',
    path: `/v1/changes/${changeId}/decisions`,
    token: author.token,
    body: proposalOf(assessmentId),
  })
  decisionId = proposed.id
  recordId = ((await approve(server, approver, decisionId)) as { recordId: string }).recordId
  // Since then one goes by another name and address, and the other has left.
  const rename = `update membership set name = 'Another', email = 'another@example.com' where account_id = $1`
  await server.owner.query(rename, [author.accountId])
  const path = `/v1/members/${approver.accountId}`
  await server.send({ method: 'DELETE', path, token: server.admin.token })
})
afterAll(() => server.stop())

async function events(query: Record<string, string>): Promise<AuditEventView[]> {
  const path = `/v1/audit-events?${new URLSearchParams({ limit: '200', ...query }).toString()}`
  return (await server.expectOk<{ items: AuditEventView[] }>({ path, token: auditor.token })).items
}

const decisionFor = (by: Person): Promise<Decision> =>
  server.expectOk({ path: `/v1/decisions/${decisionId}`, token: by.token })

describe('P4.4: the trail names people as they were', () => {
  test('also after another name, and after they have left', async () => {
    expect(await readName(approver)).toBeUndefined()
    for (const person of [author, approver]) {
      const found = await events({ actorId: person.accountId })
      expect(found.length).toBeGreaterThan(0)
      const { name, email } = nameOf(person)
      expect(new Set(found.map((it) => `${it.actorName} <${it.actorEmail}>`))).toEqual(new Set([`${name} <${email}>`]))
    }
  })

  test('a key with the account that it is of; what AfterAI does itself, and nobody, without a name', async () => {
    const { tenant } = server.admin
    const person = await server.addPerson(tenant, 'member')
    const { key } = await server.addKey(person, ['system:write'])
    await server.expectOk({ method: 'POST', path: '/v1/systems', token: key, body: { name: 'by-key' } })
    const [byKey] = await events({ credential: 'api_key', actorId: person.accountId })
    expect(byKey).toMatchObject({ ...actorOf((await readName(person)) as Named), actorKey: expect.any(String) })
    expect(key.startsWith(byKey?.actorKey ?? '?')).toBe(true)
    expect(key).not.toBe(byKey?.actorKey)
    const unknown = (await events({})).filter(({ actorId }) => actorId === null)
    for (const it of unknown) expect([it.actorName, it.actorEmail, it.actorKey]).toEqual([null, null, null])
  })

  test('in the export too; and a proof of an event holds without them', async () => {
    const path = `/v1/audit-events/export?${new URLSearchParams({ actorId: approver.accountId, format: 'csv' }).toString()}`
    const { text } = await server.send({ path, token: auditor.token }).then((it) => ({ text: JSON.stringify(it) }))
    expect(text).toContain(nameOf(approver).email)
    const [event] = await events({ actorId: approver.accountId })
    const bundle = JSON.stringify(
      await server.expectOk({ path: `/v1/audit-events/${event?.id}/bundle`, token: auditor.token }),
    )
    const opened = bundle.replaceAll(/[\w+/]{40,}=*/g, (it) => Buffer.from(it, 'base64').toString())
    expect(opened).toContain(approver.accountId)
    expect(opened).not.toContain(nameOf(approver).email)
  })
})

function actorOf({ name, email }: Named): Pick<AuditEventView, 'actorName' | 'actorEmail'> {
  return { actorName: name, actorEmail: email }
}

describe('P4.4: a decision and its record name people as they were', () => {
  test('with addresses for admins, auditors, and oneself, and for nobody else (ASVS 8.2.3)', async () => {
    const [by, of] = [nameOf(author), nameOf(approver)]
    for (const reader of [server.admin, auditor]) {
      expect(await decisionFor(reader)).toMatchObject({
        authorName: by.name,
        authorEmail: by.email,
        approvals: [{ approverName: of.name, approverEmail: of.email }],
      })
    }
    expect(await decisionFor(author)).toMatchObject({
      authorEmail: by.email,
      approvals: [{ approverName: of.name, approverEmail: null }],
    })
    const viewer = await server.addPerson(server.admin.tenant, 'viewer')
    const { items } = await server.expectOk<{ items: Decision[] }>({ path: '/v1/decisions', token: viewer.token })
    expect(items[0]).toMatchObject({ authorName: by.name, authorEmail: null, approvals: [{ approverEmail: null }] })
  })

  test('the record by name alone, in a section of its own: no address is sealed', async () => {
    const { content } = await server.expectOk<{ content: Record<string, unknown> }>({
      path: `/v1/records/${recordId}`,
      token: server.admin.token,
    })
    expect(content['identities']).toEqual({
      [author.accountId]: { name: nameOf(author).name },
      [approver.accountId]: { name: nameOf(approver).name },
    })
    const { identities: _, ...others } = content
    expect(JSON.stringify(others)).not.toContain(nameOf(author).name)
    expect(JSON.stringify(content)).not.toContain('@')
  })
})
