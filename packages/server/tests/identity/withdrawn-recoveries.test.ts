import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addPasskey, beginSignIn, codeOf, enrolApp } from '../../testing/factors.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())
// What was guessed wrong in one test must not delay the next.
beforeEach(() => server.owner.query('delete from guess'))

type Problem = { code: string }

const fresh = 'willow-cabinet-9-drum'
const member = (): Promise<Person> => server.addPerson(server.admin.tenant, 'member')
const offerPath = ({ accountId }: Person) => `/v1/members/${accountId}/password-reset`
const byAdmin = async (method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<void> => {
  const answer = await server.send({ method, path, body, token: server.admin.token })
  expect([200, 201, 204]).toContain(answer.status)
}
const offered = async (person: Person): Promise<string> =>
  (await server.expectOk<{ code: string }>({ method: 'POST', path: offerPath(person), token: server.admin.token })).code
const offeredByOperator = async ({ accountId }: Person): Promise<string> => {
  const path = `/v1/accounts/${accountId}/password-reset`
  const { token } = await server.operator()
  return (await server.expectOk<{ code: string }>({ method: 'POST', path, token })).code
}
const complete = (code: string, password = 'copper-meadow-77-signal') =>
  server.send<Problem>({ method: 'POST', path: '/v1/password-resets/complete', body: { code, password } })
const signIn = async ({ email }: Person, password: string) =>
  (await server.send({ method: 'POST', path: '/v1/session', body: { email, password } })).status
const own = (person: Person, method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) =>
  server.expectOk({ method, path, token: person.token, body })
const setPassword = ({ password: currentPassword, ...person }: Person, more = {}) =>
  own({ ...person, password: currentPassword }, 'PUT', '/v1/password', { currentPassword, newPassword: fresh, ...more })

async function startTotp(person: Person): Promise<() => Promise<unknown>> {
  const path = '/v1/factors/totp'
  const { secret } = await server.expectOk<{ secret: string }>({ method: 'POST', path, token: person.token })
  return () => own(person, 'POST', `${path}/confirm`, { code: codeOf(secret, 0) })
}

/** Ways to change what an account proves itself with, or whether it may. Each prepares, and answers what makes the change. */
const changes: Readonly<Record<string, (person: Person) => Promise<() => Promise<unknown>>>> = {
  'changed its password': async (person) => () => setPassword(person),
  'confirmed an authenticator app': startTotp,
  'removed its authenticator app': async (person) => {
    await enrolApp(server, person)
    return () => own(person, 'DELETE', '/v1/factors/totp')
  },
  'added a passkey': async (person) => () => addPasskey(server, person),
  'removed a passkey': async (person) => {
    const { id } = await addPasskey(server, person)
    return () => own(person, 'DELETE', `/v1/passkeys/${id}`)
  },
  'renewed its recovery codes': async (person) => {
    await enrolApp(server, person)
    return () => own(person, 'POST', '/v1/factors/recovery-codes', {})
  },
  'was given another role':
    async ({ accountId }) =>
    () =>
      byAdmin('PUT', `/v1/members/${accountId}`, { role: 'viewer' }),
  'was disabled as a member and enabled again':
    async ({ accountId }) =>
    async () => {
      await byAdmin('POST', `/v1/members/${accountId}/disable`)
      await byAdmin('POST', `/v1/members/${accountId}/enable`)
    },
  'was disabled as a member':
    async ({ accountId }) =>
    () =>
      byAdmin('POST', `/v1/members/${accountId}/disable`),
  'was removed as a member':
    async ({ accountId }) =>
    () =>
      byAdmin('DELETE', `/v1/members/${accountId}`),
  'was disabled by operators and enabled again':
    async ({ accountId }) =>
    async () => {
      const { token } = await server.operator()
      for (const state of ['disable', 'enable']) {
        await server.expectOk({ method: 'POST', path: `/v1/accounts/${accountId}/${state}`, token })
      }
    },
  'got a newer code': async (person) => () => offered(person),
  'got a newer code of operators': async (person) => () => offeredByOperator(person),
  'spent another code': async (person) => async () => {
    expect((await complete(await offered(person), fresh)).status).toBe(204)
  },
}

describe.each([
  ['an admin', offered],
  ['an operator', offeredByOperator],
] as const)('P3.3: a one-time code of %s is void once its account', (_, offer) => {
  test.each(Object.entries(changes))('%s', async (name, prepare) => {
    const person = await member()
    const change = await prepare(person)
    const code = await offer(person)
    await change()
    expect((await complete(code)).body.code).toBe('invalid_code')
    expect(await signIn(person, 'copper-meadow-77-signal'), name).toBe(401)
  })
})

describe('P3.3, P3.4: a sign-in that awaits its second factor is void once its account', () => {
  test.each(['changed its password', 'added a passkey', 'renewed its recovery codes', 'was disabled as a member'])(
    '%s',
    async (name) => {
      const person = await member()
      const passkey = await addPasskey(server, person)
      const change =
        name === 'renewed its recovery codes'
          ? () => own(person, 'POST', '/v1/factors/recovery-codes', {})
          : await changes[name]?.(person)
      const { ticket } = await beginSignIn(server, person)
      await change?.()
      const proof = { method: 'recovery_code', code: passkey.recoveryCodes?.[0] ?? '' }
      const path = '/v1/session/second-factor'
      const answer = await server.send<Problem>({ method: 'POST', path, body: { ticket, proof } })
      expect(answer.body.code).toBe('sign_in_expired')
    },
  )
})

test('P3.3: who is disabled gets no code, whoever asks', async () => {
  const person = await member()
  await byAdmin('POST', `/v1/members/${person.accountId}/disable`)
  expect((await server.send({ method: 'POST', path: offerPath(person), token: server.admin.token })).status).toBe(403)
  const path = `/v1/accounts/${person.accountId}/password-reset`
  expect((await server.send({ method: 'POST', path, token: (await server.operator()).token })).status).toBe(404)
  await server.send({ method: 'POST', path: '/v1/password-resets', body: { email: person.email } })
  const { rows } = await server.owner.query('select 1 from password_reset where account_id = $1', [person.accountId])
  expect(rows).toEqual([])
})

test('P3.3: a stranger who asks for codes of an address doesn’t void the one that an operator made', async () => {
  const person = await member()
  const code = await offeredByOperator(person)
  for (let n = 0; n < 4; n += 1) {
    await server.send({ method: 'POST', path: '/v1/password-resets', body: { email: person.email } })
  }
  expect((await complete(code)).status).toBe(204)
})

test('P3.3: of a code and a change of the password at once, exactly one is done', async () => {
  for (let round = 0; round < 3; round += 1) {
    const person = await member()
    const code = await offered(person)
    const [spent, changed] = await Promise.all([
      complete(code),
      server.send({
        method: 'PUT',
        path: '/v1/password',
        token: person.token,
        body: { currentPassword: person.password, newPassword: fresh },
      }),
    ])
    const works = [await signIn(person, 'copper-meadow-77-signal'), await signIn(person, fresh)]
    // Whoever came first; a change that comes after the code has a session that the code ended, or none that it knew of.
    expect(works.filter((status) => status === 200)).toHaveLength(1)
    expect([204, 401]).toContain(spent.status)
    expect([204, 401]).toContain(changed.status)
  }
})

test('P3.3: each table that an account’s credentials are in withdraws recoveries, or says why not', async () => {
  const { rows } = await server.owner.query<{ name: string; withdraws: boolean }>(
    `select c.relname as name, exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname like 'recoveries_end%') as withdraws
     from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
     and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'account_id' and not a.attisdropped)
     order by 1`,
  )
  const without = rows.filter((row) => !row.withdraws).map((row) => row.name)
  expect(without).toEqual([
    // Keys act for an account, but open no way to its password.
    'api_key',
    // Ends with the session that approved it.
    'device_authorization',
    // How pages look, and nothing more.
    'member_preference',
    // A challenge proves nothing without the credential that signs it.
    'passkey_challenge',
    // The recoveries themselves.
    'password_reset',
    'session',
    'sign_in_ticket',
    // Who sends telemetry.
    'telemetry_client',
  ])
  expect(rows.filter((row) => row.withdraws).map((row) => row.name)).toEqual([
    'federated_identity',
    'membership',
    'passkey',
    'recovery_code',
    'totp',
  ])
})

test('P3.2, ASVS 7.4.3: a change of the password ends API keys in every tenant where its owner wishes so, and tells each', async () => {
  const person = await member()
  const away = await server.addTenant(`away-${crypto.randomUUID()}`)
  const query = `insert into membership (tenant_id, account_id, role, name) values ($1, $2, 'member', 'x')`
  await server.owner.query(query, [away.id, person.accountId])
  const body = { email: person.email, password: person.password, tenant: away.slug }
  const { accessToken } = await server.expectOk<{ accessToken: string }>({ method: 'POST', path: '/v1/session', body })
  const keys = [
    await server.addKey(person, ['system:read']),
    await server.addKey({ ...person, tenant: away, token: accessToken }, ['system:read']),
  ]
  const bystander = await server.addKey(await member(), ['system:read'])
  const status = async (key: string) => (await server.send({ path: '/v1/systems', token: key })).status
  await setPassword(person)
  expect(await Promise.all(keys.map(({ key }) => status(key)))).toEqual([200, 200])
  await setPassword({ ...person, password: fresh }, { newPassword: 'copper-meadow-77-signal', endApiKeys: true })
  expect(await Promise.all(keys.map(({ key }) => status(key)))).toEqual([401, 401])
  expect(await status(bystander.key)).toBe(200)
  const { rows } = await server.owner.query(
    `select tenant_id, details->'apiKeysEnded' as ended from audit_event where action = 'password.change' and actor_id = $1 order by id`,
    [person.accountId],
  )
  expect(rows).toEqual([
    { tenant_id: person.tenant.id, ended: 0 },
    { tenant_id: person.tenant.id, ended: 1 },
    { tenant_id: away.id, ended: 1 },
  ])
})
