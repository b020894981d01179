import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addPasskey, beginSignIn, challengeFor, enrolApp, type App, type OwnPasskey } from '../../testing/factors.ts'
import { type FederatedServer, startFederatedServer } from '../../testing/federation-fixture.ts'
import type { Person } from '../../testing/test-server.ts'

let it: FederatedServer
let admin: Person
let member: Person
let elsewhere: Person
let invitation: string
let passkey: OwnPasskey
let app: App
let withApp: Person
let withPasskey: Person
let site: string

beforeAll(async () => {
  it = await startFederatedServer()
  admin = it.server.admin
  member = await it.server.addPerson(admin.tenant, 'member')
  elsewhere = await it.server.addPerson(await it.server.addTenant('elsewhere'), 'member')
  await it.server.owner.query(
    `insert into membership (tenant_id, account_id, role, name, email) values ($1, $2, 'member', 'Both', $3)`,
    [admin.tenant.id, elsewhere.accountId, elsewhere.email],
  )
  site = it.origin.replace('127.0.0.1', 'localhost')
  withPasskey = await it.server.addPerson(admin.tenant, 'member')
  passkey = await addPasskey(it.server, withPasskey, site)
  withApp = await it.server.addPerson(admin.tenant, 'member')
  app = await enrolApp(it.server, withApp)
  const body = { email: 'invited@corp.example', role: 'member' }
  const { token } = admin
  invitation = (await it.server.expectOk<{ code: string }>({ method: 'POST', path: '/v1/invitations', token, body }))
    .code
})
afterAll(() => it.stop())

const enforce = (enforced: boolean, token = admin.token) =>
  it.server.send({ method: 'PUT', path: `/v1/identity-providers/${it.providerId}`, token, body: { enforced } })
const mark = (method: 'PUT' | 'DELETE', { accountId }: Person) =>
  it.server.send({ method, path: `/v1/break-glass-accounts/${accountId}`, token: admin.token })
const password = ({ email, password: words }: Person) =>
  it.server.send({ method: 'POST', path: '/v1/session', body: { email, password: words, tenant: 'acme' } })
const byPasskey = async () => {
  const challenge = await challengeFor(it.server, '/v1/session/passkey-options')
  const assertion = passkey.assert(challenge, { origin: site, userHandle: withPasskey.accountId })
  return it.server.send({ method: 'POST', path: '/v1/session/passkey', body: { assertion } })
}
const byApp = async () => {
  const { ticket } = await beginSignIn(it.server, withApp)
  const body = { ticket, proof: { method: 'totp', code: await app.freshCode() } }
  return it.server.send({ method: 'POST', path: '/v1/session/second-factor', body })
}
const newest = async (action: string) =>
  (await it.server.owner.query('select * from audit_event where action = $1 order by id desc limit 1', [action]))
    .rows[0]

test('P3.4: enforcing needs a break-glass account, which must be an admin with a password', async () => {
  expect((await enforce(true)).body['code']).toBe('invalid_transition')
  expect((await mark('PUT', member)).body['code']).toBe('invalid_transition')
  expect((await mark('PUT', admin)).status).toBe(200)
  const listed = await it.server.send({ path: '/v1/break-glass-accounts', token: admin.token })
  expect(listed.body).toMatchObject({ items: [{ accountId: admin.accountId }] })
})

