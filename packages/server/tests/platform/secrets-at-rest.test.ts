import { keyScopes, type Session } from '@afterai/contract'
import { startOidcProvider } from '@afterai/testing'
import { Secret } from 'otpauth'
import { expect, test } from 'vitest'
import { secretsOf } from '../../src/identity/federation/sign-in-transaction.ts'
import { sweep } from '../../testing/database-sweep.ts'
import { addPasskey, beginSignIn, challengeFor, enrolApp } from '../../testing/factors.ts'
import { adminPassword, startTestServer, testOrigin, type TestServer } from '../../testing/test-server.ts'

test('P3.3: no credential that was ever used is in the database or in the log', async () => {
  const server = await startTestServer()
  const secrets = new Map<string, string>([
    ['the set-up code', server.setupCode],
    ['the administrator’s password', adminPassword],
  ])
  const keep = (name: string, { accessToken, refreshHandle }: Session): void => {
    secrets.set(`${name}: access token`, accessToken).set(`${name}: refresh handle`, refreshHandle)
  }
  keep('set-up', server.admin.session)
  const { token } = server.admin
  const post = <T>(path: string, body: unknown, headers: Record<string, string> = {}) =>
    server.expectOk<T>({ method: 'POST', path, body, headers, ...(path.endsWith('accept') ? {} : { token }) })

  const member = await server.addPerson(server.admin.tenant, 'member')
  secrets.set('a member’s password', member.password)
  keep('sign-in', member.session)
  const { refreshHandle } = member.session
  keep('refresh', await post<Session>('/v1/session/refresh', { refreshHandle }))
  const wrong = 'this-was-a-mistyped-password'
  await server.send({ method: 'POST', path: '/v1/session', body: { email: member.email, password: wrong } })
  secrets.set('a mistyped password', wrong)

  // With an Idempotency-Key, so that an answer that is kept for a retry would be found.
  const invitation = await post<{ code: string }>(
    '/v1/invitations',
    { email: 'new@acme.example', role: 'member' },
    { 'idempotency-key': 'invite-1' },
  )
  secrets.set('an invitation’s code', invitation.code)
  const password = 'copper-meadow-77-signal'
  secrets.set('an invited person’s password', password)
  keep('invitation', await post<Session>('/v1/invitations/accept', { code: invitation.code, name: 'New', password }))
  const unused = await post<{ id: string; code: string }>('/v1/invitations', {
    email: 'later@acme.example',
    role: 'viewer',
  })
  secrets.set('a code that nobody used yet', unused.code)

  const once = (key: string) => ({ 'idempotency-key': key })
  const own = await post<{ id: string; key: string }>(
    '/v1/api-keys',
    { name: 'own', scopes: [...keyScopes] },
    once('key-1'),
  )
  secrets.set('an API key', own.key)
  expect((await server.send({ path: '/v1/systems', token: own.key })).status).toBe(200)
  const rotated = await post<{ key: string }>(`/v1/api-keys/${own.id}/rotate`, { overlapHours: 1 }, once('rotate-1'))
  secrets.set('a rotated API key', rotated.key)
  const resent = await post<{ code: string }>(`/v1/invitations/${unused.id}/resend`, undefined, once('resend-1'))
  secrets.set('a code that was made again', resent.code)
  const offered = await post<{ code: string }>(
    `/v1/members/${member.accountId}/password-reset`,
    undefined,
    once('reset-1'),
  )
  secrets.set('a reset code', offered.code)
  const another = 'willow-cabinet-9-drum'
  await post('/v1/password-resets/complete', { code: offered.code, password: another })
  secrets.set('a new password', another)
  const open = await post<{ code: string }>(`/v1/members/${member.accountId}/password-reset`, undefined)
  secrets.set('a reset code that nobody used yet', open.code)
  const guess = 'typed-into-the-wrong-field@acme.example'
  await server.send({ method: 'POST', path: '/v1/session', body: { email: guess, password: wrong } })
  await post('/v1/password-resets', { email: guess })
  secrets.set('an address that nobody has', guess)
  const digestKey = await server.expectOk<{ key: string }>({ path: '/v1/digest-key', token: own.key })
  secrets.set('the digest key', digestKey.key)
  for (const [name, secret] of [
    ['master key', server.keys.master],
    ['key of credential hashes', server.keys.credentialHash],
  ] as const) {
    secrets.set(name, Buffer.from(secret).toString('base64'))
  }
  for (const [name, secret] of await federationSecrets(server)) secrets.set(name, secret)
  keep('switch', await post<Session>('/v1/session/switch', { tenant: 'acme' }))

  for (const [name, secret] of await factorSecrets(server)) secrets.set(name, secret)

  const { found, cells } = await sweep(server.owner, secrets)
  expect(found).toEqual([])
  expect(cells).toBeGreaterThan(300)
  const log = server.log()
  expect([...secrets].filter(([, secret]) => log.includes(secret)).map(([name]) => name)).toEqual([])
  await server.stop()
})

