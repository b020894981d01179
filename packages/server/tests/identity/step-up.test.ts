import type { Session } from '@afterai/contract'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { guardRoutes } from '../../src/access/index.ts'
import { createHttp } from '../../src/platform/http.ts'
import { addPasskey, challengeFor, enrolApp } from '../../testing/factors.ts'
import { approve, assessedChange, proposalOf } from '../../testing/lifecycle.ts'
import { type Answer, type Person, startTestServer, testOrigin, type TestServer } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

type Problem = { code: string }

const someone = (role: Person['role'] = 'member'): Promise<Person> => server.addPerson(server.admin.tenant, role)

/** Makes a person's sessions as old as this. */
const age = ({ accountId }: Person, minutes: number, of: TestServer = server) =>
  of.owner.query(`update session set authenticated_at = now() - make_interval(mins => $2) where account_id = $1`, [
    accountId,
    minutes,
  ])

const stepUp = (token: string, body: unknown): Promise<Answer<Session & Problem>> =>
  server.send({ method: 'POST', path: '/v1/session/step-up', token, body })

const sensitive = [
  ['POST', '/v1/api-keys', { name: 'key', scopes: ['system:read'] }],
  ['POST', '/v1/invitations', { email: 'x@acme.example', role: 'viewer' }],
  ['POST', '/v1/service-accounts', { name: 'machine', role: 'viewer' }],
  ['DELETE', '/v1/sample-workspace', undefined],
  ['POST', '/v1/factors/totp', undefined],
  ['POST', '/v1/factors/totp/confirm', { code: '123456' }],
  ['DELETE', '/v1/factors/totp', undefined],
  ['POST', '/v1/factors/recovery-codes', undefined],
  ['POST', '/v1/passkeys/options', undefined],
  ['DELETE', '/v1/passkeys/01a20a5b-6239-705d-b9f2-c38849688556', undefined],
] as const

describe('P3.4, ASVS 7.5.1: what matters needs a person who has just proved themselves', () => {
  test.each(sensitive)('%s %s, by cookie and by Bearer token', async (method, path, body) => {
    const admin = await someone('admin')
    await age(admin, 11)
    for (const headers of [
      { authorization: `Bearer ${admin.token}` },
      { cookie: `afterai_session=${admin.token}`, 'sec-fetch-site': 'same-origin' },
    ]) {
      const answer = await server.send<Problem>({ method, path, body, headers })
      expect([answer.status, answer.body.code]).toEqual([403, 'step_up_required'])
    }
    await age(admin, 9)
    expect((await server.send<Problem>({ method, path, body, token: admin.token })).body.code).not.toBe(
      'step_up_required',
    )
  })

  test('a refusal is an event', async () => {
    const admin = await someone('admin')
    await age(admin, 11)
    const { headers } = await server.send({ method: 'POST', path: '/v1/invitations', token: admin.token, body: {} })
    const { rows } = await server.owner.query(
      'select action, outcome, details from audit_event where request_id = $1',
      [headers['x-request-id']],
    )
    expect(rows).toEqual([
      { action: 'access.denied', outcome: 'denied', details: { permission: 'member:write', code: 'step_up_required' } },
    ])
  })

  test('renewing the access token proves nothing, nor does switching the tenant', async () => {
    const person = await someone()
    await age(person, 11)
    const refreshed = await server.expectOk<Session>({
      method: 'POST',
      path: '/v1/session/refresh',
      body: { refreshHandle: person.session.refreshHandle },
    })
    const switched = await server.expectOk<Session>({
      method: 'POST',
      path: '/v1/session/switch',
      token: refreshed.accessToken,
      body: { tenant: 'acme' },
    })
    expect(switched.expiresAt).toBe(person.session.expiresAt)
    const answer = await server.send<Problem>({ method: 'POST', path: '/v1/factors/totp', token: switched.accessToken })
    expect(answer.body.code).toBe('step_up_required')
  })

  test('no API key has proved anything, whatever its scopes and whoever owns it', async () => {
    const http = await createHttp({ logger: pino({ level: 'silent' }) })
    guardRoutes(http, { ...server.enrolment, cookieName: 'afterai_session', admit: async () => undefined })
    http.get('/open', { config: { permission: 'system:read' } }, () => 'hello')
    http.get('/sensitive', { config: { permission: 'system:read', stepUp: true } }, () => 'hello')
    await http.ready()
    const { accountId } = await server.expectOk<{ accountId: string }>({
      method: 'POST',
      path: '/v1/service-accounts',
      token: server.admin.token,
      body: { name: 'machine', role: 'viewer' },
    })
    const statusOf = async (url: string, token: string) =>
      (await http.inject({ url, headers: { authorization: `Bearer ${token}` } })).statusCode
    for (const { key } of [
      await server.addKey(server.admin, ['system:read']),
      await server.addKey(server.admin, ['system:read'], accountId),
    ]) {
      expect([await statusOf('/open', key), await statusOf('/sensitive', key)]).toEqual([200, 403])
    }
    expect(await statusOf('/sensitive', server.admin.token)).toBe(200)
    await http.close()
  })
})

