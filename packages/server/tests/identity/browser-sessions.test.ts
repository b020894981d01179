import type { BrowserSession, SecondFactorChallenge, SessionState } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addPasskey, challengeFor, enrolApp } from '../../testing/factors.ts'
import { type Answer, type Person, startTestServer, testOrigin, type TestServer } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

type Problem = { code: string; errors: { pointer: string }[] }
type Opened = BrowserSession & SecondFactorChallenge & Problem

const alone = { 'afterai-session': 'cookie' }
const ours = { 'sec-fetch-site': 'same-origin' }

function post(path: string, body: unknown, headers: Record<string, string> = alone): Promise<Answer<Opened>> {
  return server.send<Opened>({ method: 'POST', path, headers, ...(body === undefined ? {} : { body }) })
}

/** The cookies that an answer sets, by name. */
function cookiesOf({ headers }: Answer): Map<string, string> {
  const lines = [headers['set-cookie'] ?? []].flat().map(String)
  return new Map(lines.map((line) => /^([^=]+)=([^;]*)/.exec(line)?.slice(1) as [string, string]))
}

function asBrowser(answer: Answer): Record<string, string> {
  return { cookie: [...cookiesOf(answer)].map(([name, value]) => `${name}=${value}`).join('; '), ...ours }
}

/** What a script can read of an answer, and whether its cookies open the session that it tells of. */
async function shownBy(answer: Answer<Opened>): Promise<object> {
  const cookies = cookiesOf(answer)
  const me = await server.send({ path: '/v1/me', headers: asBrowser(answer) })
  return {
    status: answer.status,
    body: Object.keys(answer.body).toSorted(),
    cookies: [...cookies.keys()].toSorted(),
    told: [...cookies.values()].filter((secret) => answer.text.includes(secret)),
    me: me.status,
  }
}

const inCookiesAlone = {
  status: 200,
  body: ['accessTokenExpiresAt', 'expiresAt', 'tenant'],
  cookies: ['afterai_refresh', 'afterai_session'],
  told: [],
  me: 200,
}

const signIn = ({ email, password }: Person) => post('/v1/session', { email, password })

describe('P3.2: a browser that asks for its session in cookies gets no secret in an answer', () => {
  test('signing in with a password, then refreshing, switching and proving again who it is', async () => {
    const person = await server.addPerson(server.admin.tenant, 'member')
    const signedIn = await signIn(person)
    expect(await shownBy(signedIn)).toEqual(inCookiesAlone)
    const refreshed = await post('/v1/session/refresh', undefined, { ...alone, ...asBrowser(signedIn) })
    expect(await shownBy(refreshed)).toEqual(inCookiesAlone)
    const proof = { method: 'password', password: person.password }
    const proved = await post('/v1/session/step-up', proof, { ...alone, ...asBrowser(refreshed) })
    expect(await shownBy(proved)).toEqual(inCookiesAlone)
    expect(
      await shownBy(await post('/v1/session/switch', { tenant: 'acme' }, { ...alone, ...asBrowser(proved) })),
    ).toEqual(inCookiesAlone)
  })

  test('accepting an invitation', async () => {
    const email = 'invited@acme.example'
    const { code } = await server.expectOk<{ code: string }>({
      method: 'POST',
      path: '/v1/invitations',
      token: server.admin.token,
      body: { email, role: 'member' },
    })
    expect(
      await shownBy(
        await post('/v1/invitations/accept', { code, name: 'Invited', password: 'copper-meadow-77-signal' }),
      ),
    ).toEqual(inCookiesAlone)
  })

  test('setting the instance up', async () => {
    await server.owner.query('update setup_code set used_at = null')
    const code = server.setupCode
    const tenant = { slug: 'set-up-again', name: 'Again' }
    const password = 'copper-meadow-77-signal'
    expect(
      await shownBy(await post('/v1/setup', { code, email: 'second@acme.example', name: 'S', password, tenant })),
    ).toEqual(inCookiesAlone)
  })

  test('completing a sign-in with a second factor; what is asked before it opens nothing', async () => {
    const person = await server.addPerson(server.admin.tenant, 'member')
    const app = await enrolApp(server, person)
    const asked = await signIn(person)
    expect([asked.status, cookiesOf(asked).size]).toEqual([202, 0])
    const proof = { method: 'totp', code: await app.freshCode() }
    expect(await shownBy(await post('/v1/session/second-factor', { ticket: asked.body.ticket, proof }))).toEqual(
      inCookiesAlone,
    )
  })

  test('signing in with a passkey', async () => {
    const person = await server.addPerson(server.admin.tenant, 'member')
    const passkey = await addPasskey(server, person)
    const challenge = await challengeFor(server, '/v1/session/passkey-options')
    const assertion = passkey.assert(challenge, { origin: testOrigin, userHandle: person.accountId })
    expect(await shownBy(await post('/v1/session/passkey', { assertion }))).toEqual(inCookiesAlone)
  })
})

