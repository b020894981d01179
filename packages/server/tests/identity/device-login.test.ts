import { keyScopes, permissionsOf, type Session } from '@afterai/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBrowser } from '../../testing/browser-client.ts'
import { callBack, type FederatedServer, startFederatedServer } from '../../testing/federation-fixture.ts'
import type { Answer, Person } from '../../testing/test-server.ts'

let it: FederatedServer
let person: Person

beforeAll(async () => {
  it = await startFederatedServer()
})
afterAll(() => it.stop())
beforeEach(async () => {
  person = await it.server.addPerson(it.server.admin.tenant, 'member')
})

interface Begun {
  readonly deviceCode: string
  readonly userCode: string
}

const begin = (body: object = { clientLabel: 'afterai on laptop' }): Promise<Begun> =>
  it.server.expectOk<Begun>({ method: 'POST', path: '/v1/device-authorizations', body })
const poll = ({ deviceCode }: Begun): Promise<Answer<Session & { code: string }>> =>
  it.server.send({ method: 'POST', path: '/v1/device-authorizations/token', body: { deviceCode } })
const decide = (userCode: string, verdict = 'approve', token = person.token): Promise<Answer> =>
  it.server.send({ method: 'POST', path: '/v1/device-authorizations/decision', token, body: { userCode, verdict } })
const lookUp = (userCode: string, token = person.token): Promise<Answer> =>
  it.server.send({ method: 'POST', path: '/v1/device-authorizations/lookup', token, body: { userCode } })
/** As if the device had waited its time. */
const wait = () => it.server.owner.query(`update device_authorization set polled_at = null`)

test('P3.4: a person approves with what the device shows, and it gets a session of theirs, once', async () => {
  const begun = await begin()
  expect(begun.userCode).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
  expect((await poll(begun)).body.code).toBe('authorization_pending')
  expect((await lookUp(begun.userCode)).body).toMatchObject({ clientLabel: 'afterai on laptop', address: '127.0.0.1' })
  expect((await decide(begun.userCode.toLowerCase().replace('-', ' '))).status).toBe(200)
  await wait()
  const { status, body } = await poll(begun)
  expect(status).toBe(200)
  expect((await it.me(body.accessToken)).body).toMatchObject({ accountId: person.accountId, role: 'member' })
  const { rows } = await it.server.owner.query('select amr, provider_id from session order by created_at desc limit 1')
  expect(rows).toEqual([{ amr: ['pwd', 'device'], provider_id: null }])
  expect((await poll(begun)).body.code).toBe('expired_token')
})

test('P3.4: two polls at once get one session', async () => {
  const begun = await begin()
  await decide(begun.userCode)
  const answers = await Promise.all([poll(begun), poll(begun), poll(begun)])
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
})

describe('P3.4, ASVS 6.5.1: a code', () => {
  test('can be decided once', async () => {
    const begun = await begin()
    expect((await decide(begun.userCode, 'deny')).status).toBe(200)
    expect((await decide(begun.userCode)).body['code']).toBe('invalid_code')
    expect((await poll(begun)).body.code).toBe('access_denied')
  })

  test('expires', async () => {
    const begun = await begin()
    await it.server.owner.query('update device_authorization set expires_at = now()')
    expect((await decide(begun.userCode)).body['code']).toBe('invalid_code')
    expect((await poll(begun)).body.code).toBe('expired_token')
  })

  test('that was approved and not fetched in time gives nothing', async () => {
    const begun = await begin()
    await decide(begun.userCode)
    await it.server.owner.query('update device_authorization set expires_at = now()')
    expect((await poll(begun)).body.code).toBe('expired_token')
  })

  test('can be guessed five times by a person, even with other sessions, and many at once', async () => {
    const begun = await begin()
    const wrong = await Promise.all(Array.from({ length: 8 }, () => lookUp('BCDF-GHJK')))
    expect(wrong.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      401, 401, 401, 401, 401, 429, 429, 429,
    ])
    const another = await it.server.signIn(person.email, person.password)
    expect((await decide(begun.userCode, 'approve', another.accessToken)).body['code']).toBe('too_many_requests')
    const { rows } = await it.server.owner.query(
      `select count(*) as n from audit_event where action = 'device_authorization.guess' and actor_id = $1`,
      [person.accountId],
    )
    expect(rows).toEqual([{ n: '5' }])
  })
})

test('P3.4: a device that asks too often is told to slow down, and longer each time', async () => {
  const begun = await begin()
  await poll(begun)
  const [first, second] = [await poll(begun), await poll(begun)]
  expect([first.body.code, first.headers['retry-after']]).toEqual(['slow_down', '10'])
  expect([second.body.code, second.headers['retry-after']]).toEqual(['slow_down', '15'])
})