describe('P3.4: stepping up', () => {
  test('takes the password where there is no second factor', async () => {
    const person = await someone()
    await age(person, 11)
    expect((await stepUp(person.token, { method: 'password', password: 'not-the-password' })).body.code).toBe(
      'invalid_credentials',
    )
    expect((await stepUp(person.token, { method: 'totp', code: '123456' })).body.code).toBe('invalid_second_factor')
    const stepped = await stepUp(person.token, { method: 'password', password: person.password })
    expect(stepped.status).toBe(200)
    const { status } = await server.send({ method: 'POST', path: '/v1/factors/totp', token: stepped.body.accessToken })
    expect(status).toBe(201)
  })

  test('takes password and code, or a code alone, where there is an app; a password alone is half a proof', async () => {
    const person = await someone()
    const app = await enrolApp(server, person)
    const { password } = person
    expect((await stepUp(person.token, { method: 'password', password })).body.code).toBe('invalid_second_factor')
    const both = await stepUp(person.token, { method: 'password', password, code: await app.freshCode() })
    const code = await stepUp(both.body.accessToken, { method: 'totp', code: await app.freshCode() })
    expect([both.status, code.status]).toEqual([200, 200])
    const { items } = await server.expectOk<{ items: object[] }>({ path: '/v1/sessions', token: code.body.accessToken })
    expect(items[0]).toMatchObject({ current: true, methods: ['pwd', 'otp', 'mfa'] })
  })

  test('takes a passkey of one’s own, and nobody else’s', async () => {
    const [person, other] = [await someone(), await someone()]
    const [own, others] = [await addPasskey(server, person), await addPasskey(server, other)]
    const path = '/v1/session/step-up/passkey-options'
    const attempt = async (passkey: typeof own, userHandle: string) =>
      stepUp(person.token, {
        method: 'passkey',
        assertion: passkey.assert(await challengeFor(server, path, person.token), { origin: testOrigin, userHandle }),
      })
    expect((await attempt(others, other.accountId)).body.code).toBe('invalid_second_factor')
    expect((await attempt(own, person.accountId)).status).toBe(200)
  })

  test('P3.2, ASVS 7.2.4: makes a new session with the same end, and the old one is over', async () => {
    const person = await someone()
    const { session } = person
    const { body } = await stepUp(person.token, { method: 'password', password: person.password })
    expect(body.expiresAt).toBe(session.expiresAt)
    expect(body.accessToken).not.toBe(session.accessToken)
    expect((await server.send({ path: '/v1/me', token: person.token })).status).toBe(401)
    const old = { method: 'POST', path: '/v1/session/refresh', body: { refreshHandle: session.refreshHandle } } as const
    expect((await server.send(old)).status).toBe(401)
    expect((await server.send({ path: '/v1/me', token: body.accessToken })).status).toBe(200)
  })

  test('of ten at once, one session comes out', async () => {
    const person = await someone()
    const proof = { method: 'password', password: person.password }
    const answers = await Promise.all(Array.from({ length: 10 }, () => stepUp(person.token, proof)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const { rows } = await server.owner.query('select 1 from session where account_id = $1 and revoked_at is null', [
      person.accountId,
    ])
    expect(rows).toHaveLength(1)
  })
})

test('P3.4: approving a decision needs it only where AFTERAI_STEP_UP_FOR_APPROVAL says so', async () => {
  const strict = await startTestServer({ stepUpForApproval: 'on' })
  const outcomes: string[] = []
  for (const it of [server, strict]) {
    const author = await it.addPerson(it.admin.tenant, 'member')
    const { changeId, assessmentId } = await assessedChange(it, author, 'approved-system')
    const path = `/v1/changes/${changeId}/decisions`
    const { id } = await it.expectOk<{ id: string }>({
      method: 'POST',
      path,
      token: author.token,
      body: proposalOf(assessmentId),
    })
    await age(it.admin, 11, it)
    outcomes.push(await approve(it, it.admin, id).then(({ status }) => status, String))
  }
  expect(outcomes).toEqual(['approved', expect.stringContaining('step_up_required')])
  await strict.stop()
})
