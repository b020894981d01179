import { setTimeout as sleep } from 'node:timers/promises'
import type { Me, OperatedTenant } from '@afterai/contract'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { foundInstanceTenant } from '../../src/identity/index.ts'
import { withTenant } from '../../src/platform/database.ts'
import { recordedChange } from '../../testing/lifecycle.ts'
import { type Person, startTestServer, type TestServer, type TestTenant } from '../../testing/test-server.ts'

let server: TestServer
let operator: Person
let count = 0

beforeAll(async () => {
  server = await startTestServer()
  operator = await server.operator()
})
afterAll(() => server.stop())

type Problem = { code: string }

const send = (by: Pick<Person, 'token'>, method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) =>
  server.send<Problem>({ method, path, token: by.token, ...(body === undefined ? {} : { body }) })
const newSlug = (): string => `globex-${(count += 1)}`
const newTenant = (): Promise<TestTenant> => server.addTenant(newSlug())
const suspend = (id: string) => send(operator, 'POST', `/v1/tenants/${id}/suspend`)
const resume = (id: string) => send(operator, 'POST', `/v1/tenants/${id}/resume`)
const tenants = async (): Promise<OperatedTenant[]> =>
  (await server.expectOk<{ items: OperatedTenant[] }>({ path: '/v1/tenants?limit=200', token: operator.token })).items

describe('P3.1: the operators’ tenant', () => {
  test('is one more tenant of whoever set the instance up, with other permissions', async () => {
    const me = await server.expectOk<Me>({ path: '/v1/me', token: operator.token })
    expect(me.tenant).toMatchObject({ slug: 'instance', instance: true, sample: false, role: 'admin' })
    const held = [
      'me:read',
      'session:own',
      'member:read',
      'member:write',
      'audit:read',
      'tenant:operate',
      'health:read',
    ]
    expect(new Set(me.permissions)).toEqual(new Set(held))
    const ordinary = await server.expectOk<Me>({ path: '/v1/me', token: server.admin.token })
    expect(ordinary.permissions).not.toContain('tenant:operate')
    expect(ordinary.tenants.map(({ slug }) => slug)).toEqual(['acme', 'instance'])
  })

  test('is never the one that somebody lands in who names none', async () => {
    const { email, password } = server.admin
    expect((await server.signIn(email, password)).tenant).toBe('acme')
  })

  test('has a log of its own, in which its trail is sealed', async () => {
    const { rows } = await server.owner.query('select from ledger_log where tenant_id = $1', [operator.tenant.id])
    expect(rows).toHaveLength(1)
    const events = await server.expectOk<{ items: { action: string }[] }>({
      path: '/v1/audit-events?limit=200',
      token: operator.token,
    })
    expect(events.items.map(({ action }) => action)).toEqual(expect.arrayContaining(['tenant.create', 'operator.join']))
  })

  test('keeps its label: no update and no second one', async () => {
    const change = server.owner.query('update tenant set instance = true where id = $1', [server.admin.tenant.id])
    await expect(change).rejects.toThrow(/keeps its label/)
    const second = `insert into tenant (id, slug, name, instance) values (gen_random_uuid(), 'second', 'x', true)`
    await expect(server.owner.query(second)).rejects.toThrow(/tenant_only_one_instance/)
  })

  test.each(['instance', 'sample'])('and the sample keep their slugs: %s', async (slug) => {
    const body = { slug, name: 'x', adminEmail: 'x@x.example' }
    expect((await send(operator, 'POST', '/v1/tenants', body)).status).toBe(400)
    const setup = {
      code: 'A',
      email: 'x@x.example',
      name: 'X',
      password: 'violet-harbour-41',
      tenant: { slug, name: 'x' },
    }
    expect((await server.send({ method: 'POST', path: '/v1/setup', body: setup })).status).toBe(400)
  })

  test('is made for an instance that was set up before there was one, and its first administrator operates', async () => {
    const old = await startTestServer()
    for (const table of ['mail', 'session', 'membership', 'ledger_outbox', 'audit_event', 'tenant_key']) {
      await old.owner.query(`delete from ${table} where tenant_id = (select instance_tenant())`)
    }
    await old.owner.query(`set session_replication_role = replica`)
    for (const table of ['ledger_outbox', 'ledger_entry', 'ledger_checkpoint', 'ledger_tile', 'ledger_log']) {
      await old.owner.query(`alter table ${table} disable trigger all`)
      await old.owner.query(`delete from ${table} where tenant_id = (select instance_tenant())`)
    }
    await old.owner.query('delete from tenant where instance')
    await Promise.all([1, 2, 3].map(() => foundInstanceTenant(old.enrolment)))
    const { rows } = await old.owner.query(
      'select m.account_id, m.role from membership m join tenant t on t.id = m.tenant_id where t.instance',
    )
    expect(rows).toEqual([{ account_id: old.admin.accountId, role: 'admin' }])
    expect((await old.operator()).tenant.slug).toBe('instance')
    await old.stop()
  })
})

