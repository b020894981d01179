import { type CreatedInvitation, keyScopes, type MemberView, type Role } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { recordedChange } from '../../testing/lifecycle.ts'
import {
  type Answer,
  type Person,
  startTestServer,
  type TestServer,
  type TestTenant,
} from '../../testing/test-server.ts'

let server: TestServer
let count = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

type Problem = { code: string; permission?: string }

const send = (by: Pick<Person, 'token'>, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) =>
  server.send<Problem & MemberView>({ method, path, token: by.token, ...(body === undefined ? {} : { body }) })
const me = (token: string): Promise<Answer<Problem>> => server.send({ path: '/v1/me', token })
const member = (role: Role = 'member'): Promise<Person> => server.addPerson(server.admin.tenant, role)
const newTenant = (): Promise<TestTenant> => server.addTenant(`tenant-${(count += 1)}`)
const pathOf = ({ accountId }: Pick<Person, 'accountId'>): string => `/v1/members/${accountId}`
const setRole = (by: Person, of: Person, role: string) => send(by, 'PUT', pathOf(of), { role })

async function admins({ id }: TestTenant): Promise<number> {
  const { rows } = await server.owner.query<{ n: number }>(
    `select count(*)::int as n from membership where tenant_id = $1 and role = 'admin' and disabled_at is null`,
    [id],
  )
  return rows[0]?.n ?? 0
}

describe('P3.1, ASVS 8.2.1, 8.3.2: nobody raises what they may', () => {
  test.each(['approver', 'member', 'viewer', 'auditor'] as const)(
    'a %s can’t make themselves an admin',
    async (role) => {
      const person = await member(role)
      const answers = [
        await setRole(person, person, 'admin'),
        await send(person, 'POST', '/v1/invitations', { email: 'accomplice@acme.example', role: 'admin' }),
        await send(person, 'POST', '/v1/service-accounts', { name: 'accomplice', role: 'member' }),
      ]
      for (const { status, body } of answers) expect([status, body.permission]).toEqual([403, 'member:write'])
      const { body } = await send(server.admin, 'GET', pathOf(person))
      expect(body.role).toBe(role)
    },
  )

  test('no key changes roles or operates tenants, not even an admin’s with all scopes that there are', async () => {
    const admin = await member('admin')
    for (const scope of ['member:write', 'tenant:operate', 'tenant:write', 'decision:approve']) {
      const body = { name: 'k', scopes: [scope] }
      expect((await send(admin, 'POST', '/v1/api-keys', body)).status).toBe(400)
    }
    const { key: token } = await server.addKey(admin, keyScopes)
    const viewer = await member('viewer')
    expect((await setRole({ ...admin, token }, viewer, 'admin')).status).toBe(403)
    expect((await send({ token }, 'POST', '/v1/tenants', {})).status).toBe(403)
    expect((await send(admin, 'GET', pathOf(viewer))).body.role).toBe('viewer')
  })

  test('a role that is taken away is gone for requests that were under way already (ASVS 2.3.4)', async () => {
    const tenant = await newTenant()
    const [first, second] = [await server.addPerson(tenant, 'admin'), await server.addPerson(tenant, 'admin')]
    await server.addPerson(tenant, 'admin')
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all([setRole(first, second, 'viewer'), setRole(second, first, 'viewer')])
      const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
      expect(statuses).toEqual([200, 403])
      await server.owner.query(`update membership set role = 'admin' where tenant_id = $1`, [tenant.id])
    }
  })
})

describe('P3.1, ASVS 2.3.4: the last administrator', () => {
  test('can’t be demoted, disabled or removed, and not by themselves', async () => {
    const tenant = await newTenant()
    const admin = await server.addPerson(tenant, 'admin')
    const answers = [
      await setRole(admin, admin, 'viewer'),
      await send(admin, 'POST', `${pathOf(admin)}/disable`),
      await send(admin, 'DELETE', pathOf(admin)),
    ]
    for (const { status, body } of answers) expect([status, body.code]).toEqual([409, 'last_admin'])
    expect(await admins(tenant)).toBe(1)
  })

  test.each([
    ['demoted', (by: Person, of: Person) => setRole(by, of, 'viewer')],
    ['disabled', (by: Person, of: Person) => send(by, 'POST', `${pathOf(of)}/disable`)],
    ['removed', (by: Person, of: Person) => send(by, 'DELETE', pathOf(of))],
  ] as const)('stays when each of two is %s by themselves at once', async (_how, act) => {
    for (let round = 0; round < 4; round += 1) {
      const tenant = await newTenant()
      const pair = [await server.addPerson(tenant, 'admin'), await server.addPerson(tenant, 'admin')] as const
      const answers = await Promise.all([act(pair[0], pair[0]), act(pair[1], pair[1])])
      expect(answers.filter(({ status }) => status < 300)).toHaveLength(1)
      expect(answers.filter(({ body }) => body.code === 'last_admin')).toHaveLength(1)
      expect(await admins(tenant)).toBe(1)
    }
  })

  test('isn’t another one whom an operator has disabled, or who is a machine', async () => {
    const tenant = await newTenant()
    const [admin, other] = [await server.addPerson(tenant, 'admin'), await server.addPerson(tenant, 'admin')]
    await server.owner.query('update account set disabled_at = now() where id = $1', [other.accountId])
    expect((await setRole(admin, admin, 'viewer')).body.code).toBe('last_admin')
  })
})

