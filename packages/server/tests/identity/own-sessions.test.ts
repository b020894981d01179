import type { Session } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deviceLabel } from '../../src/identity/sessions/device-label.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

interface Item {
  readonly id: string
  readonly current: boolean
  readonly tenant: string | null
}

const someone = (role: Person['role'] = 'member'): Promise<Person> => server.addPerson(server.admin.tenant, role)

const list = async (token: string, path = '/v1/sessions'): Promise<Item[]> =>
  (await server.expectOk<{ items: Item[] }>({ path, token })).items

const del = (path: string, token: string) => server.send({ method: 'DELETE', path, token })

const meStatus = async (token: string): Promise<number> => (await server.send({ path: '/v1/me', token })).status

describe('P3.2, ASVS 7.5.2: one’s own sessions', () => {
  test('are listed with time, address, device and how they were opened; nothing of them is a secret', async () => {
    const { email, password, session } = await someone()
    const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
    const body = { email, password }
    const { accessToken, refreshHandle } = await server.expectOk<Session>({
      method: 'POST',
      path: '/v1/session',
      body,
      headers: { 'user-agent': firefox },
    })
    const { text, body: page } = await server.send<{ items: Item[] }>({ path: '/v1/sessions', token: accessToken })
    expect(page.items).toMatchObject([
      { current: true, tenant: 'acme', address: '127.0.0.1', device: 'Firefox on Linux', methods: ['pwd'] },
      { current: false, tenant: 'acme' },
    ])
    for (const secret of [accessToken, refreshHandle, session.accessToken, session.refreshHandle]) {
      expect(text).not.toContain(secret)
    }
  })

  test('don’t show what has ended: signed out, run out, or idle for too long', async () => {
    const person = await someone()
    const { accessToken } = await server.signIn(person.email, person.password)
    for (const change of [
      'revoked_at = now()',
      'revoked_at = null, expires_at = now()',
      `expires_at = now() + interval '1 hour', used_at = now() - interval '61 minutes'`,
    ]) {
      await server.owner.query(`update session set ${change} where account_id = $1 and id <> $2`, [
        person.accountId,
        (await list(accessToken)).find(({ current }) => current)?.id,
      ])
      expect((await list(accessToken)).map(({ current }) => current)).toEqual([true])
    }
  })

  test('end one by one, at once; other people’s are not found, nor are they ended', async () => {
    const [person, other] = [await someone(), await someone()]
    const { accessToken } = await server.signIn(person.email, person.password)
    const [theirs] = await list(other.token)
    expect((await del(`/v1/sessions/${theirs?.id}`, accessToken)).status).toBe(404)
    expect(await meStatus(other.token)).toBe(200)
    const old = (await list(accessToken)).find(({ current }) => !current)
    expect((await del(`/v1/sessions/${old?.id}`, accessToken)).status).toBe(204)
    expect((await del(`/v1/sessions/${old?.id}`, accessToken)).status).toBe(404)
    expect([await meStatus(person.token), await meStatus(accessToken)]).toEqual([401, 200])
  })

  test('end all but this one, in every tenant', async () => {
    const person = await someone()
    const away = await server.addTenant('sessions-away')
    await server.owner.query(
      `insert into membership (tenant_id, account_id, role, name) values ($1, $2, 'viewer', 'x')`,
      [away.id, person.accountId],
    )
    const body = { email: person.email, password: person.password, tenant: away.slug }
    const { accessToken } = await server.expectOk<Session>({ method: 'POST', path: '/v1/session', body })
    expect((await list(accessToken)).map(({ tenant }) => tenant)).toEqual(['sessions-away', 'acme'])
    expect((await del('/v1/sessions', accessToken)).status).toBe(204)
    expect([await meStatus(person.token), await meStatus(accessToken)]).toEqual([401, 200])
  })
})