describe('P4.1: operators', () => {
  test('make a tenant whose first administrator comes by invitation', async () => {
    const slug = newSlug()
    const body = { slug, name: 'Globex', adminEmail: 'ada@globex.example' }
    const made = await server.expectOk<{ id: string; invitation: { code: string } }>({
      method: 'POST',
      path: '/v1/tenants',
      token: operator.token,
      body,
    })
    expect((await send(operator, 'POST', '/v1/tenants', body)).body.code).toBe('conflict')
    const { code } = made.invitation
    const accepted = await server.expectOk<{ accessToken: string; tenant: string }>({
      method: 'POST',
      path: '/v1/invitations/accept',
      body: { code, name: 'Ada', password: 'copper-meadow-77-signal' },
    })
    expect(accepted.tenant).toBe(slug)
    const token = accepted.accessToken
    expect((await send({ token }, 'POST', '/v1/systems', { name: 'first' })).status).toBe(201)
    expect((await server.send({ path: '/v1/digest-key', token })).status).toBe(200)
  })

  test('see names, dates and counts, in pages, and nothing that a tenant holds', async () => {
    const tenant = await newTenant()
    const author = await server.addPerson(tenant, 'member')
    const approver = await server.addPerson(tenant, 'approver')
    await recordedChange(server, { author, approver }, 'secret-system')
    const { text } = await send(operator, 'GET', '/v1/tenants?limit=200')
    expect((await tenants()).find(({ id }) => id === tenant.id)).toEqual({
      id: tenant.id,
      slug: tenant.slug,
      name: tenant.slug,
      kind: 'customer',
      createdAt: expect.any(String),
      suspendedAt: null,
      members: 2,
      systems: 1,
      records: 1,
    })
    for (const content of ['secret-system', author.email, author.accountId]) expect(text).not.toContain(content)
    const first = await server.expectOk<{ nextCursor: string }>({ path: '/v1/tenants?limit=1', token: operator.token })
    expect((await send(operator, 'GET', `/v1/tenants?limit=1&cursor=${first.nextCursor}`)).status).toBe(200)
    for (const path of ['/v1/systems', '/v1/records', '/v1/changes', '/v1/digest-key', '/v1/api-keys']) {
      expect((await send(operator, 'GET', path)).status).toBe(403)
    }
  })

  test('ASVS 8.4.1: are operators in their tenant alone: no other admin, and no other tenant in the database', async () => {
    const customer = await newTenant()
    const admin = await server.addPerson(customer, 'admin')
    for (const by of [admin, server.admin]) {
      expect((await send(by, 'GET', '/v1/tenants')).status).toBe(403)
      expect((await send(by, 'POST', `/v1/tenants/${customer.id}/suspend`)).status).toBe(403)
      expect((await send(by, 'POST', `/v1/accounts/${operator.accountId}/disable`)).status).toBe(403)
    }
    await withTenant(server.enrolment.db, customer.id, async (tx) => {
      const listed = await sql`select * from list_tenants(null, 100)`.execute(tx)
      expect(listed.rows).toEqual([])
      const id = server.admin.tenant.id
      const done = await sql<{ ok: boolean }>`select set_tenant_suspended(${id}::uuid, true) as ok`.execute(tx)
      expect(done.rows).toEqual([{ ok: false }])
      const account = operator.accountId
      const disabled = await sql<{ ok: boolean }>`select set_account_disabled(${account}::uuid, true) as ok`.execute(tx)
      expect(disabled.rows).toEqual([{ ok: false }])
    })
  })

  test('invite operators, who are people of their tenant alone', async () => {
    const body = { email: 'second-operator@acme.example', role: 'auditor' }
    const { code } = await server.expectOk<{ code: string }>({
      method: 'POST',
      path: '/v1/invitations',
      token: operator.token,
      body,
    })
    const { accessToken: token } = await server.expectOk<{ accessToken: string }>({
      method: 'POST',
      path: '/v1/invitations/accept',
      body: { code, name: 'Second', password: 'copper-meadow-77-signal' },
    })
    expect((await send({ token }, 'GET', '/v1/audit-events')).status).toBe(200)
    expect((await send({ token }, 'GET', '/v1/tenants')).status).toBe(403)
  })
})

