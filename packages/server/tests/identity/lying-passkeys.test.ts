import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addPasskey, challengeFor } from '../../testing/factors.ts'
import { softwarePasskey } from '../../testing/software-authenticator.ts'
import { type Person, startTestServer, testOrigin, type TestServer } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

type Problem = { code: string; detail?: string }

const someone = (): Promise<Person> => server.addPerson(server.admin.tenant, 'member')

const del = (path: string, { token }: Pick<Person, 'token'>) => server.send<Problem>({ method: 'DELETE', path, token })

describe('P3.4: passkeys that lie', () => {
  const origin = testOrigin
  const options = '/v1/passkeys/options'
  const register = async (person: Person, attestation: unknown) =>
    server.send<Problem>({
      method: 'POST',
      path: '/v1/passkeys',
      token: person.token,
      body: { name: 'x', attestation },
    })

  test.each([
    ['an unverified user', { origin, userVerified: false }],
    ['another origin', { origin: 'http://localhost:1' }],
    ['another site', { origin, rpId: 'evil.example' }],
    ['another kind of ceremony', { origin, type: 'webauthn.get' }],
  ])('are not registered: %s', async (_what, ceremony) => {
    const person = await someone()
    const challenge = await challengeFor(server, options, person.token)
    expect((await register(person, softwarePasskey().attest(challenge, ceremony))).body.code).toBe(
      'invalid_second_factor',
    )
    expect((await register(person, softwarePasskey().attest(challenge, { origin }))).body.code).toBe(
      'invalid_second_factor',
    )
  })

  test('are not registered with a challenge of somebody else, of another purpose, expired, or of their own making', async () => {
    const person = await someone()
    const expired = await challengeFor(server, options, person.token)
    await server.owner.query(`update passkey_challenge set expires_at = now() where account_id = $1`, [
      person.accountId,
    ])
    for (const challenge of [
      expired,
      await challengeFor(server, options, (await someone()).token),
      await challengeFor(server, '/v1/session/passkey-options'),
      await challengeFor(server, '/v1/session/step-up/passkey-options', person.token),
      'bWFkZSB1cA',
    ]) {
      const answer = await register(person, softwarePasskey().attest(challenge, { origin }))
      expect(answer.body.code).toBe('invalid_second_factor')
    }
  })

  test('don’t sign in: unverified user, other origin, other site, other handle, signature of another key, unknown passkey', async () => {
    const person = await someone()
    const passkey = await addPasskey(server, person)
    const stranger = softwarePasskey()
    const good = { origin, userHandle: person.accountId }
    const signIn = async (make: (challenge: string) => object) =>
      server.send<Problem>({
        method: 'POST',
        path: '/v1/session/passkey',
        body: { assertion: make(await challengeFor(server, '/v1/session/passkey-options')) },
      })
    for (const make of [
      (challenge: string) => passkey.assert(challenge, { ...good, userVerified: false }),
      (challenge: string) => passkey.assert(challenge, { ...good, origin: 'https://evil.example', rpId: 'localhost' }),
      (challenge: string) => passkey.assert(challenge, { ...good, rpId: 'evil.example' }),
      (challenge: string) => passkey.assert(challenge, { ...good, userHandle: server.admin.accountId }),
      (challenge: string) => stranger.assert(challenge, good),
      (challenge: string) => {
        const { id, rawId } = passkey.assert(challenge, good)
        return { ...stranger.assert(challenge, good), id, rawId }
      },
    ]) {
      const answer = await signIn(make)
      expect([answer.status, answer.body.code, answer.headers['set-cookie']]).toEqual([
        401,
        'invalid_second_factor',
        undefined,
      ])
    }
    // Each is an event of its owner's tenant; the passkey that nobody has is nobody's.
    const failed = await server.owner.query(
      `select tenant_id, credential from audit_event where actor_id = $1 and action = 'session.sign_in' and outcome = 'failed'`,
      [person.accountId],
    )
    expect(failed.rows).toEqual(
      Array.from({ length: 5 }, () => ({ tenant_id: server.admin.tenant.id, credential: 'passkey' })),
    )
    expect((await signIn((challenge) => passkey.assert(challenge, good))).status).toBe(200)
  })

  test('of ten sign-ins with one challenge at once, one gets in', async () => {
    const person = await someone()
    const passkey = await addPasskey(server, person)
    const challenge = await challengeFor(server, '/v1/session/passkey-options')
    const bodies = Array.from({ length: 10 }, () => ({
      assertion: passkey.assert(challenge, { origin, userHandle: person.accountId }),
    }))
    const answers = await Promise.all(
      bodies.map((body) => server.send({ method: 'POST', path: '/v1/session/passkey', body })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('one that has no counter signs in again and again; one that starts to count goes on', async () => {
    const person = await someone()
    const passkey = await addPasskey(server, person)
    const signIn = async (signCount: number) => {
      const challenge = await challengeFor(server, '/v1/session/passkey-options')
      const assertion = passkey.assert(challenge, { origin, userHandle: person.accountId, signCount })
      return (await server.send({ method: 'POST', path: '/v1/session/passkey', body: { assertion } })).status
    }
    expect([
      await signIn(0),
      await signIn(0),
      await signIn(7),
      await signIn(7),
      await signIn(0),
      await signIn(8),
    ]).toEqual([200, 200, 200, 401, 401, 200])
  })

  test('several of one person are listed, renamed and removed; other people’s are not found', async () => {
    const [person, other] = [await someone(), await someone()]
    const first = await addPasskey(server, person)
    const second = await addPasskey(server, person)
    expect([first.recoveryCodes?.length, second.recoveryCodes]).toEqual([10, null])
    const rename = (whose: Person) =>
      server.send({ method: 'PUT', path: `/v1/passkeys/${first.id}`, token: whose.token, body: { name: 'Phone' } })
    expect([(await rename(other)).status, (await rename(person)).status]).toEqual([404, 200])
    expect((await del(`/v1/passkeys/${first.id}`, other)).status).toBe(404)
    expect((await del(`/v1/passkeys/${second.id}`, person)).status).toBe(204)
    const { body } = await server.send<{ passkeys: object[] }>({ path: '/v1/factors', token: person.token })
    expect(body.passkeys).toMatchObject([{ id: first.id, name: 'Phone' }])
  })
})
