import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../../testing/browser-client.ts'
import { callBack, type FederatedServer, settings, startFederatedServer } from '../../testing/federation-fixture.ts'
import type { Person } from '../../testing/test-server.ts'

let it: FederatedServer
let admin: Person

beforeAll(async () => {
  it = await startFederatedServer()
  admin = it.server.admin
})
afterAll(() => it.stop())

const api = <T = Record<string, unknown>>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) =>
  it.server.send<T>({ method, path, token: admin.token, ...(body === undefined ? {} : { body }) })

const newest = async (action: string) =>
  (await it.server.owner.query('select * from audit_event where action = $1 order by id desc limit 1', [action]))
    .rows[0]

test('P3.4: a person of the company signs in with its provider and has the role of their group', async () => {
  const { status, location, token, browser } = await it.signIn('ada')
  expect([status, location]).toEqual([303, '/'])
  expect((await it.me(token)).body).toMatchObject({ role: 'approver', name: 'Ada', tenant: { slug: 'acme' } })
  expect(browser.cookies.has('afterai_refresh')).toBe(true)
  expect(await newest('session.open')).toMatchObject({ credential: 'oidc', outcome: 'allowed' })
})

test('P3.4: the session tells how it was opened, and the provider’s subject is who they stay', async () => {
  const [first, second] = [await it.signIn('bo'), await it.signIn('bo')]
  const [a, b] = [await it.me(first.token), await it.me(second.token)]
  expect(a.body.accountId).toBe(b.body.accountId)
  const sessions = await it.server.owner.query('select amr, provider_id from session where account_id = $1', [
    a.body.accountId,
  ])
  expect(sessions.rows).toEqual([1, 2].map(() => ({ amr: ['oidc'], provider_id: it.providerId })))
})

test('P3.4, ASVS 8.3.2: the role follows the groups at the next sign-in, and losing all of them ends access at once', async () => {
  const bo = it.provider.users.get('bo')
  const before = await it.signIn('bo')
  if (bo === undefined) throw new Error('there is no bo')
  bo.groups = ['ai-leads']
  const after = await it.signIn('bo')
  expect((await it.me(after.token)).body.role).toBe('approver')
  expect((await it.me(before.token)).body.role).toBe('approver')
  const key = await it.server.send<{ key: string }>({
    method: 'POST',
    path: '/v1/api-keys',
    token: after.token,
    body: { name: 'k', scopes: ['system:read'] },
  })
  bo.groups = []
  const refused = await it.signIn('bo')
  expect([refused.status, refused.token]).toEqual([403, undefined])
  expect(refused.text).toContain('none of your groups')
  for (const token of [before.token, after.token, key.body.key]) expect((await it.me(token)).status).toBe(401)
  expect(await newest('member.remove')).toMatchObject({ details: { reason: 'no_group', providerId: it.providerId } })
  bo.groups = ['staff']
  expect((await it.me((await it.signIn('bo')).token)).body.role).toBe('member')
})

test('P3.4: who is in no group that has a role isn’t let in, and nothing is made of them', async () => {
  const { status, text, token } = await it.signIn('cy')
  expect([status, token]).toEqual([403, undefined])
  expect(JSON.parse(text)).toMatchObject({ code: 'not_let_in' })
  expect((await it.server.owner.query(`select from membership where email = 'cy@corp.example'`)).rows).toEqual([])
})

test('P3.4: a disabled account stays out, whatever the provider says', async () => {
  it.provider.users.set('di', { subject: 'di', email: 'di@corp.example', emailVerified: true, groups: ['staff'] })
  const { token } = await it.signIn('di')
  const { accountId } = (await it.me(token)).body
  await it.server.owner.query('update account set disabled_at = now() where id = $1', [accountId])
  expect(await it.signIn('di')).toMatchObject({ status: 403, text: expect.stringContaining('disabled') })
})

test('P3.4: an invited person whom the provider doesn’t make a member becomes one by their verified address', async () => {
  await api('PUT', `/v1/identity-providers/${it.providerId}`, { createsMembers: false })
  it.provider.users.set('eve', { subject: 'eve', email: 'eve@other.example', emailVerified: true, groups: ['staff'] })
  expect((await it.signIn('eve')).status).toBe(403)
  await api('POST', '/v1/invitations', { email: 'eve@other.example', role: 'viewer' })
  expect((await it.signIn('eve')).status).toBe(303)
  await api('PUT', `/v1/identity-providers/${it.providerId}`, { createsMembers: true })
})

test('P3.4: a member is linked by a verified address of an allowed domain, and keeps their account', async () => {
  const fay = await it.server.addPerson(admin.tenant, 'viewer')
  await it.server.owner.query(`update membership set email = 'fay@corp.example' where account_id = $1`, [fay.accountId])
  it.provider.users.set('fay', { subject: 'fay', email: 'FAY@corp.example', emailVerified: true, groups: ['staff'] })
  const { token } = await it.signIn('fay')
  expect((await it.me(token)).body).toMatchObject({ accountId: fay.accountId, role: 'member' })
})

