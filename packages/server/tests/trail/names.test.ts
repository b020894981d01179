import type { AuditEventView, Change, Decision, Evaluation } from '@afterai/contract'
import { createTrust, type Disclosure, parseBundle, verifyBundle } from '@afterai/record'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seesAllAddresses, viewIdentities } from '../../src/pacr/sealed-identities.ts'
import { approve, assessedChange, proposalOf } from '../../testing/lifecycle.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let auditor: Person
let author: Person
let approver: Person
let decisionId: string
let recordId: string
let changeId: string

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
  const assessed = await assessedChange(server, author, 'support-bot')
  const { assessmentId } = assessed
  changeId = assessed.changeId
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

describe('P4.4: the trail names what was done to beside its id', () => {
  test('by its name, its title or that of its change, in a list, alone and in exports; a member who is gone too', async () => {
    const named = (await events({})).filter((it) => it.resourceName !== null)
    const kinds = new Map(named.map((it) => [it.resource?.split('/')[0], it.resourceName]))
    const { title } = await server.expectOk<Change>({ path: `/v1/changes/${changeId}`, token: auditor.token })
    for (const kind of ['change', 'assessment', 'decision', 'record'])
      expect([kind, kinds.get(kind)]).toEqual([kind, title])
    expect(kinds.get('system')).toBe('support-bot')
    const [removed] = await events({ action: 'member.remove' })
    expect(removed).toMatchObject({ resource: `account/${approver.accountId}`, resourceName: nameOf(approver).name })
    for (const event of await events({ resource: `record/${recordId}` })) {
      const path = `/v1/audit-events/${event.id}`
      const alone = await server.expectOk<AuditEventView>({ path, token: auditor.token })
      expect([alone.resourceName, event.resourceName]).toEqual([title, title])
    }
    const exported = await server.send({ path: '/v1/audit-events/export?format=csv', token: auditor.token })
    expect(exported.text.split('\r\n', 1)[0]).toMatch(/,resourceName$/)
    expect(exported.text).toContain(title)
  })

  test('of what has no name, or is called by no id, nothing is made up', async () => {
    const unnamed = (await events({})).filter((it) => it.resourceName === null)
    expect(unnamed.some(({ resource }) => resource?.startsWith('session/'))).toBe(true)
  })
})

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

async function contentFor({ token }: Person): Promise<Record<string, unknown>> {
  const path = `/v1/records/${recordId}`
  return (await server.expectOk<{ content: Record<string, unknown> }>({ path, token })).content
}

async function bundleFor({ token }: Person, query = ''): Promise<Buffer> {
  return (await server.send({ path: `/v1/records/${recordId}/bundle${query}`, token })).bytes
}

const sectionsOf = (bundle: Buffer): string[] => parseBundle(bundle).disclosures.map(({ section }) => section)

const textOf = (disclosure: Disclosure): string =>
  'bytes' in disclosure ? Buffer.from(disclosure.bytes).toString() : disclosure.section

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

  test('from the moment of the proposal', async () => {
    const { changeId, assessmentId } = await assessedChange(server, author, 'proposed-bot')
    const path = `/v1/changes/${changeId}/decisions`
    const proposed = await server.expectOk<Decision>({
      method: 'POST',
      path,
      token: author.token,
      body: proposalOf(assessmentId),
    })
    expect(proposed).toMatchObject({ authorName: 'Another', authorEmail: 'another@example.com' })
  })

  test('the record with addresses for admins, auditors, and oneself, in a section of its own (ASVS 8.2.3)', async () => {
    for (const reader of [server.admin, auditor, author]) {
      const content = await contentFor(reader)
      expect(content['identities']).toEqual({
        [author.accountId]: nameOf(author),
        [approver.accountId]: reader === author ? { name: nameOf(approver).name } : nameOf(approver),
      })
      const { identities: _, ...others } = content
      expect(JSON.stringify(others)).not.toContain(nameOf(author).name)
      expect(JSON.stringify(others)).not.toContain('@')
    }
  })

  test('its bundle discloses them to who may see each, and verifies without them for anybody else, and where they are withheld', async () => {
    expect(sectionsOf(await bundleFor(server.admin))).toContain('identities')
    const withheld = await bundleFor(server.admin, '?withhold=identities,before')
    expect(sectionsOf(withheld)).toEqual(['after', 'evidence', 'rationale'])
    const toAuthor = await bundleFor(author)
    expect(sectionsOf(toAuthor)).toEqual(['after', 'before', 'evidence', 'rationale'])
    const pins = await server.expectOk<{ logVkey: string; recordKeys: { pem: string }[] }>({
      path: '/v1/log/keys',
      token: auditor.token,
    })
    const trust = createTrust({ logVkeys: [pins.logVkey], recordKeys: pins.recordKeys.map(({ pem }) => pem) })
    for (const bytes of [withheld, toAuthor]) {
      expect(verifyBundle(bytes, trust).verdict).toBe('valid')
      expect(JSON.stringify(parseBundle(bytes).disclosures.map(textOf))).not.toContain('@')
    }
    const [exported] = await events({ action: 'record.export' })
    expect(exported?.details).toEqual({ withheld: ['identities'] })
    const unknown = await server.send({
      path: `/v1/records/${recordId}/bundle?withhold=names`,
      token: server.admin.token,
    })
    expect(unknown.status).toBe(400)
  })

  test('a record from before addresses were sealed discloses its names to all', async () => {
    const identities = { [approver.accountId]: { name: 'Bo' } }
    for (const principal of [author, server.admin].map(({ accountId }) => ({ accountId, role: 'member' }) as const)) {
      expect(seesAllAddresses(principal, identities)).toBe(true)
      expect(viewIdentities(principal, identities)).toEqual(identities)
    }
  })
})

