import type { Session } from '@afterai/contract'
import { AsyncLocalStorage } from 'node:async_hooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newApiKey, newCode } from '../../src/access/secret-tokens.ts'
import {
  type Answer,
  composeBeside,
  type Person,
  startTestServer,
  testOrigin,
  type TestServer,
} from '../../testing/test-server.ts'

let server: TestServer
let member: Person

beforeAll(async () => {
  server = await startTestServer()
  member = await server.addPerson(server.admin.tenant, 'member')
})
afterAll(() => server.stop())

type Problem = { code: string }

function refresh(refreshHandle: string): Promise<Answer<Session & Problem>> {
  return server.send({ method: 'POST', path: '/v1/session/refresh', body: { refreshHandle } })
}

function me(token: string): Promise<Answer<Problem>> {
  return server.send({ path: '/v1/me', token })
}

function withoutInstance({ status, body }: Answer): unknown {
  return { status, ...body, instance: undefined }
}

async function countingQueries<T>(work: () => Promise<T>): Promise<{ result: T; queries: number }> {
  const { db, credentials } = server.enrolment
  // What the server does besides, such as looking into its queues, isn't this request's.
  const asking = new AsyncLocalStorage<true>()
  const count = (more: number): void => {
    if (asking.getStore() === true) queries += more
  }
  const { apiKey, session } = credentials
  const counted =
    <In, Out>(ask: (value: In) => Out) =>
    (value: In): Out => {
      count(1)
      return ask(value)
    }
  Object.assign(credentials, { apiKey: counted(apiKey), session: counted(session) })
  const executor = db.getExecutor()
  let queries = 0
  const original = executor.provideConnection.bind(executor)
  executor.provideConnection = (consumer) => {
    count(1)
    return original(consumer)
  }
  // What counts requests for all processes goes out once a second, whoever asks what.
  const executeQuery = executor.executeQuery.bind(executor)
  executor.executeQuery = (query, ...rest) => {
    if (query.sql.includes('settle_rates')) count(-1)
    return executeQuery(query, ...rest)
  }
  try {
    return { result: await asking.run(true, work), queries }
  } finally {
    Object.assign(executor, { provideConnection: original, executeQuery })
    Object.assign(credentials, { apiKey, session })
  }
}

const created = (headers: Record<string, string>, name: string) =>
  server.send<Problem>({ method: 'POST', path: '/v1/systems', headers, body: { name } })

function invite(email: string) {
  return server.expectOk<{ code: string }>({
    method: 'POST',
    path: '/v1/invitations',
    token: server.admin.token,
    body: { email, role: 'member' },
  })
}

function accept(code: string, password = 'copper-meadow-77-signal') {
  return server.send({ method: 'POST', path: '/v1/invitations/accept', body: { code, name: 'Invited', password } })
}

describe('P3.2: refresh handles', () => {
  test('are spent at each use; the next one works', async () => {
    const first = await server.signIn(member.email, member.password)
    const second = await refresh(first.refreshHandle)
    expect(second.status).toBe(200)
    expect(second.body.refreshHandle).not.toBe(first.refreshHandle)
    expect((await me(second.body.accessToken)).status).toBe(200)
    expect((await refresh(second.body.refreshHandle)).status).toBe(200)
  })

  test.each([1, 2, 5])('end the session when one that was spent %i uses ago comes again', async (age) => {
    const first = await server.signIn(member.email, member.password)
    let latest: Session = first
    for (let use = 0; use < age; use += 1) latest = (await refresh(latest.refreshHandle)).body
    expect((await me(latest.accessToken)).status).toBe(200)
    expect((await refresh(first.refreshHandle)).body.code).toBe('session_revoked')
    expect((await me(latest.accessToken)).body.code).toBe('session_revoked')
    expect((await refresh(latest.refreshHandle)).body.code).toBe('session_revoked')
  })

  test('let one of two uses at once through, and end the session, since two hold a copy', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { refreshHandle } = await server.signIn(member.email, member.password)
      const answers = await Promise.all([refresh(refreshHandle), refresh(refreshHandle)])
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401])
      const winner = answers.find(({ status }) => status === 200)?.body
      expect((await me(winner?.accessToken ?? '')).body.code).toBe('session_revoked')
    }
  })

  test('P3.2, ASVS 7.3.1: don’t wake a session that nobody used for longer than the idle limit', async () => {
    const idler = await server.addPerson(server.admin.tenant, 'member')
    const { session } = idler
    const { rowCount } = await server.owner.query(
      `update session set used_at = now() - interval '61 minutes' where account_id = $1 and revoked_at is null`,
      [idler.accountId],
    )
    expect(rowCount).toBeGreaterThan(0)
    expect((await me(session.accessToken)).body.code).toBe('session_revoked')
    expect((await refresh(session.refreshHandle)).body.code).toBe('session_revoked')
  })

  test('P3.2, ASVS 7.3.2: don’t outlive the session', async () => {
    const { session, accountId } = await server.addPerson(server.admin.tenant, 'member')
    await server.owner.query(`update session set expires_at = now() where account_id = $1`, [accountId])
    expect((await refresh(session.refreshHandle)).body.code).toBe('session_revoked')
    expect((await me(session.accessToken)).body.code).toBe('session_revoked')
  })
})