test('P3.4: an admin says by hand who a subject is', async () => {
  const gus = await it.server.addPerson(admin.tenant, 'viewer')
  it.provider.users.set('gus', { subject: 'gus', groups: ['staff'] })
  const link = { subject: 'gus', accountId: gus.accountId }
  expect((await api('POST', `/v1/identity-providers/${it.providerId}/identities`, link)).status).toBe(204)
  expect((await api('POST', `/v1/identity-providers/${it.providerId}/identities`, link)).body['code']).toBe('conflict')
  expect((await it.me((await it.signIn('gus')).token)).body.accountId).toBe(gus.accountId)
})

test('P3.4: groups can’t take a tenant’s last admin away', async () => {
  await it.server.owner.query(`update membership set email = 'last@corp.example' where account_id = $1`, [
    admin.accountId,
  ])
  it.provider.users.set('last', { subject: 'last', email: 'last@corp.example', emailVerified: true, groups: ['staff'] })
  const signedIn = await it.signIn('last')
  expect((await it.me(signedIn.token)).body).toMatchObject({ accountId: admin.accountId, role: 'admin' })
  it.provider.users.set('last', { subject: 'last', email: 'last@corp.example', emailVerified: true, groups: [] })
  expect((await it.signIn('last')).status).toBe(403)
  expect((await it.me(signedIn.token)).status).toBe(401)
  expect((await it.me(admin.token)).body.role).toBe('admin')
})

test('P3.4: signing out tells where to end the provider’s session too', async () => {
  const { token } = await it.signIn('ada')
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(`${it.origin}/v1/session/provider-sign-out`, { headers })
  const { location } = (await answer.json()) as { location: string }
  expect(new URL(location).origin).toBe(it.provider.issuer)
  expect((await fetch(location)).status).toBe(200)
  expect((await api('GET', '/v1/session/provider-sign-out')).body).toEqual({ location: null })
})

test('P3.4, ASVS 14.2.1: no answer shows the client secret, and a sign-in’s secrets are in no address of ours', async () => {
  for (const path of ['/v1/identity-providers', `/v1/identity-providers/${it.providerId}`]) {
    const { text, status } = await api('GET', path)
    expect(status).toBe(200)
    expect(text).not.toContain(it.provider.client.secret)
  }
  const tested = await api('POST', `/v1/identity-providers/${it.providerId}/test`)
  expect(tested.body).toMatchObject({ issuer: it.provider.issuer, namesIssuer: true, signsOut: true })
})

test('P3.4, ASVS 6.3.8: what a tenant offers doesn’t tell whether a tenant of the name exists', async () => {
  await it.server.addTenant('quiet')
  const optionsOf = async (tenant: string) =>
    (await it.server.send({ path: `/v1/sign-in-options?tenant=${tenant}` })).body
  expect(await optionsOf('quiet')).toEqual(await optionsOf('there-is-none'))
  expect(await optionsOf('acme')).toEqual({
    password: true,
    providers: [{ id: it.providerId, name: 'Corp', startPath: `/v1/oidc/${it.providerId}/start` }],
  })
})

describe('P3.4, ASVS 1.3.6: a provider’s address can’t send the server where it likes', () => {
  const body = { ...settings, clientId: 'x', clientSecret: 'y' }

  test.each([
    ['plain http to another host', 'http://idp.example', 'https'],
    ['a name and password in it', 'https://user:pass@idp.example', 'neither a user'],
    ['the cloud’s metadata', 'https://169.254.169.254', 'may not connect to'],
    ['a private address', 'https://10.0.0.1', 'may not connect to'],
    ['an IPv4 address as a number', 'https://167772161', 'may not connect to'],
    ['an IPv4 address in IPv6', 'https://[::ffff:10.0.0.1]', 'may not connect to'],
    ['a unique local IPv6 address', 'https://[fd00::1]', 'may not connect to'],
    ['a host that there isn’t', 'https://there-is-no-such-host.invalid', 'name'],
    ['a port at which nothing answers', 'http://127.0.0.1:9', 'nothing answers'],
  ])('%s', async (_what, issuer, words) => {
    const answer = await api('POST', '/v1/identity-providers', { ...body, issuer })
    expect(answer.body).toMatchObject({ code: 'unusable_provider', detail: expect.stringContaining(words) })
  })

  test('what isn’t a provider', async () => {
    const answer = await api('POST', '/v1/identity-providers', { ...body, issuer: it.origin })
    expect(answer.body).toMatchObject({
      code: 'unusable_provider',
      detail: expect.stringContaining('no OpenID Connect'),
    })
  })
})