describe('P3.1, ASVS 7.4.2: a disabled member', () => {
  test('is out at once with every credential; enabling brings keys back, not sessions', async () => {
    const person = await member()
    const { key } = await server.addKey(person, ['system:read'])
    const cookie = { cookie: `afterai_session=${person.token}`, 'sec-fetch-site': 'same-origin' }
    expect((await send(server.admin, 'POST', `${pathOf(person)}/disable`)).body.disabledAt).not.toBeNull()
    const { email, password } = person
    const signIn = () => server.send({ method: 'POST', path: '/v1/session', body: { email, password } })
    const refresh = { refreshHandle: person.session.refreshHandle }
    const statuses = async () => [
      (await me(person.token)).status,
      (await server.send({ path: '/v1/me', headers: cookie })).status,
      (await me(key)).status,
      (await signIn()).status,
      (await server.send({ method: 'POST', path: '/v1/session/refresh', body: refresh })).status,
    ]
    expect(await statuses()).toEqual([401, 401, 401, 401, 401])
    expect((await send(server.admin, 'POST', `${pathOf(person)}/disable`)).body.code).toBe('invalid_transition')
    await send(server.admin, 'POST', `${pathOf(person)}/enable`)
    expect((await statuses()).slice(0, 4)).toEqual([401, 401, 200, 200])
  })

  test('of one tenant goes on in another', async () => {
    const person = await member()
    const elsewhere = await newTenant()
    await server.owner.query(
      `insert into membership (tenant_id, account_id, role, name, email) values ($1, $2, 'member', 'X', $3)`,
      [elsewhere.id, person.accountId, person.email],
    )
    await send(server.admin, 'POST', `${pathOf(person)}/disable`)
    const session = await server.signIn(person.email, person.password)
    expect(session.tenant).toBe(elsewhere.slug)
    const back = { method: 'POST', path: '/v1/session/switch', token: session.accessToken, body: { tenant: 'acme' } }
    expect((await server.send({ ...back, method: 'POST' })).status).toBe(404)
  })
})

test('P3.1: a removed member’s sessions and keys end; what they approved and recorded still names them', async () => {
  const [author, approver] = [await member(), await member('approver')]
  const { key } = await server.addKey(approver, ['system:read'])
  const { recordId, decisionId } = await recordedChange(server, { author, approver }, 'kept-system')
  expect((await send(server.admin, 'DELETE', pathOf(approver))).status).toBe(204)
  expect([(await me(approver.token)).status, (await me(key)).status]).toEqual([401, 401])
  expect((await send(server.admin, 'GET', pathOf(approver))).status).toBe(404)
  for (const path of [`/v1/records/${recordId}`, `/v1/decisions/${decisionId}`]) {
    const { status, text } = await send(server.admin, 'GET', path)
    expect(status).toBe(200)
    expect(text).toContain(approver.accountId)
  }
})

describe('P3.1, ASVS 8.2.3: what one member sees of others', () => {
  test.each([
    ['admin', true],
    ['auditor', true],
    ['approver', false],
    ['member', false],
    ['viewer', false],
  ] as const)('%s: addresses of others %s', async (role, sees) => {
    const [person, other] = [await member(role), await member('viewer')]
    const { body } = await server.send<{ items: MemberView[] }>({ path: '/v1/members?limit=200', token: person.token })
    const emailOf = (wanted: Person) => body.items.find((it) => it.accountId === wanted.accountId)?.email
    expect(emailOf(person)).toBe(person.email)
    expect(emailOf(other)).toBe(sees ? other.email : null)
    expect((await send(person, 'GET', pathOf(other))).body.email).toBe(sees ? other.email : null)
  })

  test('comes in pages that hold each member once', async () => {
    const tenant = await newTenant()
    const admin = await server.addPerson(tenant, 'admin')
    for (let n = 0; n < 6; n += 1) await send(admin, 'POST', '/v1/service-accounts', { name: `m${n}`, role: 'viewer' })
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const path: string = `/v1/members?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`
      const { items, nextCursor } = await server.expectOk<{ items: MemberView[]; nextCursor: string | null }>({
        path,
        token: admin.token,
      })
      seen.push(...items.map(({ accountId }) => accountId))
      cursor = nextCursor
    }
    expect(seen).toHaveLength(7)
    expect(new Set(seen).size).toBe(7)
    const machines = await server.expectOk<{ items: MemberView[] }>({
      path: '/v1/service-accounts',
      token: admin.token,
    })
    expect(machines.items.map(({ kind }) => kind)).toEqual(Array(6).fill('service'))
  })
})