describe('P3.2, ASVS 7.4.5: a member’s sessions', () => {
  test('are listed and ended by an admin of the tenant, and by nobody else', async () => {
    const person = await someone()
    const path = `/v1/members/${person.accountId}/sessions`
    for (const role of ['approver', 'member', 'viewer', 'auditor'] as const) {
      const { token } = await someone(role)
      expect([(await server.send({ path, token })).status, (await del(path, token)).status]).toEqual([403, 403])
    }
    expect(await list(server.admin.token, path)).toHaveLength(1)
    expect((await del(path, server.admin.token)).status).toBe(204)
    expect(await meStatus(person.token)).toBe(401)
    expect(await list(server.admin.token, path)).toEqual([])
  })

  test('P4.1: of another tenant are not found, and a person’s sessions elsewhere stay as they are', async () => {
    const rival = await server.addTenant('sessions-rival')
    const boss = await server.addPerson(rival, 'admin')
    const person = await someone()
    const path = `/v1/members/${person.accountId}/sessions`
    expect([(await server.send({ path, token: boss.token })).status, (await del(path, boss.token)).status]).toEqual([
      404, 404,
    ])
    await server.owner.query(
      `insert into membership (tenant_id, account_id, role, name) values ($1, $2, 'viewer', 'x')`,
      [rival.id, person.accountId],
    )
    expect(await list(boss.token, path)).toEqual([])
    expect((await del(path, boss.token)).status).toBe(204)
    expect(await meStatus(person.token)).toBe(200)
  })
})

describe('P3.2, ASVS 7.2.4: a session is never one that somebody brought along', () => {
  test('signing in makes new ids whatever cookies, handles and ids come with it', async () => {
    const attacker = await someone()
    const victim = await someone()
    const { email, password } = victim
    const cookie = `afterai_session=${attacker.token}; afterai_refresh=${attacker.session.refreshHandle}`
    const request = { method: 'POST', path: '/v1/session', body: { email, password }, headers: { cookie } } as const
    const answer = await server.send<Session>(request)
    expect(answer.status).toBe(200)
    expect([attacker.token, victim.token]).not.toContain(answer.body.accessToken)
    expect(answer.body.refreshHandle).not.toBe(attacker.session.refreshHandle)
    const { body } = await server.send<{ accountId: string }>({ path: '/v1/me', token: attacker.token })
    expect(body.accountId).toBe(attacker.accountId)
    for (const extra of [
      { sid: 'x' },
      { sessionId: 'x' },
      { refreshHandle: 'x' },
      { role: 'admin' },
      { amr: ['mfa'] },
    ]) {
      expect((await server.send({ ...request, body: { email, password, ...extra } })).status).toBe(400)
    }
  })
})

test('P3.2, ASVS 7.4.2: all sessions of an account end at once when it is disabled', async () => {
  const person = await someone()
  const { accessToken } = await server.signIn(person.email, person.password)
  await server.owner.query('update account set disabled_at = now() where id = $1', [person.accountId])
  const { refreshHandle } = person.session
  const refreshed = await server.send({ method: 'POST', path: '/v1/session/refresh', body: { refreshHandle } })
  expect([await meStatus(person.token), await meStatus(accessToken), refreshed.status]).toEqual([401, 401, 401])
})

describe('P3.2: what a list says of a device', () => {
  test.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15',
      'Safari on macOS',
    ],
    ['Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36', 'Chrome on Android'],
    ['afterai/0.1.0 (linux)', 'afterai on Linux'],
    ['<script>alert(1)</script> evil', null],
    [undefined, null],
  ])('%s is %s', (userAgent, label) => expect(deviceLabel(userAgent)).toBe(label))
})

test('P3.4, ASVS 6.3.8: a wrong password takes the time of an unknown address', async () => {
  const { email } = await someone()
  const timeOf = async (address: string): Promise<number> => {
    const body = { email: address, password: 'not-the-password-at-all' }
    // Guessing is slowed down besides, for both alike.
    await server.owner.query('delete from guess')
    const startedAt = performance.now()
    expect((await server.send({ method: 'POST', path: '/v1/session', body })).status).toBe(401)
    return performance.now() - startedAt
  }
  const known: number[] = []
  const unknown: number[] = []
  // In turns, so that whatever else the machine does falls on both.
  for (let round = 0; round < 15; round += 1) {
    known.push(await timeOf(email))
    unknown.push(await timeOf(`nobody-${round}@acme.example`))
  }
  // Mann-Whitney's U as a share: how often one of the first took longer than one of the second. An even half when they are alike.
  const pairs = known.flatMap((a) => unknown.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)))
  const share = pairs.reduce<number>((sum, it) => sum + it, 0) / pairs.length
  expect(share).toBeGreaterThan(0.1)
  expect(share).toBeLessThan(0.9)
})