describe('P3.2: a script in our own page can’t turn the cookies into tokens that it reads', () => {
  test.each([
    ['/v1/session/refresh', undefined],
    ['/v1/session/switch', { tenant: 'acme' }],
    ['/v1/session/step-up', 'password'],
  ])('%s answers a cookie by cookies, whether it asked for that or not', async (path, given) => {
    const person = await server.addPerson(server.admin.tenant, 'member')
    const body = given === 'password' ? { method: 'password', password: person.password } : given
    expect(await shownBy(await post(path, body, asBrowser(await signIn(person))))).toEqual(inCookiesAlone)
  })
})

test('who keeps secrets by itself, as the command line does, is answered as ever', async () => {
  const { email, password } = server.admin
  const { body } = await post('/v1/session', { email, password }, {})
  expect(Object.keys(body)).toEqual(expect.arrayContaining(['accessToken', 'refreshHandle']))
})

test.each(['cookies', 'Cookie', '', 'cookie, cookie', 'bearer'])(
  'another way of asking (%j) is refused before a handle is spent for it',
  async (value) => {
    const { refreshHandle } = await server.signIn(server.admin.email, server.admin.password)
    const headers = { 'afterai-session': value }
    const refused = await post('/v1/session/refresh', { refreshHandle }, headers)
    expect([refused.status, refused.body.errors[0]?.pointer, cookiesOf(refused).size]).toEqual([
      400,
      '/headers/afterai-session',
      0,
    ])
    expect(await shownBy(await post('/v1/session/refresh', { refreshHandle }))).toEqual(inCookiesAlone)
  },
)

describe('what a session tells of itself', () => {
  const stateFor = (token: string) => server.send<SessionState & Problem>({ path: '/v1/session', token })
  const usedAt = async ({ accountId }: Person): Promise<number> => {
    const { rows } = await server.owner.query<{ used_at: Date }>('select used_at from session where account_id = $1', [
      accountId,
    ])
    return rows[0]?.used_at.getTime() ?? 0
  }
  const idleFor = (minutes: number, { accountId }: Person) =>
    server.owner.query(`update session set used_at = now() - $1 * interval '1 minute' where account_id = $2`, [
      minutes,
      accountId,
    ])

  test('is when it ends, when it idles out, and until when what was proved is fresh', async () => {
    const person = await server.addPerson(server.admin.tenant, 'viewer')
    const { status, body } = await stateFor(person.token)
    expect([status, body.endsAt, body.secondFactor, body.provider]).toEqual([
      200,
      person.session.expiresAt,
      false,
      null,
    ])
    expect(Date.parse(body.idleEndsAt)).toBe((await usedAt(person)) + 60 * 60_000)
    const { rows } = await server.owner.query<{ authenticated_at: Date }>(
      'select authenticated_at from session where account_id = $1',
      [person.accountId],
    )
    expect(Date.parse(body.proofFreshUntil ?? '')).toBe((rows[0]?.authenticated_at.getTime() ?? 0) + 10 * 60_000)
    await server.owner.query(
      `update session set authenticated_at = now() - interval '10 minutes', amr = '{pwd,otp,mfa}' where account_id = $1`,
      [person.accountId],
    )
    expect((await stateFor(person.token)).body).toMatchObject({ proofFreshUntil: null, secondFactor: true })
  })

  test('is nothing to who has none: nobody, and an API key', async () => {
    const { key } = await server.addKey(server.admin, ['system:read'])
    expect((await server.send({ path: '/v1/session' })).status).toBe(401)
    expect((await stateFor(key)).status).toBe(403)
  })

  test('P3.2, ASVS 7.3.1: is asked for by a page that nobody sits before, whose session idles out all the same', async () => {
    const person = await server.addPerson(server.admin.tenant, 'member')
    await idleFor(59, person)
    const before = await usedAt(person)
    const { body } = await stateFor(person.token)
    const renewed = await post('/v1/session/refresh', { refreshHandle: person.session.refreshHandle }, {})
    expect([renewed.status, (await stateFor(person.token)).body]).toEqual([200, body])
    expect(await usedAt(person)).toBe(before)
    await idleFor(61, person)
    expect((await stateFor(person.token)).body.code).toBe('session_revoked')
  })

  test('is put off by whoever works', async () => {
    const person = await server.addPerson(server.admin.tenant, 'member')
    await idleFor(59, person)
    const before = await usedAt(person)
    await server.expectOk({ path: '/v1/systems', token: person.token })
    expect(await usedAt(person)).toBeGreaterThan(before)
  })
})