describe('P3.3: invitations', () => {
  const invite = (email: string, by = server.admin) =>
    server.send<CreatedInvitation & Problem>({
      method: 'POST',
      path: '/v1/invitations',
      token: by.token,
      body: { email, role: 'viewer' },
    })
  const accept = (code: string | null) =>
    server.send<Problem>({
      method: 'POST',
      path: '/v1/invitations/accept',
      body: { code, name: 'Invited', password: 'copper-meadow-77-signal' },
    })
  const one = ({ body }: Answer<CreatedInvitation>): string => `/v1/invitations/${body.id}`

  test('that were accepted, revoked, replaced, sent again or have expired are no longer good', async () => {
    const accepted = await invite('accepted@acme.example')
    expect((await accept(accepted.body.code)).status).toBe(200)
    const revoked = await invite('revoked@acme.example')
    expect((await send(server.admin, 'DELETE', one(revoked))).status).toBe(204)
    expect((await send(server.admin, 'DELETE', one(revoked))).status).toBe(404)
    expect((await send(server.admin, 'POST', `${one(revoked)}/resend`)).status).toBe(404)
    const replaced = await invite('replaced@acme.example')
    await invite('replaced@acme.example')
    const again = await invite('again@acme.example')
    expect((await send(server.admin, 'POST', `${one(again)}/resend`)).status).toBe(200)
    const expired = await invite('expired@acme.example')
    await server.owner.query('update invitation set expires_at = now() where id = $1', [expired.body.id])
    for (const { body } of [accepted, revoked, replaced, again, expired]) {
      expect((await accept(body.code)).body.code).toBe('invalid_code')
    }
    const list = await server.expectOk<{ items: CreatedInvitation[] }>({
      path: '/v1/invitations?limit=200',
      token: server.admin.token,
    })
    const stateOf = ({ body }: Answer<CreatedInvitation>) => list.items.find(({ id }) => id === body.id)?.state
    const states = [accepted, revoked, replaced, again, expired].map(stateOf)
    expect(states).toEqual(['accepted', 'revoked', 'revoked', 'pending', 'expired'])
    expect(JSON.stringify(list)).not.toMatch(/[2-9A-Z]{5}-[2-9A-Z]{5}-/)
  })

  test.each([
    ['demoted', (of: Person) => setRole(server.admin, of, 'viewer')],
    ['disabled', (of: Person) => send(server.admin, 'POST', `${pathOf(of)}/disable`)],
    ['removed', (of: Person) => send(server.admin, 'DELETE', pathOf(of))],
  ] as const)(
    'ASVS 8.2.1: end with the power of whoever made them: %s, an admin comes back by none',
    async (how, act) => {
      const admin = await member('admin')
      const { body } = await invite(`back-door-${how}@acme.example`, admin)
      expect((await act(admin)).status).toBeLessThan(300)
      expect((await accept(body.code)).body.code).toBe('invalid_code')
    },
  )

  test('an expired one that is sent again works', async () => {
    const expired = await invite('late@acme.example')
    await server.owner.query('update invitation set expires_at = now() where id = $1', [expired.body.id])
    const { body } = await server.send<CreatedInvitation>({
      method: 'POST',
      path: `${one(expired)}/resend`,
      token: server.admin.token,
    })
    expect((await accept(body.code)).status).toBe(200)
  })

  test('ASVS 6.3.8: say nothing about whether the address has an account elsewhere', async () => {
    const stranger = await server.addPerson(await newTenant(), 'member')
    const shape = ({ status, body }: Answer<CreatedInvitation>) => [
      status,
      { ...body, id: '', code: '', email: '', createdAt: '', expiresAt: '' },
    ]
    const [known, unknown] = [await invite(stranger.email), await invite('nobody@nowhere.example')]
    expect(shape(known)).toEqual(shape(unknown))
    expect((await invite((await member()).email)).body.code).toBe('conflict')
  })
})