describe('P3.4, ASVS 8.2.1: a device is approved', () => {
  test('by no API key, whatever its scopes', async () => {
    const begun = await begin()
    const { key } = await it.server.addKey(
      person,
      keyScopes.filter((scope) => permissionsOf('member').includes(scope)),
    )
    expect((await decide(begun.userCode, 'approve', key)).status).toBe(403)
    expect((await lookUp(begun.userCode, key)).status).toBe(403)
  })

  test('by no member of another tenant, where it named one', async () => {
    const begun = await begin({ tenant: 'acme' })
    const tenant = await it.server.addTenant(`other-${person.accountId}`)
    const stranger = await it.server.addPerson(tenant, 'admin')
    expect((await decide(begun.userCode, 'approve', stranger.token)).body['code']).toBe('invalid_code')
    expect((await lookUp(begun.userCode, stranger.token)).body['code']).toBe('invalid_code')
    expect((await decide(begun.userCode)).status).toBe(200)
  })

  test('for nobody who was removed or disabled since', async () => {
    const [gone, off] = [await begin(), await begin()]
    await decide(gone.userCode)
    await it.server.owner.query('delete from membership where account_id = $1', [person.accountId])
    expect((await poll(gone)).body.code).toBe('access_denied')
    const other = await it.server.addPerson(it.server.admin.tenant, 'member')
    await decide(off.userCode, 'approve', other.token)
    await it.server.owner.query('update account set disabled_at = now() where id = $1', [other.accountId])
    expect((await poll(off)).body.code).toBe('access_denied')
  })

  test('for nobody of a tenant that was suspended since, until it is resumed', async () => {
    const begun = await begin()
    await decide(begun.userCode)
    await it.server.owner.query(`update tenant set suspended_at = now() where slug = 'acme'`)
    const suspended = await poll(begun)
    await it.server.owner.query('update tenant set suspended_at = null')
    expect([suspended.status, suspended.body.code]).toEqual([403, 'tenant_suspended'])
    expect((await poll(begun)).status).toBe(200)
  })

  test('for a member who was disabled in the tenant alone since, not at all', async () => {
    const begun = await begin()
    await decide(begun.userCode)
    const path = `/v1/members/${person.accountId}/disable`
    await it.server.expectOk({ method: 'POST', path, token: it.server.admin.token })
    expect((await poll(begun)).body.code).toBe('access_denied')
  })

  test('with a cookie only from our own pages', async () => {
    const begun = await begin()
    const cookie = `afterai_session=${person.token}`
    const request = { method: 'POST', path: '/v1/device-authorizations/decision' } as const
    const body = `userCode=${begun.userCode}&verdict=approve`
    const form = { 'content-type': 'application/x-www-form-urlencoded', cookie }
    for (const site of ['cross-site', 'same-site', 'none']) {
      const answer = await it.server.send({ ...request, body, headers: { ...form, 'sec-fetch-site': site } })
      expect(answer.body['code']).toBe('cross_origin')
    }
  })
})

describe('P3.2: what was approved ends, before a device has fetched it, with', () => {
  type Ending = () => Promise<unknown>
  const password = 'willow-cabinet-9-drum'
  const own = (method: 'PUT' | 'DELETE', path: string, body?: object) => () =>
    it.server.expectOk({ method, path, token: person.token, body })
  const endings: Record<string, Ending> = {
    'signing out': () => own('DELETE', '/v1/session')(),
    'ending all other sessions': () => own('DELETE', '/v1/sessions')(),
    'ending all other sessions from another one': async () => {
      const { accessToken: token } = await it.server.signIn(person.email, person.password)
      await it.server.expectOk({ method: 'DELETE', path: '/v1/sessions', token })
    },
    'changing the password': () =>
      own('PUT', '/v1/password', { currentPassword: person.password, newPassword: password })(),
    'a password reset': async () => {
      const path = `/v1/members/${person.accountId}/password-reset`
      const { code } = await it.server.expectOk<{ code: string }>({
        method: 'POST',
        path,
        token: it.server.admin.token,
      })
      await it.server.expectOk({ method: 'POST', path: '/v1/password-resets/complete', body: { code, password } })
    },
    'an admin’s ending a member’s sessions': () =>
      it.server.expectOk({
        method: 'DELETE',
        path: `/v1/members/${person.accountId}/sessions`,
        token: it.server.admin.token,
      }),
    'the approver’s session itself': () =>
      it.server.owner.query('update session set expires_at = now() where account_id = $1', [person.accountId]),
  }
  test.each(Object.keys(endings))('%s', async (name) => {
    const begun = await begin()
    expect((await decide(begun.userCode)).status).toBe(200)
    await endings[name]?.()
    expect((await poll(begun)).body.code).toBe('access_denied')
    const { rows } = await it.server.owner.query(`select from session where account_id = $1 and 'device' = any (amr)`, [
      person.accountId,
    ])
    expect(rows).toEqual([])
  })

  test('nothing of another person', async () => {
    const begun = await begin()
    await decide(begun.userCode)
    const { token } = await it.server.addPerson(it.server.admin.tenant, 'member')
    await it.server.expectOk({ method: 'DELETE', path: '/v1/sessions', token })
    expect((await poll(begun)).status).toBe(200)
  })
})

