import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newCode } from '../../src/access/index.ts'
import { addPasskey, beginSignIn, challengeFor, enrolApp } from '../../testing/factors.ts'
import { type Person, startTestServer, testOrigin, type TestServer } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

type Problem = { code: string }

const member = (): Promise<Person> => server.addPerson(server.admin.tenant, 'member')
const password = 'willow-cabinet-9-drum'
const offer = (accountId: string, by: Pick<Person, 'token'> = server.admin) =>
  server.send<{ code: string; expiresAt: string }>({
    method: 'POST',
    path: `/v1/members/${accountId}/password-reset`,
    token: by.token,
  })
const offered = async ({ accountId }: Person): Promise<string> => (await offer(accountId)).body.code
const offeredByOperator = async ({ accountId }: Person): Promise<string> => {
  const { token } = await server.operator()
  const path = `/v1/accounts/${accountId}/password-reset`
  return (await server.expectOk<{ code: string }>({ method: 'POST', path, token })).code
}
const join = ({ accountId, email }: Person, tenant: { readonly id: string }) =>
  server.owner.query(
    `insert into membership (tenant_id, account_id, role, name, email) values ($1, $2, 'member', 'X', $3)`,
    [tenant.id, accountId, email],
  )
const complete = (code: string, chosen = password) =>
  server.send<Problem>({ method: 'POST', path: '/v1/password-resets/complete', body: { code, password: chosen } })
const signIn = (email: string, secret: string) =>
  server.send({ method: 'POST', path: '/v1/session', body: { email, password: secret } })
const me = (token: string) => server.send({ path: '/v1/me', token })

describe('P3.3: a password that is set with a one-time code', () => {
  test('takes the place of the old one and ends every session; it opens none', async () => {
    const person = await member()
    const other = await server.signIn(person.email, person.password)
    const done = await complete(await offered(person))
    expect([done.status, done.text, done.headers['set-cookie']]).toEqual([204, '', undefined])
    expect([(await me(person.token)).status, (await me(other.accessToken)).status]).toEqual([401, 401])
    const { refreshHandle } = other
    const refreshed = await server.send({ method: 'POST', path: '/v1/session/refresh', body: { refreshHandle } })
    expect(refreshed.status).toBe(401)
    expect((await signIn(person.email, person.password)).status).toBe(401)
    expect((await signIn(person.email, password)).status).toBe(200)
  })

  test('is an event of each tenant that the account belongs to', async () => {
    const person = await member()
    const elsewhere = await server.addTenant('elsewhere')
    const code = await offeredByOperator(person)
    await join(person, elsewhere)
    await complete(code)
    const { rows } = await server.owner.query<{ tenant_id: string }>(
      `select tenant_id from audit_event where action = 'password_reset.complete' and actor_id = $1`,
      [person.accountId],
    )
    const instance = (await server.operator()).tenant.id
    expect(new Set(rows.map((row) => row.tenant_id))).toEqual(new Set([instance, server.admin.tenant.id, elsewhere.id]))
  })
})

describe('P3.3, ASVS 2.3.4: a one-time code', () => {
  // What was guessed wrong in one test must not delay the next.
  beforeEach(() => server.owner.query('delete from guess'))

  test('works once under twenty attempts at once, and never again', async () => {
    const person = await member()
    const code = await offered(person)
    const chosen = (n: number) => `willow-cabinet-${n}-drum`
    const answers = await Promise.all([...Array(20).keys()].map((n) => complete(code, chosen(n))))
    const winners = [...answers.keys()].filter((n) => answers[n]?.status === 204)
    expect(winners).toHaveLength(1)
    expect(answers.filter(({ body }) => body.code === 'invalid_code')).toHaveLength(19)
    expect((await signIn(person.email, chosen(winners[0] ?? -1))).status).toBe(200)
    expect((await complete(code)).body.code).toBe('invalid_code')
  })

  test('is void when another one was used, when it is old, and when its account is disabled', async () => {
    const [used, old, disabled] = [await member(), await member(), await member()]
    const [first, second] = [await offered(used), await offered(used)]
    expect((await complete(second)).status).toBe(204)
    expect((await complete(first)).body.code).toBe('invalid_code')
    const expired = await offered(old)
    await server.owner.query('update password_reset set expires_at = now() where account_id = $1', [old.accountId])
    expect((await complete(expired)).body.code).toBe('invalid_code')
    const code = await offered(disabled)
    await server.owner.query('update account set disabled_at = now() where id = $1', [disabled.accountId])
    expect((await complete(code)).body.code).toBe('invalid_code')
  })

  test('P5.3, ASVS 6.3.1: is not delayed by the wrong ones of its network, which wait', async () => {
    const code = await offered(await member())
    const answers = []
    for (const wrong of Array.from({ length: 32 }, newCode)) answers.push((await complete(wrong)).status)
    expect([answers.filter((status) => status === 401).length, answers.at(-1)]).toEqual([30, 429])
    expect((await complete(code)).status).toBe(204)
    expect((await complete(code)).status).toBe(429)
  })

  test('is of one account: it names no other, and a guess or another kind of code is none', async () => {
    const [person, bystander] = [await member(), await member()]
    const code = await offered(person)
    const invitation = await server.expectOk<{ code: string }>({
      method: 'POST',
      path: '/v1/invitations',
      token: server.admin.token,
      body: { email: 'guest@acme.example', role: 'viewer' },
    })
    for (const wrong of [
      newCode(),
      '',
      invitation.code,
      server.setupCode,
      code.replace(/.$/, (last) => (last === '2' ? '3' : '2')),
    ]) {
      expect((await complete(wrong)).body.code).toBe('invalid_code')
    }
    const body = { code, password, accountId: bystander.accountId, email: bystander.email }
    const path = '/v1/password-resets/complete'
    expect((await server.send({ method: 'POST', path, body })).status).toBe(400)
    const accept = { code, name: 'X', password }
    const asInvitation = await server.send({ method: 'POST', path: '/v1/invitations/accept', body: accept })
    expect(asInvitation.body['code']).toBe('invalid_code')
    expect((await complete(code)).status).toBe(204)
    expect((await signIn(bystander.email, bystander.password)).status).toBe(200)
    expect((await signIn(bystander.email, password)).status).toBe(401)
  })

  test('is not spent by a password that is refused; then the right one works', async () => {
    const person = await member()
    const code = await offered(person)
    for (const weak of ['short', 'password-password-password', 'aaaaaaaaaaaaaaaaaaaa']) {
      expect((await complete(code, weak)).status).toBe(400)
    }
    expect((await complete(code)).status).toBe(204)
  })
})