describe('P3.4: service accounts', () => {
  const create = (role: string) => send(server.admin, 'POST', '/v1/service-accounts', { name: 'machine', role })

  test('are never admins or approvers, and are no people', async () => {
    for (const role of ['admin', 'approver']) expect((await create(role)).status).toBe(400)
    const { body } = await create('viewer')
    const path = `/v1/service-accounts/${body.accountId}`
    expect((await send(server.admin, 'PUT', path, { role: 'admin' })).status).toBe(400)
    expect((await send(server.admin, 'PUT', pathOf(body), { role: 'admin' })).status).toBe(404)
    expect((await send(server.admin, 'POST', `${pathOf(body)}/password-reset`)).status).toBe(404)
    const person = await member()
    expect((await send(server.admin, 'DELETE', `/v1/service-accounts/${person.accountId}`)).status).toBe(404)
  })

  test('are renamed, given another role, disabled with their keys, and deleted', async () => {
    const { accountId } = (await create('member')).body
    const path = `/v1/service-accounts/${accountId}`
    const { key } = await server.addKey(server.admin, ['system:write'], accountId)
    const make = (name: string) => server.send({ method: 'POST', path: '/v1/systems', token: key, body: { name } })
    expect((await make('by-machine')).status).toBe(201)
    const changed = await send(server.admin, 'PUT', path, { name: 'robot', role: 'viewer' })
    expect(changed.body).toMatchObject({ name: 'robot', role: 'viewer', kind: 'service' })
    expect((await make('by-viewer')).status).toBe(403)
    await send(server.admin, 'POST', `${path}/disable`)
    expect((await me(key)).status).toBe(401)
    await send(server.admin, 'POST', `${path}/enable`)
    expect((await me(key)).body).toMatchObject({ name: 'robot', kind: 'service' })
    expect((await send(server.admin, 'DELETE', path)).status).toBe(204)
    expect((await me(key)).status).toBe(401)
  })
})

describe('people are found', () => {
  const namesOf = async (by: Pick<Person, 'token'>, query: Readonly<Record<string, string>>) => {
    const path = `/v1/members?${new URLSearchParams(query).toString()}`
    const { items } = await server.expectOk<{ items: MemberView[] }>({ path, token: by.token })
    return items.map(({ name }) => name).toSorted()
  }

  test('by a part of their name in whichever case, and by what they may do', async () => {
    const tenant = await newTenant()
    const [ada, bo] = [
      await server.addPerson(tenant, 'approver', 'Ada Söderlund'),
      await server.addPerson(tenant, 'member', 'Bo_100% Söderman'),
    ]
    expect(await namesOf(ada, { q: 'SÖDER' })).toEqual(['Ada Söderlund', 'Bo_100% Söderman'])
    expect(await namesOf(ada, { q: 'söder', permission: 'decision:approve' })).toEqual(['Ada Söderlund'])
    // No wildcard, no quote: what is typed is looked for as it is.
    expect(await namesOf(ada, { q: '_1' })).toEqual(['Bo_100% Söderman'])
    expect(await namesOf(ada, { q: '%' })).toEqual(['Bo_100% Söderman'])
    for (const q of ['A_a', `' or true --`, 'nobody']) expect(await namesOf(ada, { q })).toEqual([])
    expect(await namesOf(bo, { q: bo.email })).toEqual(['Bo_100% Söderman'])
  })

  test('by their address only by who may see it', async () => {
    const tenant = await newTenant()
    const [admin, member, viewer] = [
      await server.addPerson(tenant, 'admin', 'Eva'),
      await server.addPerson(tenant, 'member', 'Ada'),
      await server.addPerson(tenant, 'viewer', 'Vic'),
    ]
    expect(await namesOf(admin, { q: member.email })).toEqual(['Ada'])
    expect(await namesOf(viewer, { q: member.email })).toEqual([])
    expect(await namesOf(viewer, { q: viewer.email })).toEqual(['Vic'])
  })

  test('however many others there are, page by page', async () => {
    const tenant = await newTenant()
    const eldest = await server.addPerson(tenant, 'approver', 'The eldest')
    await server.owner.query(
      `with made as (insert into account (id, name) select id, 'Other' from unnest($2::uuid[]) id returning id)
       insert into membership (tenant_id, account_id, role, name) select $1, id, 'viewer', 'Other' from made`,
      [tenant.id, Array.from({ length: 300 }, () => newId())],
    )
    let cursor: string | null = ''
    const found: string[] = []
    for (let pages = 0; cursor !== null && pages < 20; pages += 1) {
      const query = new URLSearchParams({ q: 'eldest', limit: '1', ...(cursor === '' ? {} : { cursor }) })
      const page: { items: MemberView[]; nextCursor: string | null } = await server.expectOk({
        path: `/v1/members?${query.toString()}`,
        token: eldest.token,
      })
      found.push(...page.items.map(({ name }) => name))
      cursor = page.nextCursor
    }
    expect(cursor).toBeNull()
    expect(found).toEqual(['The eldest'])
  })
})
