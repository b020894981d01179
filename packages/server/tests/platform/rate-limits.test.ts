import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ComposedServer } from '../../src/instance/composition.ts'
import { composeBeside, type Answer, startTestServer, type TestServer } from '../../testing/test-server.ts'

const rates = { credential: 20, read: 40, write: 20, heavy: 10 }
const configured = {
  rateCredentials: rates.credential,
  rateReads: rates.read,
  rateWrites: rates.write,
  rateHeavy: rates.heavy,
}

let server: TestServer
let second: ComposedServer

beforeAll(async () => {
  server = await startTestServer({
    ...configured,
    trustedProxies: [
      { address: '192.0.2.1', prefix: 32 },
      { address: '2001:db8:ffff::', prefix: 48 },
    ],
  })
  second = await composeBeside(server, { ...configured, maxConnections: 100 })
})
afterAll(async () => {
  await second.close()
  await server.stop()
})

interface From {
  readonly address: string
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: 'GET' | 'POST'
  readonly body?: string
  readonly by?: ComposedServer
}

async function ask(url: string, { address, headers = {}, method = 'GET', body, by = server }: From) {
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const payload = body === undefined ? {} : { payload: body }
  return by.http.inject({ method, url, remoteAddress: address, headers: { ...type, ...headers }, ...payload })
}

async function statuses(count: number, send: (n: number) => ReturnType<typeof ask>): Promise<Record<number, number>> {
  const found: Record<number, number> = {}
  for (let n = 0; n < count; n += 1) {
    const { statusCode } = await send(n)
    found[statusCode] = (found[statusCode] ?? 0) + 1
  }
  return found
}

/** Sends twice the quota. All of it is admitted, and little more: what drains meanwhile. */
async function expectQuota(quota: number, ok: number, send: (n: number) => ReturnType<typeof ask>): Promise<void> {
  const found = await statuses(quota * 2, send)
  expect(Object.keys(found).toSorted()).toEqual([String(ok), '429'])
  expect(found[ok]).toBeGreaterThanOrEqual(quota)
  expect(found[429]).toBeGreaterThan(0)
}

const signIn = JSON.stringify({ email: 'nobody@acme.example', password: 'wrong' })