describe('P3.4: once the provider is enforced', () => {
  test('sessions that were opened otherwise end at once, but for a break-glass account’s', async () => {
    const federated = await it.signIn('ada')
    expect((await enforce(true)).body).toMatchObject({ enforced: true })
    expect((await it.me(member.token)).status).toBe(401)
    expect((await it.me(federated.token)).status).toBe(200)
    expect((await it.me(admin.token)).status).toBe(200)
    expect(await newest('identity_provider.enforce')).toMatchObject({ details: { enforced: true } })
  })

  test('a right password is refused, and the attempt kept; a wrong one says no more than before', async () => {
    expect((await password(member)).body['code']).toBe('single_sign_on_required')
    expect(await newest('session.sign_in')).toMatchObject({ outcome: 'denied', actor_id: member.accountId })
    expect((await password({ ...member, password: 'wrong' })).body['code']).toBe('invalid_credentials')
  })

  test('so is a passkey, and the attempt kept', async () => {
    expect((await byPasskey()).body['code']).toBe('single_sign_on_required')
    const event = { outcome: 'denied', actor_id: withPasskey.accountId, credential: 'passkey' }
    expect(await newest('session.sign_in')).toMatchObject(event)
  })

  test('and a second factor after a right password, and the attempt kept', async () => {
    expect((await byApp()).body['code']).toBe('single_sign_on_required')
    const event = { outcome: 'denied', actor_id: withApp.accountId, credential: 'totp' }
    expect(await newest('session.sign_in')).toMatchObject(event)
  })

  test('a refresh handle from before is refused', async () => {
    const { refreshHandle } = member.session
    const answer = await it.server.send({ method: 'POST', path: '/v1/session/refresh', body: { refreshHandle } })
    expect(answer.body['code']).toBe('session_revoked')
  })

  test('an invitation is refused and stays unspent', async () => {
    const body = { code: invitation, name: 'Invited', password: 'copper-meadow-77-signal' }
    const answer = await it.server.send({ method: 'POST', path: '/v1/invitations/accept', body })
    expect(answer.body['code']).toBe('single_sign_on_required')
    const { rows } = await it.server.owner.query('select accepted_at from invitation')
    expect(rows).toEqual([{ accepted_at: null }])
  })

  test('switching over from another tenant is refused, and the session there stays', async () => {
    const { email, password: words } = elsewhere
    const there = await it.server.send<{ accessToken: string }>({
      method: 'POST',
      path: '/v1/session',
      body: { email, password: words, tenant: 'elsewhere' },
    })
    const token = there.body.accessToken
    const body = { tenant: 'acme' }
    const answer = await it.server.send({ method: 'POST', path: '/v1/session/switch', token, body })
    expect(answer.body['code']).toBe('single_sign_on_required')
    expect((await it.me(token)).status).toBe(200)
  })

  test('an API key can’t be made with a session from before', async () => {
    const body = { name: 'k', scopes: ['system:read'] }
    const answer = await it.server.send({ method: 'POST', path: '/v1/api-keys', token: member.token, body })
    expect(answer.status).toBe(401)
  })

  test('no row of a session without the provider can be written, whatever code does it (a passkey’s too)', async () => {
    const insert = `insert into session (tenant_id, id, account_id, refresh_hash, expires_at)
      values ($1, gen_random_uuid(), $2, '\\x01', now())`
    await expect(it.server.owner.query(insert, [admin.tenant.id, member.accountId])).rejects.toThrow(
      'identity provider',
    )
  })

  test('nor with the provider of another tenant', async () => {
    const insert = `insert into session (tenant_id, id, account_id, refresh_hash, expires_at, provider_id)
      values ($1, gen_random_uuid(), $2, '\\x02', now(), gen_random_uuid())`
    await expect(it.server.owner.query(insert, [admin.tenant.id, member.accountId])).rejects.toThrow('foreign key')
  })

  test('a break-glass account gets in by its password, with an event of its own', async () => {
    expect((await password(admin)).status).toBe(200)
    expect(await newest('session.break_glass')).toMatchObject({ actor_id: admin.accountId, credential: 'password' })
  })

  test('the last break-glass account stays one', async () => {
    expect((await mark('DELETE', admin)).body['code']).toBe('invalid_transition')
    const listed = await it.server.send({ path: '/v1/break-glass-accounts', token: admin.token })
    expect(listed.body).toMatchObject({ items: [{ accountId: admin.accountId }] })
  })

  test('the last break-glass account can’t be demoted, disabled or removed, though there is another admin', async () => {
    const { accountId } = await it.server.addPerson(await it.server.addTenant('fourth'), 'admin')
    await it.server.owner.query(
      `insert into membership (tenant_id, account_id, role, name, email) values ($1, $2, 'admin', 'Y', 'y@x.example')`,
      [admin.tenant.id, accountId],
    )
    const path = `/v1/members/${admin.accountId}`
    for (const attempt of [
      { method: 'PUT', path, body: { role: 'viewer' } },
      { method: 'POST', path: `${path}/disable` },
      { method: 'DELETE', path },
    ] as const) {
      const answer = await it.server.send({ ...attempt, token: admin.token })
      expect([attempt.method, answer.body['code']]).toEqual([attempt.method, 'invalid_transition'])
    }
    const listed = await it.server.send({ path: '/v1/break-glass-accounts', token: admin.token })
    expect(listed.body).toMatchObject({ items: [{ accountId: admin.accountId }] })
  })

  test('who is no admin any more gets in no longer by the mark', async () => {
    const second = await it.server.addPerson(await it.server.addTenant('third'), 'admin')
    await it.server.owner.query(
      `insert into membership (tenant_id, account_id, role, name, email, break_glass) values ($1, $2, 'viewer', 'X', 'x@x.example', true)`,
      [admin.tenant.id, second.accountId],
    )
    expect((await password(second)).body['code']).toBe('single_sign_on_required')
  })

  test('the provider’s people sign in, and the options say so', async () => {
    expect((await it.signIn('bo')).status).toBe(303)
    const { body } = await it.server.send({ path: '/v1/sign-in-options?tenant=acme' })
    expect(body).toMatchObject({ password: false })
  })

  test('a sign-in by password that races the enforcing leaves no session behind', async () => {
    await enforce(false)
    const racing = [password(member), password(member), enforce(true), password(member), password(member)]
    await Promise.all(racing)
    const { rows } = await it.server.owner.query(
      'select from session where account_id = $1 and revoked_at is null and expires_at > now()',
      [member.accountId],
    )
    expect(rows).toEqual([])
  })

  test('it ends while the provider is down, and passwords and passkeys work again', async () => {
    await it.provider.stop()
    expect((await enforce(false)).body).toMatchObject({ enforced: false })
    expect((await password(member)).status).toBe(200)
    expect((await byPasskey()).status).toBe(200)
    expect((await byApp()).status).toBe(200)
  })
})