describe('P3.4, ASVS 10.5.1: a browser is sent back to a path of ours alone', () => {
  test.each(['//evil.example', '/\\evil.example', 'https://evil.example', '\\\\evil.example', '/%09/evil', 'evil', ''])(
    '%s',
    async (returnTo) => {
      const query = new URLSearchParams({ returnTo: decodeURIComponent(returnTo) }).toString()
      const { status, body } = await it.server.send({ path: `/v1/oidc/${it.providerId}/start?${query}` })
      expect([status, body['code']]).toEqual([400, 'invalid_request'])
    },
  )

  test('and to the path that was asked for', async () => {
    it.provider.actAs('ada')
    const browser = openBrowser()
    const start = `${it.origin}/v1/oidc/${it.providerId}/start?returnTo=${encodeURIComponent('/changes?status=open')}`
    const { url } = await browser.follow(start, ({ pathname }) => pathname === '/v1/oidc/callback')
    expect((await callBack(browser, url.href)).location).toBe('/changes?status=open')
  })
})

test('P3.4, ASVS 3.4.3: to a browser a problem is a page without scripts, and shows nothing of the inside', async () => {
  const answer = await it.server.send({ path: '/v1/oidc/callback?state=x&code=<b>', headers: { accept: 'text/html' } })
  expect(answer.status).toBe(401)
  expect(answer.headers['content-type']).toContain('text/html')
  expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/)
  expect(answer.text).not.toMatch(/<script|<b>|\.ts:/)
  const style = /<style>([^]*)<\/style>/.exec(answer.text)?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  expect(answer.headers['content-security-policy']).toContain(`'sha256-${hash}'`)
})

test('P4.1, ASVS 7.4.2: a suspended tenant’s provider neither begins nor ends a sign-in', async () => {
  const browser = openBrowser()
  it.provider.actAs('ada')
  const start = `${it.origin}/v1/oidc/${it.providerId}/start`
  const { url } = await browser.follow(start, ({ pathname }) => pathname === '/v1/oidc/callback')
  await it.server.owner.query(`update tenant set suspended_at = now() where slug = 'acme'`)
  const answers = [await browser.go(start), await browser.go(url.href)]
  await it.server.owner.query('update tenant set suspended_at = null')
  const codes = await Promise.all(answers.map(async (it) => ((await it.json()) as { code: string }).code))
  expect(codes).toEqual(['tenant_suspended', 'tenant_suspended'])
})

test('P3.4: a member’s role tells which provider’s groups gave it, until a person gives another', async () => {
  const { body } = await it.me((await it.signIn('ada')).token)
  const path = `/v1/members/${body.accountId}`
  const { token } = it.server.admin
  expect((await it.server.send({ path, token })).body).toMatchObject({
    role: 'approver',
    roleProviderId: it.providerId,
  })
  const changed = await it.server.send({ method: 'PUT', path, token, body: { role: 'viewer' } })
  expect(changed.body).toMatchObject({ role: 'viewer', roleProviderId: null })
})

test.each([
  [{ name: 'Gus <ceo@corp.example>\u202e\u0000' }, 'Gus ceo'],
  [{ name: '\u200b<>', preferredUsername: 'gus@corp.example' }, 'gus'],
  [{ name: 'G'.repeat(300) }, 'G'.repeat(100)],
  [{ name: '＜＞' }, undefined],
])(
  'P4.4: a name of the provider’s that could pass for an address lets its owner in, cleaned: %j',
  async (said, name) => {
    const subject = `gus-${randomUUID()}`
    const email = `${subject}@corp.example`
    it.provider.users.set(subject, { subject, email, emailVerified: true, groups: ['staff'], ...said })
    const signedIn = await it.signIn(subject)
    expect((await it.me(signedIn.token)).body).toMatchObject({ name: name ?? subject })
  },
)

test('P3.1, ASVS 8.2.2: who comes back by a provider that tells no address stays a person, in whose name nobody makes keys', async () => {
  const flo = { subject: 'flo', email: 'flo@corp.example', emailVerified: true, name: 'Flo', groups: ['staff'] }
  it.provider.users.set('flo', flo)
  const { accountId } = (await it.me((await it.signIn('flo')).token)).body
  expect((await api('DELETE', `/v1/members/${accountId}`)).status).toBe(204)
  it.provider.users.set('flo', { subject: 'flo', name: 'Flo', groups: ['staff'] })
  const back = await it.signIn('flo')
  expect((await it.me(back.token)).body.accountId).toBe(accountId)
  const view = await api('GET', `/v1/members/${accountId}`)
  expect(view.body).toMatchObject({ kind: 'person', email: null, name: 'Flo' })
  const machines = await api<{ items: { accountId: string }[] }>('GET', '/v1/service-accounts')
  expect(machines.body.items.filter((machine) => machine.accountId === accountId)).toEqual([])
  expect((await api('DELETE', `/v1/service-accounts/${accountId}`)).status).toBe(404)
  const wish = { name: 'k', scopes: ['system:read'] }
  expect((await api('POST', '/v1/api-keys', { ...wish, accountId })).status).toBe(404)
  const own = await it.server.expectOk<{ id: string }>({
    method: 'POST',
    path: '/v1/api-keys',
    token: back.token,
    body: wish,
  })
  expect((await api('POST', `/v1/api-keys/${own.id}/rotate`, { overlapHours: 1 })).status).toBe(403)
})
