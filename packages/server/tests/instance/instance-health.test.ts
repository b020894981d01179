import type { Health } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let admin: Person
let stranger: Person
beforeAll(async () => {
  server = await startTestServer({ rateReads: 12_345 })
  admin = server.admin
  stranger = await server.addPerson(await server.addTenant('elsewhere'), 'admin')
})
afterAll(() => server.stop())

const health = ({ token }: Person): Promise<Health> => server.expectOk({ path: '/v1/health', token })

/** What both tenants have left is in their logs. */
const settled = () =>
  vi.waitFor(async () => expect((await server.owner.query('select 1 from ledger_outbox')).rows).toEqual([]), {
    timeout: 20_000,
  })

/** Holds the logs up, as a slow disk would, while `work` runs. */
async function withLogsHeldUp(work: () => Promise<void>): Promise<void> {
  await server.owner.query('begin')
  await server.owner.query('lock table ledger_entry in exclusive mode')
  try {
    await work()
  } finally {
    await server.owner.query('rollback')
  }
}

describe('the health of the server', () => {
  test('is for administrators, in a session', async () => {
    for (const role of ['approver', 'member', 'viewer', 'auditor'] as const) {
      const { token } = await server.addPerson(admin.tenant, role)
      const { status, body } = await server.send({ path: '/v1/health', token })
      expect([role, status, body['permission']]).toEqual([role, 403, 'health:read'])
    }
    const { key } = await server.addKey(admin, ['system:read'])
    expect((await server.send({ path: '/v1/health', token: key })).status).toBe(403)
    expect((await server.send({ path: '/v1/health' })).status).toBe(401)
  })

  test('tells release, limits and log', async () => {
    await settled()
    const { log, limits, release, startedAt, sendsMail } = await health(admin)
    const { rows } = await server.owner.query<{ size: number }>(
      'select count(*)::int as size from ledger_entry where tenant_id = $1',
      [admin.tenant.id],
    )
    expect(log).toMatchObject({ size: rows[0]?.size, waiting: 0, oldestSeconds: 0, stopped: null })
    expect(Date.parse(log.signedAt ?? '')).toBeLessThanOrEqual(Date.now())
    expect(Date.parse(startedAt)).toBeLessThanOrEqual(Date.now())
    expect([limits.reads, release, sendsMail]).toEqual([12_345, expect.stringMatching(/^\d+\.\d+\.\d+/), false])
  })

  test('P1.1: shows a tenant what waits for its own log, and nothing of another’s', async () => {
    await settled()
    await withLogsHeldUp(async () => {
      const { token } = stranger
      for (const name of [crypto.randomUUID(), crypto.randomUUID()])
        await server.expectOk({ method: 'POST', path: '/v1/systems', token, body: { name } })
      expect((await health(stranger)).log.waiting).toBe(2)
      expect((await health(admin)).log.waiting).toBe(0)
      expect((await health(admin)).instance).toBeNull()
    })
    await settled()
    expect((await health(stranger)).log.waiting).toBe(0)
  })

  test('tells who operates the instance of all logs together', async () => {
    const operator = await server.operator()
    await settled()
    await withLogsHeldUp(async () => {
      for (const { token } of [admin, stranger])
        await server.expectOk({ method: 'POST', path: '/v1/systems', token, body: { name: crypto.randomUUID() } })
      const { instance } = await health(operator)
      expect(instance).toMatchObject({ waiting: 2, stoppedLogs: 0, streams: { sending: 0, failing: 0, paused: 0 } })
      expect(instance?.oldestSeconds).toBeGreaterThanOrEqual(0)
    })
  })
})
