import { expect, test } from 'vitest'
import { afterai, type Received, type Reply, startStandIn, type StandIn } from './harness.ts'
import { ids } from './samples.ts'

const at = '2026-11-24T10:00:00.000Z'
const bo = {
  accountId: ids.person,
  kind: 'person',
  name: 'Bo',
  email: 'bo@example.com',
  role: 'member',
  createdAt: at,
  disabledAt: null,
  roleProviderId: null,
}
const machine = { ...bo, kind: 'service', name: 'pipeline', email: null }
const invitation = {
  id: ids.change,
  email: 'cy@example.com',
  role: 'viewer',
  state: 'pending',
  delivery: 'failed',
  deliveryError: '550',
  createdAt: at,
  expiresAt: at,
}
const code = 'ABCDE-FGHJK-MNPQR-STVWX'
const key = {
  id: ids.decision,
  accountId: ids.person,
  accountName: 'Bo',
  name: 'ci',
  prefix: 'aftr_live_ab12',
  scopes: ['system:read'],
  createdAt: at,
  expiresAt: at,
  expiresSoon: true,
  lastUsedAt: at,
  lastUsedAddress: '192.0.2.7',
  revokedAt: null,
  replacedBy: null,
}
const tenant = {
  id: ids.tenant,
  slug: 'globex',
  name: 'Globex',
  kind: 'customer',
  createdAt: at,
  suspendedAt: null,
  members: 3,
  systems: 2,
  records: 1,
}

const list =
  (...items: unknown[]) =>
  (): Reply => [200, { items, nextCursor: null }]
const gives = (status: number, body?: unknown) => (): Reply => [status, body]

const start = (): Promise<StandIn> =>
  startStandIn({
    'GET /v1/members': list(bo),
    [`PUT /v1/members/${ids.person}`]: gives(200, { ...bo, role: 'approver' }),
    [`POST /v1/members/${ids.person}/disable`]: gives(200, { ...bo, disabledAt: at }),
    [`POST /v1/members/${ids.person}/enable`]: gives(200, bo),
    [`DELETE /v1/members/${ids.person}`]: gives(204),
    [`POST /v1/members/${ids.person}/password-reset`]: gives(201, { code, expiresAt: at }),
    'GET /v1/invitations': list(invitation),
    [`POST /v1/invitations/${ids.change}/resend`]: gives(200, { ...invitation, delivery: 'queued', code: null }),
    [`DELETE /v1/invitations/${ids.change}`]: gives(204),
    'GET /v1/service-accounts': list(machine),
    'POST /v1/service-accounts': gives(201, machine),
    [`PUT /v1/service-accounts/${ids.person}`]: gives(200, { ...machine, name: 'robot' }),
    [`POST /v1/service-accounts/${ids.person}/disable`]: gives(200, machine),
    [`DELETE /v1/service-accounts/${ids.person}`]: gives(204),
    'GET /v1/api-keys': list(key),
    'POST /v1/api-keys': gives(201, { ...key, key: 'aftr_live_new' }),
    [`PUT /v1/api-keys/${ids.decision}`]: gives(200, key),
    [`POST /v1/api-keys/${ids.decision}/rotate`]: gives(201, { ...key, key: 'aftr_live_new' }),
    'GET /v1/tenants': list(tenant),
    'POST /v1/tenants': gives(201, {
      id: ids.tenant,
      slug: 'globex',
      name: 'Globex',
      invitation: { ...invitation, code },
    }),
    [`POST /v1/tenants/${ids.tenant}/suspend`]: gives(204),
    [`POST /v1/tenants/${ids.tenant}/resume`]: gives(204),
    'POST /v1/password-resets': gives(202, {}),
    'POST /v1/password-resets/complete': gives(204),
  })

const lastOf = ({ received }: StandIn): Received | undefined => received.at(-1)