test('P3.2: a device’s session ends when the approver’s would, and so does one that it approves', async () => {
  await it.server.owner.query(`update session set expires_at = now() + interval '1 hour' where account_id = $1`, [
    person.accountId,
  ])
  let token = person.token
  for (let count = 0; count < 2; count += 1) {
    const begun = await begin()
    await decide(begun.userCode, 'approve', token)
    token = (await poll(begun)).body.accessToken
  }
  const { rows } = await it.server.owner.query<{ expires_at: Date }>(
    'select expires_at from session where account_id = $1',
    [person.accountId],
  )
  expect(rows).toHaveLength(3)
  expect(new Set(rows.map((row) => row.expires_at.getTime())).size).toBe(1)
})

test('P3.4: a device is approved by who has just proved themselves alone', async () => {
  const begun = await begin()
  await it.server.owner.query(
    `update session set authenticated_at = now() - interval '11 minutes' where account_id = $1`,
    [person.accountId],
  )
  const refused = await decide(begun.userCode)
  expect([refused.status, refused.body['code']]).toEqual([403, 'step_up_required'])
  expect((await poll(begun)).body.code).toBe('authorization_pending')
})

test('P3.4, ASVS 6.3.1: guessing codes of devices is slowed down, and a right one still counts', async () => {
  const begun = await begin()
  const codes: string[] = []
  for (let count = 0; count < 12; count += 1) {
    codes.push((await poll({ deviceCode: `${begun.deviceCode.slice(0, -2)}${count + 10}`, userCode: '' })).body.code)
  }
  expect([codes[0], codes.at(-1)]).toEqual(['expired_token', 'too_many_attempts'])
  expect((await poll(begun)).body.code).toBe('authorization_pending')
})

test('P3.4: nobody fills the instance with requests', async () => {
  await it.server.owner.query('delete from device_authorization')
  const answers: Answer[] = []
  for (let count = 0; count < 101; count += 1) {
    answers.push(await it.server.send({ method: 'POST', path: '/v1/device-authorizations', body: {} }))
  }
  expect(answers.at(-2)?.status).toBe(201)
  expect(answers.at(-1)).toMatchObject({ status: 429, headers: { 'retry-after': '60' } })
  await it.server.owner.query('delete from device_authorization')
})

test('P3.4: without a console, a person signs in with the provider and approves on a page without scripts', async () => {
  const begun = await begin({ clientLabel: '<script>alert(1)</script>', tenant: 'acme' })
  const browser = openBrowser()
  it.provider.actAs('ada')
  const start = `${it.origin}/v1/oidc/${it.providerId}/start?device=${begun.userCode}`
  const { url } = await browser.follow(start, ({ pathname }) => pathname === '/v1/oidc/callback')
  const page = await callBack(browser, url.href)
  expect(page.text).toContain(begun.userCode)
  expect(page.text).toContain('127.0.0.1')
  expect(page.text).not.toContain('<script')
  expect((await poll(begun)).body.code).toBe('authorization_pending')
  const response = await browser.go(`${it.origin}/v1/device-authorizations/decision`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin', accept: 'text/html' },
    body: new URLSearchParams({ userCode: begun.userCode, verdict: 'approve' }),
  })
  expect(await response.text()).toContain('Approved')
  await wait()
  const { body } = await poll(begun)
  expect((await it.me(body.accessToken)).body).toMatchObject({ name: 'Ada', role: 'approver' })
  const { rows } = await it.server.owner.query('select amr, provider_id from session order by created_at desc limit 1')
  expect(rows).toEqual([{ amr: ['oidc', 'device'], provider_id: it.providerId }])
})

test('P3.4: a link with somebody’s code approves nothing by itself', async () => {
  const begun = await begin()
  const browser = openBrowser()
  it.provider.actAs('bo')
  const start = `${it.origin}/v1/oidc/${it.providerId}/start?device=${begun.userCode}`
  await browser.follow(start)
  expect((await poll(begun)).body.code).toBe('authorization_pending')
})