describe('P3.1, ASVS 8.2.2: who may make a code for whom', () => {
  test('an admin for members of their tenant alone, not for whoever is in another one too', async () => {
    const shared = await member()
    const elsewhere = await server.addTenant('shared')
    await join(shared, elsewhere)
    const refused = await offer(shared.accountId)
    expect([refused.status, (refused.body as unknown as Problem).code]).toEqual([403, 'forbidden'])
    // Neither for an operator, who is one of the operators' tenant too.
    const second = await server.addPerson(server.admin.tenant, 'admin')
    expect((await offer(server.admin.accountId, second)).status).toBe(403)
    const stranger = await server.addPerson(elsewhere, 'member')
    expect((await offer(stranger.accountId)).status).toBe(404)
    const approver = await server.addPerson(server.admin.tenant, 'approver')
    expect((await offer(stranger.accountId, approver)).status).toBe(403)
  })

  test('an admin’s code is void once the person joins another tenant, or leaves theirs', async () => {
    const [joined, left] = [await member(), await member()]
    const [kept, late] = [await offered(joined), await offered(left)]
    await join(joined, await server.addTenant('joined'))
    await server.owner.query('delete from membership where account_id = $1', [left.accountId])
    expect([(await complete(kept)).body.code, (await complete(late)).body.code]).toEqual([
      'invalid_code',
      'invalid_code',
    ])
    expect((await signIn(joined.email, joined.password)).status).toBe(200)
    // What an operator offers holds wherever they belong to.
    expect((await complete(await offeredByOperator(joined))).status).toBe(204)
  })

  test('P3.4, ASVS 6.4.3: an operator’s gives the account back whole: who had it before keeps nothing', async () => {
    const tenant = await server.addTenant('squatted')
    const squatter = await server.addPerson(tenant, 'admin')
    const app = await enrolApp(server, squatter)
    const passkey = await addPasskey(server, squatter)
    const { key } = await server.addKey(squatter, ['system:read'])
    const ticket = await beginSignIn(server, squatter)
    const asPasskey = async () => {
      const challenge = await challengeFor(server, '/v1/session/passkey-options')
      const assertion = passkey.assert(challenge, { origin: testOrigin, userHandle: squatter.accountId })
      return server.send({ method: 'POST', path: '/v1/session/passkey', body: { assertion } })
    }
    expect([(await asPasskey()).status, (await server.send({ path: '/v1/systems', token: key })).status]).toEqual([
      200, 200,
    ])
    const { code } = await server.expectOk<{ code: string }>({
      method: 'POST',
      path: `/v1/accounts/${squatter.accountId}/password-reset`,
      token: (await server.operator()).token,
    })
    expect((await complete(code)).status).toBe(204)
    const proof = { method: 'recovery_code', code: app.recoveryCodes[0] }
    const second = await server.send({
      method: 'POST',
      path: '/v1/session/second-factor',
      body: { ticket: ticket.ticket, proof },
    })
    const left = [await asPasskey(), await server.send({ path: '/v1/systems', token: key }), await me(squatter.token)]
    expect([...left, second].map(({ status }) => status)).toEqual([401, 401, 401, 401])
    // Nothing is asked besides the new password.
    expect((await signIn(squatter.email, password)).status).toBe(200)
    const { rows } = await server.owner.query(
      `select details from audit_event where tenant_id = $1 and action = 'password_reset.complete'`,
      [tenant.id],
    )
    const removed = {
      sessions: 2,
      passkeys: 1,
      authenticatorApps: 1,
      recoveryCodes: 10,
      federatedIdentities: 0,
      apiKeys: 1,
    }
    expect(rows).toEqual([{ details: { removed } }])
  })

  test('P3.4, ASVS 6.4.3: an administrator’s leaves second factors and keys as they are', async () => {
    const person = await member()
    await enrolApp(server, person)
    const { key } = await server.addKey(person, ['system:read'])
    expect((await complete(await offered(person))).status).toBe(204)
    expect((await signIn(person.email, password)).status).toBe(202)
    expect((await server.send({ path: '/v1/systems', token: key })).status).toBe(200)
  })

  test('an operator for anybody', async () => {
    const person = await server.addPerson(await server.addTenant('anybody'), 'member')
    expect((await complete(await offeredByOperator(person))).status).toBe(204)
    expect((await signIn(person.email, password)).status).toBe(200)
  })
})

test('P3.3: without a mail server, a wish for a code is answered the same and nothing waits to be sent', async () => {
  const person = await member()
  const answers = await Promise.all(
    [person.email, 'nobody@acme.example'].map((email) =>
      server.send({ method: 'POST', path: '/v1/password-resets', body: { email } }),
    ),
  )
  expect(answers.map(({ status, text }) => [status, text])).toEqual([
    [202, '{}'],
    [202, '{}'],
  ])
  expect((await server.owner.query('select from mail')).rows).toEqual([])
})
