import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Client } from 'pg'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let admin: Person

beforeAll(async () => {
  server = await startTestServer()
  admin = server.admin
  await server.expectOk({ method: 'POST', path: '/v1/systems', token: admin.token, body: { name: 'one' } })
})
afterAll(() => server.stop())

const cookie = (token: string) => ({ cookie: `afterai_session=${token}`, 'sec-fetch-site': 'same-origin' })

test('P4.4, ASVS 16.3.2: every failed authorisation is logged, whatever the credential', async () => {
  const viewer = await server.addPerson(admin.tenant, 'viewer')
  const member = await server.addPerson(admin.tenant, 'member')
  const { key } = await server.addKey(member, ['system:read'])
  const attempts = [
    { token: viewer.token, credential: 'bearer', actorId: viewer.accountId },
    { headers: cookie(viewer.token), credential: 'cookie', actorId: viewer.accountId },
    { token: key, credential: 'api_key', actorId: member.accountId },
  ]
  for (const { credential, actorId, ...request } of attempts) {
    const answer = await server.send({ path: '/v1/audit-events', ...request })
    expect(answer.status).toBe(403)
    const { rows } = await server.owner.query('select * from audit_event where request_id = $1', [
      answer.headers['x-request-id'],
    ])
    expect(rows).toMatchObject([
      {
        action: 'access.denied',
        outcome: 'denied',
        actor_id: actorId,
        credential,
        address: '127.0.0.1',
        resource: 'GET /v1/audit-events',
      },
    ])
    expect(server.log()).toContain(`"status":403`)
  }
})

describe('ASVS 16.4.1: what a client writes can’t forge a line or move a cursor', () => {
  const hostile = [
    '\r\n{"level":30,"msg":"forged"}',
    '\u001b[2J\u001b[31m',
    '\u2028forged',
    '\u2029',
    '\u0085',
    '\u0000',
    '\u202e',
    '\ufeff',
  ]
  const doors: Readonly<Record<string, (text: string) => Promise<unknown>>> = {
    'an address': (text) => server.send({ path: `/v1/systems/${encodeURIComponent(text)}`, token: admin.token }),
    'a query': (text) => server.send({ path: `/v1/changes?system=${encodeURIComponent(text)}`, token: admin.token }),
    'a title': (text) =>
      server.send({
        method: 'POST',
        path: '/v1/changes',
        token: admin.token,
        body: { system: 'one', title: `x${text}x`, changeTypes: ['data'] },
      }),
    'a name': (text) =>
      server.send({
        method: 'POST',
        path: '/v1/service-accounts',
        token: admin.token,
        body: { name: `x${text}x`, role: 'viewer' },
      }),
    'an e-mail address': (text) =>
      server.send({ method: 'POST', path: '/v1/session', body: { email: `x${text}@acme.example`, password: text } }),
    'a filter': (text) =>
      server.send({ path: `/v1/audit-events?resource=${encodeURIComponent(text)}`, token: admin.token }),
  }

  test.each(Object.entries(doors))('%s', async (_door, knock) => {
    for (const text of hostile) await knock(text)
    const lines = server
      .log()
      .split('\n')
      .filter((line) => line !== '')
    for (const line of lines) {
      expect(JSON.parse(line)).not.toMatchObject({ msg: 'forged' })
      // eslint-disable-next-line no-control-regex
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e\ufeff]/)
    }
    const exported = await server.send({ path: '/v1/audit-events/export?format=jsonl', token: admin.token })
    for (const line of exported.text.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('logIndex')
  })
})

test.each(['afterai_app', 'afterai_sequencer'])(
  'P4.4, ASVS 16.4.2: %s can neither alter nor remove what is logged',
  async (role) => {
    const login = new Client(server.database.login)
    await login.connect()
    for (const statement of [
      `update audit_event set action = 'x'`,
      'delete from audit_event',
      'truncate audit_event',
      `update ledger_entry set entry = ''`,
      'delete from ledger_entry',
      'truncate ledger_entry cascade',
      'drop table audit_event',
      'alter table audit_event disable row level security',
    ]) {
      await login.query(`begin; set local role ${role}; select set_config('app.tenant', '${admin.tenant.id}', true)`)
      await expect(login.query(statement), statement).rejects.toThrow(/permission denied|must be owner/)
      await login.query('rollback')
    }
    await login.end()
  },
)