test.each<[line: string, method: string, path: string, body: unknown]>([
  ['user role bo@example.com approver', 'PUT', `/v1/members/${ids.person}`, { role: 'approver' }],
  ['user disable bo@example.com', 'POST', `/v1/members/${ids.person}/disable`, undefined],
  [`user enable ${ids.person}`, 'POST', `/v1/members/${ids.person}/enable`, undefined],
  ['user remove bo@example.com --yes', 'DELETE', `/v1/members/${ids.person}`, undefined],
  ['user reset-password bo@example.com', 'POST', `/v1/members/${ids.person}/password-reset`, undefined],
  ['invitation resend cy@example.com', 'POST', `/v1/invitations/${ids.change}/resend`, undefined],
  ['invitation revoke cy@example.com', 'DELETE', `/v1/invitations/${ids.change}`, undefined],
  [
    'service-account create pipeline --role member',
    'POST',
    '/v1/service-accounts',
    { name: 'pipeline', role: 'member' },
  ],
  ['service-account update pipeline --name robot', 'PUT', `/v1/service-accounts/${ids.person}`, { name: 'robot' }],
  ['service-account disable pipeline', 'POST', `/v1/service-accounts/${ids.person}/disable`, undefined],
  ['service-account delete pipeline', 'DELETE', `/v1/service-accounts/${ids.person}`, undefined],
  ['key rotate ci', 'POST', `/v1/api-keys/${ids.decision}/rotate`, { overlapHours: 24 }],
  ['key rotate ci --overlap-hours 0', 'POST', `/v1/api-keys/${ids.decision}/rotate`, { overlapHours: 0 }],
  ['key update ci --scope system:read', 'PUT', `/v1/api-keys/${ids.decision}`, { scopes: ['system:read'] }],
  [
    'key create ci --scope system:read --never-expires',
    'POST',
    '/v1/api-keys',
    { name: 'ci', scopes: ['system:read'], expiresInDays: null },
  ],
  [
    'tenant create globex --name Globex --admin ada@globex.example',
    'POST',
    '/v1/tenants',
    { slug: 'globex', name: 'Globex', adminEmail: 'ada@globex.example' },
  ],
  ['tenant suspend globex', 'POST', `/v1/tenants/${ids.tenant}/suspend`, undefined],
  ['tenant resume globex', 'POST', `/v1/tenants/${ids.tenant}/resume`, undefined],
  ['password forgot ada@example.com', 'POST', '/v1/password-resets', { email: 'ada@example.com' }],
])('%s', async (line, method, path, body) => {
  const server = await start()
  expect(await afterai(line.split(' '), { env: server.env })).toMatchObject({ code: 0 })
  const sent = lastOf(server)
  expect([sent?.method, sent?.path]).toEqual([method, path])
  expect(sent?.body ? JSON.parse(sent.body) : undefined).toEqual(body)
})

test.each([
  ['user list', ['Bo', 'bo@example.com', 'person']],
  ['invitation list', ['cy@example.com', 'failed (550)']],
  ['service-account list', ['pipeline']],
  ['key list', ['192.0.2.7', '(soon)', 'aftr_live_ab12']],
  ['tenant list --all', ['globex', 'Globex', '3']],
])('%s shows what matters', async (line, shown) => {
  const server = await start()
  const ran = await afterai(line.split(' '), { env: server.env })
  expect(ran.code).toBe(0)
  for (const text of shown) expect(ran.stdout).toContain(text)
})

test('a code or a key comes alone with --quiet; one that goes by mail never comes', async () => {
  const { env } = await start()
  const quiet = async (line: string): Promise<string> => (await afterai([...line.split(' '), '-q'], { env })).stdout
  expect(await quiet('user reset-password bo@example.com')).toBe(`${code}\n`)
  expect(await quiet('key rotate ci')).toBe('aftr_live_new\n')
  expect(await quiet('tenant create globex --admin a@b.example')).toBe(`${code}\n`)
  expect(await quiet('invitation resend cy@example.com')).toBe(`${ids.change}\n`)
})

test('asks before it removes a person, and doesn’t where nobody can answer', async () => {
  const server = await start()
  const line = ['user', 'remove', 'bo@example.com']
  expect((await afterai(line, { env: server.env })).code).toBe(2)
  expect((await afterai(line, { env: server.env, answers: ['n'] })).code).toBe(1)
  expect(server.received.filter(({ method }) => method === 'DELETE')).toEqual([])
  expect((await afterai(line, { env: server.env, answers: ['y'] })).code).toBe(0)
  expect(lastOf(server)?.method).toBe('DELETE')
})

test('P3.3: a new password is asked for, never taken from the command line, and needs no session', async () => {
  const server = await start()
  const { AFTERAI_API_KEY: _key, ...env } = server.env as Record<string, string>
  const password = 'a password of one sentence'
  const ran = await afterai(['password', 'set', '--code', code, '--password-stdin'], { env, stdin: `${password}\n` })
  expect(ran.code).toBe(0)
  expect(JSON.parse(lastOf(server)?.body ?? '')).toEqual({ code, password })
  expect(lastOf(server)?.headers.authorization).toBeUndefined()
  expect(ran.stdout + ran.stderr).not.toContain(password)
})

test.each([
  ['key rotate ci --overlap-hours 169', 'Give hours from 0 to 168.'],
  ['key update ci', 'Give --name, --scope or both.'],
  ['service-account update pipeline', 'Give --name, --role or both.'],
  ['service-account create x --role admin', 'Allowed choices are member, viewer, auditor'],
])('%s is a usage error that helps', async (line, message) => {
  const { env } = await start()
  const ran = await afterai(line.split(' '), { env })
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining(message) })
})