describe('P4.4: a change, its assessments and evaluations name people as they were', () => {
  const read = async <T>(path: string, { token }: Person): Promise<T> => server.expectOk<T>({ path, token })

  interface Assessed {
    readonly authorName: string
    readonly authorEmail: string | null
    readonly candidateEvaluationId: string
  }

  async function namesFor(reader: Person): Promise<(string | null)[]> {
    const change = await read<Change>(`/v1/changes/${changeId}`, reader)
    const { items: changes } = await read<{ items: Change[] }>('/v1/changes', reader)
    expect(changes).toContainEqual(change)
    const { items } = await read<{ items: Assessed[] }>(`/v1/changes/${changeId}/assessments`, reader)
    const [assessment] = items as [Assessed]
    const evaluation = await read<Evaluation>(`/v1/evaluations/${assessment.candidateEvaluationId}`, reader)
    expect((await read<{ items: Evaluation[] }>('/v1/evaluations', reader)).items).toContainEqual(evaluation)
    const { authorName, authorEmail, settledByName, settledByEmail } = change
    const imported = [evaluation.importedByName, evaluation.importedByEmail]
    return [
      authorName,
      authorEmail,
      settledByName,
      settledByEmail,
      assessment.authorName,
      assessment.authorEmail,
    ].concat(imported)
  }

  test('with addresses for admins, auditors, and oneself, and for nobody else (ASVS 8.2.3)', async () => {
    const { name, email } = nameOf(author)
    const shown = Array.from({ length: 4 }, () => [name, email]).flat()
    for (const reader of [server.admin, auditor, author]) expect(await namesFor(reader)).toEqual(shown)
    const viewer = await server.addPerson(server.admin.tenant, 'viewer')
    expect(await namesFor(viewer)).toEqual(Array.from({ length: 4 }, () => [name, null]).flat())
  })

  test('what a pending change is settled by names who settles it, not who opened it; the digest stays', async () => {
    const { tenant } = server.admin
    const [opener, settler] = [await server.addPerson(tenant, 'member'), await server.addPerson(tenant, 'member')]
    const body = { system: 'support-bot', title: 'A new index', changeTypes: ['retrieval'] }
    const opened = await server.expectOk<Change>({ method: 'POST', path: '/v1/changes', token: opener.token, body })
    expect(opened).toMatchObject({ settledBy: null, settledByName: null, settledByEmail: null })
    const path = `/v1/changes/${opened.id}/dismiss`
    const reason = { reason: 'None.' }
    const settled = await server.expectOk<Change>({ method: 'POST', path, token: settler.token, body: reason })
    const [by, of] = [await readName(opener), await readName(settler)]
    expect(settled).toMatchObject({
      authorName: by?.name,
      authorEmail: null,
      settledBy: settler.accountId,
      settledByName: of?.name,
      settledByEmail: of?.email,
      digest: opened.digest,
    })
  })

  test('a record names who asked for the change as they were, also where they have left since', async () => {
    const { tenant } = server.admin
    const asker = await server.addPerson(tenant, 'member')
    const was = await readName(asker)
    const { changeId: asked, assessmentId } = await assessedChange(server, asker, 'left-bot')
    await server.send({ method: 'DELETE', path: `/v1/members/${asker.accountId}`, token: server.admin.token })
    const path = `/v1/changes/${asked}/decisions`
    const body = proposalOf(assessmentId)
    const { id } = await server.expectOk<Decision>({ method: 'POST', path, token: author.token, body })
    const second = await server.addPerson(tenant, 'approver')
    const sealed = (await approve(server, second, id)) as { recordId: string }
    const { content } = await read<{ content: { identities: object } }>(`/v1/records/${sealed.recordId}`, server.admin)
    expect(content.identities).toMatchObject({ [asker.accountId]: was })
  })
})

describe('P4.4: a name that could pass for an address', () => {
  const posing = ['Bo <bo@example.com>', 'bo@example.com', 'B\u200bo', 'B\u202eo', 'B\no']

  test.each(posing)('is refused for accounts, machines and keys, and the answer says why: %j', async (name) => {
    const { token } = server.admin
    for (const [path, body] of [
      ['/v1/service-accounts', { name, role: 'member' }],
      ['/v1/api-keys', { name, scopes: ['system:read'] }],
      ['/v1/invitations/accept', { code: 'x', name, password: 'x' }],
      ['/v1/setup', { code: 'x', email: 'x@example.com', name, password: 'long enough to be taken' }],
    ] as const) {
      const answer = await server.send<{ errors: { pointer: string }[] }>({ method: 'POST', path, token, body })
      expect([path, answer.status]).toEqual([path, 400])
      expect(new Set(answer.body.errors.map(({ pointer }) => pointer))).toEqual(new Set(['/name']))
      expect(JSON.stringify(answer.body)).not.toContain('example.com')
    }
  })

  test('goes on working where it is there already', async () => {
    const person = await server.addPerson(server.admin.tenant, 'member')
    await server.owner.query(`update membership set name = 'Bo <bo@x>' where account_id = $1`, [person.accountId])
    expect(await server.expectOk({ path: '/v1/me', token: person.token })).toMatchObject({ name: 'Bo <bo@x>' })
  })
})