describe('ASVS 16.5.3: an error closes the door and says nothing', () => {
  test.each([
    ['sessions can’t be looked up', 'session', '/v1/me', () => admin.token],
    [
      'keys can’t be looked up',
      'api_key',
      '/v1/systems',
      async () => (await server.addKey(admin, ['system:read'])).key,
    ],
    ['the trail can’t be written', 'audit_event', '/v1/digest-key', () => admin.token],
    [
      'a refusal can’t be written',
      'audit_event',
      '/v1/audit-streams',
      async () => (await server.addPerson(admin.tenant, 'viewer')).token,
    ],
  ])('P4.4: when %s', async (_what, table, path, tokenOf) => {
    const token = await tokenOf()
    const before = server.log().length
    await server.owner.query(`alter table ${table} rename to elsewhere`)
    const answer = await server.send({ path, token })
    await server.owner.query(`alter table elsewhere rename to ${table}`)
    expect([answer.status, answer.body['code']]).toEqual([500, 'internal_error'])
    expect(Object.keys(answer.body).toSorted()).toEqual(['code', 'instance', 'remedy', 'status', 'title', 'type'])
    expect(answer.text).not.toMatch(/find_|audit_event|relation|function|select|node_modules|\.ts/i)
    const logged = server.log().slice(before)
    expect(logged).toContain('request failed')
    expect(logged).not.toContain(token)
  })
})

describe('P5.3: what isn’t the server’s fault is no error in its log', () => {
  const doors = ['/v1/session/refresh', '/v1/telemetry', '/v1/traces', '/v1/metrics']

  /** Level and message of what was logged since. */
  function linesSince(log: string, before: number): { level: number; msg: string; err?: unknown }[] {
    const lines = log.slice(before).split('\n')
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as { level: number; msg: string })
  }

  /** A client that has announced a body, and sent one byte of it. */
  async function startSending(to: TestServer, path: string): Promise<Socket> {
    const { key } = await to.addKey(to.admin, ['telemetry:write'])
    if (!to.http.server.listening) await to.http.listen({ host: '127.0.0.1', port: 0 })
    const socket = connect((to.http.server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined)
    await once(socket, 'connect')
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n`)
    socket.write('content-type: application/json\r\ncontent-length: 50\r\n\r\n{')
    return socket
  }

  test.each(doors)('a client that goes away while it sends its body to %s', async (path) => {
    const before = server.log().length
    const goneAway = async () => {
      const socket = await startSending(server, path)
      // Whoever goes before the credential is checked leaves nothing at all; that takes a moment, so it is tried again.
      await sleep(100)
      socket.resetAndDestroy()
      await sleep(100)
      return linesSince(server.log(), before).map(({ level, msg }) => [level, msg])
    }
    const left = 'the client went away while it sent its body'
    await expect.poll(goneAway, { timeout: 20_000 }).toContainEqual([20, left])
    expect(linesSince(server.log(), before).filter(({ level, err }) => level > 30 || err !== undefined)).toEqual([])
  })

  test.each(['/v1/telemetry', '/v1/traces'])('a request that is shed at %s; metrics count it', async (path) => {
    const small = await startTestServer({ captureLimits: { requests: 1 } })
    const { key } = await small.addKey(small.admin, ['telemetry:write'])
    const sending: Socket[] = []
    const status = async () => (await small.send({ method: 'POST', path, token: key, body: {} })).status
    const statusBeside = async () => {
      sending.push(await startSending(small, path))
      return status()
    }
    await expect.poll(statusBeside, { timeout: 30_000 }).toBe(503)
    const before = small.log().length
    expect([await status(), await status()]).toEqual([503, 503])
    for (const line of linesSince(small.log(), before)) expect(line).toMatchObject({ level: 30, msg: 'request' })
    const text = await small.metrics.metrics()
    const [, counted = '0'] =
      new RegExp(`duration_seconds_count\\{method="POST",route="${path}",status="5xx"\\} (\\d+)`).exec(text) ?? []
    expect(Number(counted)).toBeGreaterThanOrEqual(3)
    for (const socket of sending) socket.destroy()
    await small.stop()
  })
})
