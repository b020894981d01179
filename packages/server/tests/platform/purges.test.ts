import { afterAll, beforeAll, expect, test } from 'vitest'
import { purge } from '../../src/instance/purging.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const deps = () => ({ ...server.enrolment, purges: server.purges })

const rowsOf = async (table: string): Promise<number> =>
  (await server.owner.query<{ n: number }>(`select count(*)::int as n from ${table}`)).rows[0]?.n ?? -1

const ageing: Readonly<Record<string, string>> = {
  idempotency: `update idempotency set created_at = now() - interval '25 hours' where key = 'old'`,
  invitation: `update invitation set expires_at = now() - interval '31 days' where email like 'old%'`,
  password_reset: `update password_reset set requested_at = now() - interval '3 days'`,
  mail: `update mail set created_at = now() - interval '31 days', sent_at = now() where kind = 'invitation'`,
}

/** Sign-ins with a provider and by a device that nobody ended, and a wrong code of long ago. */
const signInsGone = [
  `insert into identity_provider (tenant_id, id, name, issuer, client_id, client_secret, scopes, groups_claim, role_mapping,
     allowed_domains, creates_members)
   select id, gen_random_uuid(), 'x', 'x', 'x', '\\x00', '{}', 'groups', '[]', '{}', false from tenant where slug = 'acme'`,
  `insert into oidc_transaction (tenant_id, state_hash, browser_hash, provider_id, return_to, expires_at)
   select tenant_id, '\\x01', '\\x02', id, '/', now() - interval '1 minute' from identity_provider`,
  `insert into device_authorization (device_hash, user_hash, client_label, address, expires_at)
   values ('\\x01', '\\x02', 'x', 'x', now() - interval '1 minute')`,
  `insert into device_code_guess (tenant_id, session_id, id, failed_at)
   select tenant_id, id, gen_random_uuid(), now() - interval '2 hours' from session order by expires_at desc limit 1`,
]

test('P3.3, ASVS 14.2.7: what has served its time goes, what hasn’t stays, and one event tells how much', async () => {
  const { token, tenant, accountId, session } = server.admin
  const post = (path: string, body: unknown, headers = {}) =>
    server.expectOk({ method: 'POST', path, token, body, headers })
  await post('/v1/systems', { name: 'one' }, { 'idempotency-key': 'old' })
  await post('/v1/systems', { name: 'two' }, { 'idempotency-key': 'new' })
  await post('/v1/invitations', { email: 'old@acme.example', role: 'viewer' })
  await post('/v1/invitations', { email: 'new@acme.example', role: 'viewer' })
  await server.expectOk({ method: 'POST', path: '/v1/password-resets', body: { email: 'x@acme.example' } })
  for (const kind of ['invitation', 'password_reset']) {
    const values = [tenant.id, kind]
    await server.owner.query(
      `insert into mail (tenant_id, id, kind, subject_id)
      values ($1, gen_random_uuid(), $2, gen_random_uuid())`,
      values,
    )
  }
  const { refreshHandle } = session
  await server.expectOk({ method: 'POST', path: '/v1/session/refresh', body: { refreshHandle } })
  await server.owner.query(
    `insert into session (tenant_id, id, account_id, refresh_hash, expires_at)
    select $1, gen_random_uuid(), $2, sha256(n::text::bytea), now() - interval '31 days' from generate_series(1, 2500) n`,
    [tenant.id, accountId],
  )
  for (const statement of Object.values(ageing)) await server.owner.query(statement)
  for (const statement of signInsGone) await server.owner.query(statement)

  const gone = await purge(deps())
  expect(gone).toEqual({
    idempotency: 1,
    spentRefreshHandles: 0,
    sessions: 2500,
    invitations: 1,
    passwordResets: 1,
    mails: 1,
    providerSignIns: 1,
    deviceAuthorizations: 1,
    deviceCodeGuesses: 1,
  })
  expect([await rowsOf('idempotency'), await rowsOf('invitation'), await rowsOf('mail')]).toEqual([1, 1, 1])
  const { rows } = await server.owner.query(
    `select details, credential from audit_event where action = 'instance.purge'`,
  )
  expect(rows).toEqual([
    { credential: 'system', details: Object.fromEntries(Object.entries(gone ?? {}).filter(([, rows]) => rows > 0)) },
  ])
  expect((await server.send({ path: '/v1/me', token })).status).toBe(200)
})

test('P3.2: the spent handles of a session that lives stay, since a copy of any of them must end it', async () => {
  const person = await server.addPerson(server.admin.tenant, 'member')
  const { refreshHandle } = person.session
  await server.expectOk({ method: 'POST', path: '/v1/session/refresh', body: { refreshHandle } })
  await purge(deps(), { everySeconds: 0 })
  const again = await server.send({ method: 'POST', path: '/v1/session/refresh', body: { refreshHandle } })
  expect(again.body['code']).toBe('session_revoked')
  const before = await rowsOf('spent_refresh')
  await purge(deps(), { everySeconds: 0 })
  expect(await rowsOf('spent_refresh')).toBeLessThan(before)
})

test('P5.5: of several processes one purges, and not again before a day has passed', async () => {
  await server.owner.query(`update purge_run set started_at = '-infinity'`)
  const turns = await Promise.all(Array.from({ length: 8 }, () => purge(deps())))
  expect(turns.filter((turn) => turn !== undefined)).toHaveLength(1)
  expect(await purge(deps())).toBeUndefined()
  await server.owner.query(`update purge_run set started_at = now() - interval '25 hours'`)
  expect(await purge(deps())).toBeDefined()
})