describe('P3.2, ASVS 7.4.1: a session ends at once', () => {
  test('when its owner signs out: access token, cookie and refresh handle are refused from then on', async () => {
    const { accessToken: token, refreshHandle } = await server.signIn(member.email, member.password)
    expect((await server.send({ method: 'DELETE', path: '/v1/session', token })).status).toBe(204)
    expect((await me(token)).body.code).toBe('session_revoked')
    expect((await server.send({ path: '/v1/me', headers: { cookie: `afterai_session=${token}` } })).status).toBe(401)
    expect((await refresh(refreshHandle)).status).toBe(401)
  })

  test('when it is switched to another tenant: the old one is gone', async () => {
    const { accessToken: token } = await server.signIn(member.email, member.password)
    const body = { tenant: server.admin.tenant.slug }
    const next = await server.expectOk<Session>({ method: 'POST', path: '/v1/session/switch', token, body })
    expect((await me(token)).body.code).toBe('session_revoked')
    expect((await me(next.accessToken)).status).toBe(200)
    const stranger = await server.send({
      method: 'POST',
      path: '/v1/session/switch',
      token: next.accessToken,
      body: { tenant: 'nowhere' },
    })
    expect(stranger.status).toBe(404)
  })
})

describe('P3.2, ASVS 3.5.1: a cookie alone changes nothing from another site', () => {
  test.each([
    ['no sign of where it comes from', {}],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }],
    ['a fetch of a sister domain', { 'sec-fetch-site': 'same-site' }],
    ['a fetch by hand', { 'sec-fetch-site': 'none' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['the origin that it asks under, which isn’t ours', { origin: 'http://evil.example', host: 'evil.example' }],
    ['an opaque origin', { origin: 'null' }],
    ['our origin behind a cross-site fetch', { 'sec-fetch-site': 'cross-site', origin: testOrigin }],
  ])('refuses %s', async (_what, headers) => {
    const { accessToken, refreshHandle } = await server.signIn(member.email, member.password)
    const cookie = `afterai_session=${accessToken}; afterai_refresh=${refreshHandle}`
    expect((await created({ ...headers, cookie }, 'from-afar')).body.code).toBe('cross_origin')
    const refreshed = await server.send<Problem>({
      method: 'POST',
      path: '/v1/session/refresh',
      headers: { ...headers, cookie },
    })
    expect(refreshed.body.code).toBe('cross_origin')
    const { rows } = await server.owner.query(`select 1 from system where name = 'from-afar'`)
    expect(rows).toEqual([])
  })

  test('lets our own pages through, by fetch metadata or by origin', async () => {
    const { accessToken } = await server.signIn(member.email, member.password)
    const cookie = `afterai_session=${accessToken}`
    expect((await created({ cookie, 'sec-fetch-site': 'same-origin' }, 'from-here')).status).toBe(201)
    expect((await created({ cookie, origin: testOrigin }, 'from-there')).status).toBe(201)
    // As behind a proxy that names the server by its own address.
    expect((await created({ cookie, origin: testOrigin, host: '127.0.0.1:4680' }, 'from-behind')).status).toBe(201)
  })

  test('refreshes by its cookie from our own pages, behind a proxy that names the server by its own address', async () => {
    const { refreshHandle } = await server.signIn(member.email, member.password)
    const headers = { cookie: `afterai_refresh=${refreshHandle}`, origin: testOrigin, host: '127.0.0.1:4680' }
    expect((await server.send({ method: 'POST', path: '/v1/session/refresh', headers })).status).toBe(200)
  })

  test('where no origin is configured, our pages are where the browser asks, whatever host a proxy forwards', async () => {
    const { accessToken } = await server.signIn(member.email, member.password)
    const beside = await composeBeside(server, {
      publicUrl: undefined,
      trustedProxies: [{ address: '127.0.0.1', prefix: 32 }],
    })
    const create = async (name: string, headers: Record<string, string>) => {
      const answer = await beside.http.inject({
        method: 'POST',
        url: '/v1/systems',
        headers: { cookie: `afterai_session=${accessToken}`, host: 'localhost:80', ...headers },
        payload: { name },
      })
      return [answer.statusCode, answer.json<Problem>().code]
    }
    expect(await create('asked-here', { origin: 'http://localhost:80' })).toEqual([201, undefined])
    const forwarded = { origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' }
    expect(await create('asked-there', forwarded)).toEqual([403, 'cross_origin'])
    await beside.close()
  })

  test('a header and a cookie at once are one identity: the header’s', async () => {
    const { accessToken } = await server.signIn(member.email, member.password)
    const headers = { cookie: `afterai_session=${accessToken}` }
    const { body } = await server.send<{ accountId: string }>({
      path: '/v1/me',
      token: server.admin.token,
      headers,
    })
    expect(body.accountId).toBe(server.admin.accountId)
    expect((await server.send({ path: '/v1/me', token: 'nonsense', headers })).status).toBe(401)
  })
})

describe('P3.2, ASVS 3.3.1-4: cookies', () => {
  test('are HttpOnly, SameSite=Strict, whole-site; over https also Secure and __Host- prefixed', async () => {
    const secure = await startTestServer({ publicUrl: 'https://afterai.example.com' })
    for (const [prefix, { admin, send }] of [
      ['', server],
      ['__Host-', secure],
    ] as const) {
      const { email, password } = admin
      const { headers } = await send({ method: 'POST', path: '/v1/session', body: { email, password } })
      const cookies = [headers['set-cookie']].flat().map(String)
      expect(cookies.map((it) => it.split('=')[0])).toEqual([`${prefix}afterai_session`, `${prefix}afterai_refresh`])
      for (const cookie of cookies) {
        expect(cookie).toMatch(/; HttpOnly(;|$)/)
        expect(cookie).toMatch(/; SameSite=Strict(;|$)/)
        expect(cookie).toMatch(/; Path=\/(;|$)/)
        expect(cookie).not.toMatch(/Domain/i)
        expect(/; Secure(;|$)/.test(cookie)).toBe(prefix !== '')
      }
    }
    await secure.stop()
  })
})

describe('P3.4, ASVS 6.3.8: signing in', () => {
  test('gives the same answer for an unknown address, a wrong password and a wrong tenant', async () => {
    const { email, password } = member
    const attempts = [
      { email: 'nobody@acme.example', password },
      { email, password: 'not-the-password-at-all' },
      { email, password, tenant: 'nowhere' },
      { email: 'nobody@acme.example', password, tenant: 'nowhere' },
    ]
    const answers = await Promise.all(
      attempts.map((body) => server.send({ method: 'POST', path: '/v1/session', body })),
    )
    const [first, ...others] = answers.map(withoutInstance)
    expect(first).toMatchObject({ status: 401, code: 'invalid_credentials' })
    for (const other of others) expect(other).toEqual(first)
  })

  test('hashes a password also where nobody is known, so that time doesn’t tell', async () => {
    const { passwords } = server.enrolment
    const tried: (string | undefined)[] = []
    const { verify } = passwords
    Object.assign(passwords, {
      verify: (stored: string | undefined, text: string) => {
        tried.push(stored)
        return verify(stored, text)
      },
    })
    const body = { email: 'nobody@acme.example', password: 'whatever it may be' }
    await server.send({ method: 'POST', path: '/v1/session', body })
    Object.assign(passwords, { verify })
    expect(tried).toEqual([undefined])
  })
})

describe('P3.3: API keys', () => {
  test('with a wrong checksum are refused before the database is asked; others are looked up', async () => {
    const key = newApiKey()
    const wrong = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`
    for (const text of [wrong, 'aftr_live_', 'aftr_live_short', `${key}x`, key.replace('live', 'test')]) {
      const { result, queries } = await countingQueries(() => me(text))
      expect([result.status, queries]).toEqual([401, 0])
    }
    const { result, queries } = await countingQueries(() => me(key))
    expect(result.status).toBe(401)
    expect(queries).toBe(1)
  })

  test('say who they are without a scope for it, and nothing else without its scope', async () => {
    const { key } = await server.addKey(member, ['system:read'])
    const answer = await server.send<{ credential: string; permissions: string[] }>({ path: '/v1/me', token: key })
    expect(answer.body).toMatchObject({ credential: 'api_key', permissions: ['me:read', 'system:read'] })
    expect((await server.send({ path: '/v1/systems', token: key })).status).toBe(200)
    expect((await server.send({ path: '/v1/changes', token: key })).status).toBe(403)
    expect((await server.send({ method: 'DELETE', path: '/v1/session', token: key })).status).toBe(403)
  })

  test('carry no scope that their maker or their account lacks', async () => {
    const wanted = (person: Person, body: object) =>
      server.send<Problem>({ method: 'POST', path: '/v1/api-keys', token: person.token, body: { name: 'k', ...body } })
    expect((await wanted(member, { scopes: ['audit:read'] })).body.code).toBe('forbidden')
    const { accountId } = await server.expectOk<{ accountId: string }>({
      method: 'POST',
      path: '/v1/service-accounts',
      token: server.admin.token,
      body: { name: 'pipeline', role: 'viewer' },
    })
    expect((await wanted(server.admin, { scopes: ['system:write'], accountId })).body.code).toBe('forbidden')
    expect((await wanted(server.admin, { scopes: ['system:read'], accountId })).status).toBe(201)
    expect((await wanted(member, { scopes: ['system:read'], accountId })).body.code).toBe('forbidden')
    const colleague = { scopes: ['system:read'], accountId: member.accountId }
    expect((await wanted(server.admin, colleague)).body.code).toBe('not_found')
  })

  test('lose what their owner loses, at once', async () => {
    const demoted = await server.addPerson(server.admin.tenant, 'member')
    const { key } = await server.addKey(demoted, ['system:write', 'system:read'])
    await server.owner.query(`update membership set role = 'viewer' where account_id = $1`, [demoted.accountId])
    const body = { name: 'too-late' }
    expect((await server.send({ method: 'POST', path: '/v1/systems', token: key, body })).status).toBe(403)
    expect((await server.send({ path: '/v1/systems', token: key })).status).toBe(200)
  })
})

describe('one-time codes', () => {
  test('the set-up code makes one administrator under twenty attempts at once, and is never good again', async () => {
    const fresh = await startTestServer()
    await fresh.owner.query('update setup_code set used_at = null')
    const attempt = (n: number) =>
      fresh.send({
        method: 'POST',
        path: '/v1/setup',
        body: {
          code: fresh.setupCode,
          email: `person${n}@acme.example`,
          name: 'Person',
          password: 'violet-harbour-41-lantern',
          tenant: { slug: `tenant-${n}`, name: 'T' },
        },
      })
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => attempt(n)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body['code'] === 'invalid_code')).toHaveLength(19)
    const { rows } = await fresh.owner.query(`select count(*)::int as n from tenant where slug like 'tenant-%'`)
    expect(rows).toEqual([{ n: 1 }])
    expect((await attempt(99)).body['code']).toBe('invalid_code')
    await fresh.stop()
  })

  test('an invitation lets one person in under twenty attempts at once', async () => {
    const invitation = await invite('invited@acme.example')
    const answers = await Promise.all(Array.from({ length: 20 }, () => accept(invitation.code)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([])
    const { rows } = await server.owner.query(`select count(*)::int as n from membership where email = $1`, [
      'invited@acme.example',
    ])
    expect(rows).toEqual([{ n: 1 }])
    expect((await accept(invitation.code)).body['code']).toBe('invalid_code')
    expect((await accept(newCode())).body['code']).toBe('invalid_code')
  })

  test('an invitation of somebody who has an account asks for its password; of a member it is a conflict', async () => {
    const stranger = await server.addPerson(await server.addTenant('elsewhere'), 'member')
    const { code } = await invite(stranger.email)
    const wrong = await accept(code)
    expect([wrong.status, wrong.body['code']]).toEqual([401, 'invalid_credentials'])
    expect((await accept(code, stranger.password)).status).toBe(200)
    const body = { email: member.email, role: 'member' }
    const again = await server.send({ method: 'POST', path: '/v1/invitations', token: server.admin.token, body })
    expect([again.status, again.body['code']]).toEqual([409, 'conflict'])
  })
})