describe('rates', () => {
  test('P5.3: reads of nobody count by address, whatever the answer, and are refused with 429 and when to come back', async () => {
    const address = '198.51.100.1'
    await expectQuota(rates.read * 4, 401, () => ask('/v1/systems', { address }))
    const refused = await ask('/v1/nowhere', { address })
    expect([refused.statusCode, refused.json<Answer['body']>()['code']]).toEqual([429, 'too_many_requests'])
    expect(refused.headers['content-type']).toBe('application/problem+json')
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect(refused.headers['ratelimit-policy']).toBe(`"read-by-address";q=${rates.read * 4};w=60`)
    expect(refused.headers['ratelimit']).toMatch(/^"read-by-address";r=0;t=\d+$/)
    expect((await ask('/v1/systems', { address: '198.51.100.2' })).statusCode).toBe(401)
  })

  test('P5.3: what tells that the process lives is never refused', async () => {
    const address = '198.51.100.3'
    expect(await statuses(300, () => ask('/livez', { address }))).toEqual({ 200: 300 })
    expect((await ask('/livez', { address })).headers['ratelimit']).toBeUndefined()
  })

  test('P5.3: an account has its own count over all of its addresses and keys, beside the others', async () => {
    const person = await server.addPerson(server.admin.tenant, 'admin')
    const { key } = await server.addKey(person, ['system:read'])
    const tokens = [person.token, key]
    const read = (n: number) =>
      ask('/v1/systems', { address: `203.0.113.${n}`, headers: { authorization: `Bearer ${tokens[n % 2]}` } })
    await expectQuota(rates.read, 200, read)
    const refused = await read(1)
    expect(refused.headers['ratelimit-policy']).toBe(`"read-by-principal";q=${rates.read};w=60`)
    const other = { authorization: `Bearer ${server.admin.token}` }
    expect((await ask('/v1/systems', { address: '203.0.113.1', headers: other })).statusCode).toBe(200)
  })

  test('P5.3: a flood of refusals fills no audit trail: it is counted before the permission', async () => {
    const viewer = await server.addPerson(server.admin.tenant, 'viewer')
    const headers = { authorization: `Bearer ${viewer.token}` }
    const denied = () => ask('/v1/audit-events', { address: '203.0.113.200', headers })
    const found = await statuses(rates.read * 2, denied)
    expect(found[429]).toBeGreaterThan(0)
    const { rows } = await server.owner.query(
      `select count(*)::int as n from audit_event where actor_id = $1 and action = 'access.denied'`,
      [viewer.accountId],
    )
    expect(rows).toEqual([{ n: Math.min(10, found[403] ?? 0) }])
    const told = await server.owner.query(
      `select details from audit_event where actor_id = $1 and action = 'credential.refuse'`,
      [viewer.accountId],
    )
    expect(told.rows).toEqual([{ details: { reason: 'too_many_requests' } }])
  })

  test('P5.3, ASVS 6.3.1: sign-ins of any account count by address, before a body is read or a password is hashed', async () => {
    const address = '198.51.100.9'
    const send = (n: number) =>
      ask('/v1/session', { address, method: 'POST', body: signIn.replace('nobody', `nobody-${n}`) })
    await expectQuota(rates.credential, 401, send)
    const unreadable = await ask('/v1/session', { address, method: 'POST', body: '{'.repeat(1000) })
    expect(unreadable.statusCode).toBe(429)
  })

  test('P5.3: pages that offer passkeys use up no sign-in of their address, and have a bound of their own', async () => {
    const address = '198.51.100.11'
    const options = () => ask('/v1/session/passkey-options', { address, method: 'POST', body: '{}' })
    await expectQuota(rates.write * 4, 200, options)
    const { statusCode } = await ask('/v1/session', { address, method: 'POST', body: signIn })
    expect(statusCode).toBe(401)
  })

  test('P5.3: an IPv6 network counts as one, since its owner has 2^64 addresses', async () => {
    const send = (n: number) => ask('/v1/systems', { address: `2001:db8:1:2::${(n + 1).toString(16)}` })
    await expectQuota(rates.read * 4, 401, send)
    expect((await ask('/v1/systems', { address: '2001:db8:1:3::1' })).statusCode).toBe(401)
  })

  test('P5.3: two processes keep one rate, over by a tenth each at most', async () => {
    const address = '198.51.100.20'
    const quota = rates.read * 4
    const found = await statuses(quota * 2, (n) => ask('/v1/systems', { address, by: n % 2 === 0 ? server : second }))
    expect(found[401]).toBeGreaterThanOrEqual(quota)
    // What drains while the requests are made is admitted too.
    expect(found[401]).toBeLessThanOrEqual(quota * 1.2 + quota / 4)
    expect(found[429]).toBeGreaterThan(0)
  })

  test('P5.3, P3.3: the shared counts hold no address', async () => {
    const { rows } = await server.owner.query<{ key: string }>(`select encode(key, 'hex') as key from rate_level`)
    expect(rows.length).toBeGreaterThan(0)
    for (const { key } of rows) expect(key).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('addresses', () => {
  const auditAddress = async (from: From): Promise<string> => {
    const person = await server.addPerson(server.admin.tenant, 'viewer')
    const body = JSON.stringify({ email: person.email, password: 'wrong' })
    expect((await ask('/v1/session', { ...from, method: 'POST', body })).statusCode).toBe(401)
    const { rows } = await server.owner.query<{ address: string }>(
      `select address from audit_event where actor_id = $1 and outcome = 'failed'`,
      [person.accountId],
    )
    return rows[0]?.address ?? ''
  }
  const forged = {
    'x-forwarded-for': '9.9.9.9',
    forwarded: 'for=9.9.9.9;proto=https;host=evil.example',
    'x-real-ip': '9.9.9.9',
    'true-client-ip': '9.9.9.9',
    'cf-connecting-ip': '9.9.9.9',
    'x-client-ip': '9.9.9.9',
  }

  test('P5.2, ASVS 4.1.3: forwarding headers of somebody who is no proxy are ignored', async () => {
    expect(await auditAddress({ address: '198.51.100.30', headers: forged })).toBe('198.51.100.30')
  })

  test('P5.2, ASVS 4.1.3: of a proxy the last address is believed, not those that the client wrote before it', async () => {
    const headers = { 'x-forwarded-for': '9.9.9.9, 198.51.100.31', forwarded: 'for=9.9.9.9' }
    expect(await auditAddress({ address: '192.0.2.1', headers })).toBe('198.51.100.31')
    const chain = { 'x-forwarded-for': '9.9.9.9, 198.51.100.32, 2001:db8:ffff::5' }
    expect(await auditAddress({ address: '192.0.2.1', headers: chain })).toBe('198.51.100.32')
  })

  test('P5.3, ASVS 4.1.3: changing a forged header doesn’t buy another rate', async () => {
    const send = (n: number) =>
      ask('/v1/systems', { address: '198.51.100.40', headers: { 'x-forwarded-for': `10.0.0.${n % 250}` } })
    await expectQuota(rates.read * 4, 401, send)
    expect((await send(0)).statusCode).toBe(429)
  })
})

test('P5.3: one address has a tenth of the connections, and leaves the others their own', async () => {
  const port = Number(new URL(await second.http.listen({ host: '127.0.0.1', port: 0 })).port)
  const sockets = await Promise.all(
    Array.from({ length: 30 }, async () => {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined)
      await once(socket, 'connect')
      return socket
    }),
  )
  await expect.poll(() => sockets.filter((socket) => !socket.destroyed).length).toBe(10)
  const elsewhere = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' })
  elsewhere.write('GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  const [bytes] = (await once(elsewhere, 'data')) as [Buffer]
  expect(String(bytes)).toMatch(/^HTTP\/1\.1 200/)
  for (const socket of [...sockets, elsewhere]) socket.destroy()
})