describe('P4.1: a suspended tenant', () => {
  test('refuses every credential at once and keeps everything; resumed, all work again', async () => {
    const tenant = await newTenant()
    const admin = await server.addPerson(tenant, 'admin')
    const { key } = await server.addKey(admin, ['system:read', 'system:write'])
    await send(admin, 'POST', '/v1/systems', { name: 'kept' })
    const invitation = await server.expectOk<{ code: string }>({
      method: 'POST',
      path: '/v1/invitations',
      token: admin.token,
      body: { email: 'x@x.example', role: 'viewer' },
    })
    const { email, password, session } = admin
    const attempts = {
      bearer: () => send(admin, 'GET', '/v1/systems'),
      key: () => send({ token: key }, 'GET', '/v1/systems'),
      cookie: () => server.send<Problem>({ path: '/v1/me', headers: { cookie: `afterai_session=${admin.token}` } }),
      'signing in': () => server.send<Problem>({ method: 'POST', path: '/v1/session', body: { email, password } }),
      invitation: () =>
        server.send<Problem>({
          method: 'POST',
          path: '/v1/invitations/accept',
          body: { code: invitation.code, name: 'X', password: 'copper-meadow-77-signal' },
        }),
      refreshing: () =>
        server.send<Problem>({
          method: 'POST',
          path: '/v1/session/refresh',
          body: { refreshHandle: session.refreshHandle },
        }),
    }
    expect((await suspend(tenant.id)).status).toBe(204)
    for (const [name, attempt] of Object.entries(attempts)) {
      const { status, body } = await attempt()
      expect([name, status, body.code]).toEqual([name, 403, 'tenant_suspended'])
    }
    // Whoever has not shown the password learns nothing of it.
    const wrong = { email, password: 'not-the-password' }
    const answer = await server.send<Problem>({ method: 'POST', path: '/v1/session', body: wrong })
    expect(answer.body.code).toBe('invalid_credentials')
    expect((await tenants()).find(({ id }) => id === tenant.id)?.suspendedAt).not.toBeNull()
    expect((await resume(tenant.id)).status).toBe(204)
    for (const [name, attempt] of Object.entries(attempts)) {
      expect([name, (await attempt()).status]).toEqual([name, 200])
    }
    expect((await send({ token: key }, 'GET', '/v1/systems')).text).toContain('kept')
  })

  test('has its queued entries integrated all the same, the event of its suspension among them', async () => {
    const tenant = await newTenant()
    await suspend(tenant.id)
    const queued = async () =>
      (await server.owner.query('select from ledger_outbox where tenant_id = $1', [tenant.id])).rows.length
    while ((await queued()) > 0) await sleep(50)
    const { rows } = await server.owner.query(
      `select from audit_event e join ledger_entry l on l.entry_id = e.id where e.tenant_id = $1 and e.action = $2`,
      [tenant.id, 'tenant.suspend'],
    )
    expect(rows).toHaveLength(1)
  })

  test('lets people into their other tenants, and not in from there', async () => {
    const [closed, open] = [await newTenant(), await newTenant()]
    const person = await server.addPerson(closed, 'member')
    await server.owner.query(
      `insert into membership (tenant_id, account_id, role, name, email) values ($1, $2, 'member', 'X', $3)`,
      [open.id, person.accountId, person.email],
    )
    await suspend(closed.id)
    const session = await server.signIn(person.email, person.password)
    expect(session.tenant).toBe(open.slug)
    const there = { tenant: closed.slug }
    const answer = await send({ token: session.accessToken }, 'POST', '/v1/session/switch', there)
    expect(answer.body.code).toBe('tenant_suspended')
  })

  test('is never the operators’ own; twice, or one that isn’t there, is not found', async () => {
    expect((await suspend(operator.tenant.id)).status).toBe(404)
    const { id } = await newTenant()
    expect((await resume(id)).status).toBe(404)
    expect((await suspend(id)).status).toBe(204)
    expect((await suspend(id)).status).toBe(404)
    expect((await suspend('01a20a5b-6239-705d-b9f2-c38849688556')).status).toBe(404)
  })
})

describe('P3.1: an account that an operator disables', () => {
  const disable = (accountId: string, by = operator) => send(by, 'POST', `/v1/accounts/${accountId}/disable`)

  test('is out in every tenant at once; each of them learns it; enabled, its sessions stay ended', async () => {
    const person = await server.addPerson(await newTenant(), 'admin')
    const { key } = await server.addKey(person, ['system:read'])
    expect((await disable(person.accountId)).status).toBe(204)
    const me = async (token: string) => (await send({ token }, 'GET', '/v1/me')).status
    expect([await me(person.token), await me(key)]).toEqual([401, 401])
    const { rows } = await server.owner.query(
      `select tenant_id from audit_event where action = 'account.disable' and resource = $1`,
      [`account/${person.accountId}`],
    )
    const trails = new Set(rows.map((row: { tenant_id: string }) => row.tenant_id))
    expect(trails).toEqual(new Set([operator.tenant.id, person.tenant.id]))
    expect((await send(operator, 'POST', `/v1/accounts/${person.accountId}/enable`)).status).toBe(204)
    expect([await me(person.token), await me(key)]).toEqual([401, 200])
  })

  test('is not one’s own, and never the last operator’s, also when two disable each other at once', async () => {
    expect((await disable(operator.accountId)).status).toBe(403)
    const second = await server.addPerson(operator.tenant, 'admin')
    const answers = await Promise.all([disable(second.accountId), disable(operator.accountId, second)])
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    const { rows } = await server.owner.query(
      `select from membership m join account a on a.id = m.account_id
       where m.tenant_id = $1 and m.role = 'admin' and a.disabled_at is null`,
      [operator.tenant.id],
    )
    expect(rows).toHaveLength(1)
  })
})
