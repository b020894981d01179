import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { describeRoutes } from '../../src/instance/api-description.ts'
import { addPasskey } from '../../testing/factors.ts'
import { type FederatedServer, startFederatedServer } from '../../testing/federation-fixture.ts'
import { fullBodies } from '../../testing/request-bodies.ts'
import type { Person } from '../../testing/test-server.ts'

let it: FederatedServer
/** A member of two tenants, whom the provider of one of them names. */
let victim: Person
let token: string | undefined

beforeAll(async () => {
  it = await startFederatedServer()
  victim = await it.server.addPerson(await it.server.addTenant('elsewhere'), 'admin')
  await it.server.owner.query(
    `insert into membership (tenant_id, account_id, role, name, email) values ($1, $2, 'member', 'Ada', 'ada@corp.example')`,
    [it.server.admin.tenant.id, victim.accountId],
  )
})
// Anew, since ending all of one's sessions ends this one too.
beforeEach(async () => {
  token = (await it.signIn('ada')).token
})
afterAll(() => it.stop())

/** Routes that reach beyond the tenant: to credentials and sessions of the account. */
const beyond = [
  'PUT /v1/password',
  'GET /v1/factors',
  'POST /v1/factors/totp',
  'POST /v1/factors/totp/confirm',
  'DELETE /v1/factors/totp',
  'POST /v1/factors/recovery-codes',
  'POST /v1/passkeys/options',
  'POST /v1/passkeys',
  'PUT /v1/passkeys/:id',
  'DELETE /v1/passkeys/:id',
  'GET /v1/sessions',
  'DELETE /v1/sessions/:id',
  'DELETE /v1/sessions',
  'POST /v1/session/step-up',
  'POST /v1/session/step-up/passkey-options',
  'POST /v1/session/switch',
]

describe('P3.4, ASVS 6.8.1: a provider’s session gets at nothing of the account that other tenants have too', () => {
  test('it is a session of that account, and fresh', async () => {
    expect((await it.me(token)).body).toMatchObject({ accountId: victim.accountId, tenants: [{ slug: 'acme' }] })
  })

  test('every route of people’s own credentials is listed here', () => {
    const own = describeRoutes(it.server.http).filter(({ permission }) => permission === 'credential:own')
    expect(own.length).toBeGreaterThan(5)
    expect(own.map(({ method, path }) => `${method} ${path}`).filter((route) => !beyond.includes(route))).toEqual([])
  })

  test.each(beyond)('%s', async (route) => {
    const [method = '', path = ''] = route.split(' ')
    const request = { method: method as 'GET', path: path.replace(':id', victim.accountId), body: fullBodies[route] }
    const refused = await it.server.send({ ...request, token })
    expect([refused.status, refused.body['code']]).toEqual([403, 'provider_session'])
    const { rows } = await it.server.owner.query('select action, outcome from audit_event where request_id = $1', [
      refused.headers['x-request-id'],
    ])
    expect(rows).toEqual([{ action: 'access.denied', outcome: 'denied' }])
    // With credentials of one's own, whatever else the route says, it isn't that.
    const own = await it.server.signIn(victim.email, victim.password)
    expect((await it.server.send({ ...request, token: own.accessToken })).body['code']).not.toBe('provider_session')
    await it.server.owner.query('delete from totp where account_id = $1', [victim.accountId])
  })

  test('what needs a fresh proof needs another sign-in with the provider', async () => {
    const accountId = it.server.admin.accountId
    await it.server.owner.query(`update membership set role = 'admin' where account_id = $1`, [victim.accountId])
    const request = { method: 'PUT', path: `/v1/break-glass-accounts/${accountId}`, token } as const
    expect((await it.server.send(request)).status).toBe(200)
    await it.server.owner.query(
      `update session set authenticated_at = now() - interval '11 minutes' where account_id = $1`,
      [victim.accountId],
    )
    expect((await it.server.send(request)).body['code']).toBe('provider_proof_required')
  })

  test('nor by way of a device that it approves', async () => {
    const post = (path: string, body: object, by?: string) =>
      it.server.expectOk<Record<string, string>>({ method: 'POST', path, body, token: by })
    const { deviceCode, userCode } = await post('/v1/device-authorizations', {})
    await post('/v1/device-authorizations/decision', { userCode, verdict: 'approve' }, token)
    const { accessToken } = await post('/v1/device-authorizations/token', { deviceCode })
    const body = { newPassword: 'copper-meadow-77-signal' }
    const refused = await it.server.send({ method: 'PUT', path: '/v1/password', token: accessToken, body })
    expect(refused.body['code']).toBe('provider_session')
  })
})

describe('P3.4: the last passkey of an account without a password', () => {
  const remove = async (person: Person) => {
    const { id } = await addPasskey(it.server, person, it.origin.replace('127.0.0.1', 'localhost'))
    await it.server.owner.query('update account set password_hash = null where id = $1', [person.accountId])
    return it.server.send({ method: 'DELETE', path: `/v1/passkeys/${id}`, token: person.token })
  }

  test('stays, since nothing else signs it in', async () => {
    const person = await it.server.addPerson(it.server.admin.tenant, 'member')
    expect((await remove(person)).body['code']).toBe('invalid_transition')
  })

  test('may go where an identity provider signs it in', async () => {
    const person = await it.server.addPerson(it.server.admin.tenant, 'member')
    await it.server.expectOk({
      method: 'POST',
      path: `/v1/identity-providers/${it.providerId}/identities`,
      token: it.server.admin.token,
      body: { subject: 'of-the-passkey', accountId: person.accountId },
    })
    expect((await remove(person)).status).toBe(204)
  })
})