/** Collects the secrets of signing in with a provider and by a device: of a sign-in and two requests of devices. */
async function federationSecrets(server: TestServer): Promise<Map<string, string>> {
  const provider = await startOidcProvider({ redirectUris: ['http://localhost/v1/oidc/callback'], users: [] })
  const { issuer, client } = provider
  const post = <T>(path: string, body: unknown, token?: string) => {
    const headers = { 'idempotency-key': `k-${path}` }
    return server.expectOk<T>({ method: 'POST', path, body, headers, token })
  }
  const registered = { name: 'Corp', issuer, clientId: client.id, clientSecret: client.secret }
  const { id } = await post<{ id: string }>('/v1/identity-providers', registered, server.admin.token)
  const { headers } = await server.send({ path: `/v1/oidc/${id}/start` })
  await provider.stop()
  const asked = new URL(String(headers['location'])).searchParams
  const browser = /afterai_oidc=([^;]+)/.exec(String(headers['set-cookie']))?.[1] ?? ''
  const { state, nonce, verifier } = secretsOf(server.enrolment.hashCredential, {
    browser,
    state: asked.get('state') ?? '',
  })
  expect([state, nonce]).toEqual([asked.get('state'), asked.get('nonce')])
  const device = await post<{ deviceCode: string; userCode: string }>('/v1/device-authorizations', {})
  const approved = await post<{ deviceCode: string; userCode: string }>('/v1/device-authorizations', {})
  const decision = { userCode: approved.userCode, verdict: 'approve' }
  await post('/v1/device-authorizations/decision', decision, server.admin.token)
  return new Map([
    ['the client secret', client.secret],
    ['state', state],
    ['nonce', nonce],
    ['PKCE’s verifier', verifier],
    ['the browser’s secret', browser],
    ...[device, approved].flatMap(({ deviceCode, userCode }, index): [string, string][] => [
      [`device code ${index}`, deviceCode],
      [`user code ${index}`, userCode],
      [`user code ${index} without its hyphen`, userCode.replace('-', '')],
    ]),
  ])
}

/** Every secret that second factors and passkeys bring, used and unused. */
async function factorSecrets(server: TestServer): Promise<Map<string, string>> {
  const secrets = new Map<string, string>()
  const person = await server.addPerson(server.admin.tenant, 'member')
  const app = await enrolApp(server, person)
  secrets.set('an app’s secret', app.secret)
  secrets.set('an app’s secret as bytes', base64Of(app.secret))
  for (const [n, code] of app.recoveryCodes.entries()) secrets.set(`recovery code ${n}`, code)
  const complete = async (proof: object) => {
    const { ticket } = await beginSignIn(server, person)
    secrets.set(`ticket ${secrets.size}`, ticket)
    const answer = await server.send<Session>({
      method: 'POST',
      path: '/v1/session/second-factor',
      body: { ticket, proof },
    })
    if (answer.status !== 200) return
    secrets.set(`access token ${secrets.size}`, answer.body.accessToken)
    secrets.set(`refresh handle ${secrets.size}`, answer.body.refreshHandle)
  }
  await complete({ method: 'recovery_code', code: app.recoveryCodes[0] })
  await complete({ method: 'recovery_code', code: 'AAAAA-AAAAA-AAAAA-AAAAA' })
  await complete({ method: 'totp', code: await app.freshCode() })
  const passkey = await addPasskey(server, person)
  const path = '/v1/session/passkey-options'
  const used = await challengeFor(server, path)
  const assertion = passkey.assert(used, { origin: testOrigin, userHandle: person.accountId })
  await server.expectOk({ method: 'POST', path: '/v1/session/passkey', body: { assertion } })
  for (const challenge of [used, await challengeFor(server, path)]) {
    secrets.set(`challenge ${secrets.size}`, challenge).set(`challenge ${secrets.size}`, standardBase64(challenge))
  }
  const newPassword = 'amber-lighthouse-09-ferry'
  const body = { currentPassword: person.password, newPassword }
  await server.expectOk({ method: 'PUT', path: '/v1/password', token: person.token, body })
  return secrets.set('a changed password', newPassword)
}

// The sweep decodes what is Base64 and looks for the bytes too.
const base64Of = (base32: string): string => Buffer.from(Secret.fromBase32(base32).bytes).toString('base64')
const standardBase64 = (base64url: string): string => Buffer.from(base64url, 'base64url').toString('base64')

test('the sweep finds what is there, as text, in JSON, in bytes, in Base64 and in hex', async () => {
  const server = await startTestServer()
  const secret = 'needle-in-the-haystack'
  for (const [column, value] of [
    ['t text', secret],
    ['j jsonb', JSON.stringify({ deep: [secret] })],
    ['b bytea', Buffer.from(`xx${secret}yy`)],
    ['e text', Buffer.from(secret).toString('base64')],
    ['h text', Buffer.from(secret).toString('hex')],
    ['a text[]', [secret]],
  ] as const) {
    await server.owner.query(`create table haystack (${column})`)
    await server.owner.query(`insert into haystack values ($1)`, [value])
    expect((await sweep(server.owner, new Map([['needle', secret]]))).found).toEqual(['needle in haystack'])
    await server.owner.query('drop table haystack')
  }
  await server.stop()
})
