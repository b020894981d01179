import { setTimeout as sleep } from 'node:timers/promises'
import type { Role } from '@afterai/contract'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ComposedServer } from '../../src/instance/composition.ts'
import { type EventReader, readEvents } from '../../testing/event-reader.ts'
import { composeBeside, type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

const liveLimits = { ofAccount: 3, ofTenant: 8, inAll: 10, remembered: 20, beatMs: 50, recheckMs: 100 }

let server: TestServer
let beside: ComposedServer
let origin: string
let otherOrigin: string
const opened: EventReader[] = []

beforeAll(async () => {
  server = await startTestServer({ liveLimits })
  beside = await composeBeside(server, { liveLimits })
  beside.begin()
  origin = await server.http.listen({ host: '127.0.0.1', port: 0 })
  otherOrigin = await beside.http.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  for (const it of opened.splice(0)) it.leave()
  // The server learns of it a moment later.
  await sleep(100)
})
afterAll(async () => {
  await beside.close()
  await server.stop()
})

async function follow(token: string, { at = origin, after }: { at?: string; after?: string | undefined } = {}) {
  const reader = await readEvents(at, {
    authorization: `Bearer ${token}`,
    ...(after === undefined ? {} : { 'last-event-id': after }),
  })
  opened.push(reader)
  // Where it is let in, it has begun once it tells from where it goes on.
  await expect.poll(() => reader.status !== 200 || reader.position() !== undefined).toBe(true)
  return reader
}

let made = 0
const newSystem = async (whose: Person = server.admin): Promise<string> => {
  const body = { name: `system-${(made += 1)}` }
  return (await server.expectOk<{ id: string }>({ method: 'POST', path: '/v1/systems', token: whose.token, body })).id
}
const person = (role: Role) => server.addPerson(server.admin.tenant, role)
const kindsOf = ({ events }: EventReader): string[] => events.map(({ kind }) => kind)
const idsOf = ({ events }: EventReader, kind: string): unknown[] =>
  events.flatMap((it) => (it.kind === kind ? [it.data['id']] : []))

describe('a stream of events', () => {
  test('tells what one process changed to who follows another one, by kind and ids alone', async () => {
    const member = await person('member')
    const [here, there] = [await follow(member.token), await follow(member.token, { at: otherOrigin })]
    const id = await newSystem()
    for (const reader of [here, there]) {
      await expect.poll(() => idsOf(reader, 'system')).toEqual([id])
      expect(reader.events[0]?.data).toEqual({ id, changeId: null })
      expect(reader.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    }
  })

  test('tells of a change with its id, once its transaction is committed', async () => {
    const member = await person('member')
    await newSystem()
    const reader = await follow(member.token)
    const body = { system: `system-${made}`, title: 'A quieter tone', changeTypes: ['prompt'] }
    const change = await server.expectOk<{ id: string }>({
      method: 'POST',
      path: '/v1/changes',
      token: member.token,
      body,
    })
    await expect.poll(() => idsOf(reader, 'change')).toContain(change.id)
    expect(reader.events.find(({ kind }) => kind === 'change')?.data).toEqual({ id: change.id, changeId: change.id })
    expect(JSON.stringify(reader.events)).not.toContain('quieter')
  })

  test('P4.1: tells nobody of another tenant, nor where they go on from', async () => {
    const tenant = await server.addTenant('elsewhere')
    const stranger = await server.addPerson(tenant, 'admin')
    const theirs = await follow(stranger.token)
    const ours = await follow((await person('admin')).token)
    const before = theirs.position()
    await newSystem()
    await expect.poll(() => idsOf(ours, 'system')).toHaveLength(1)
    const own = await newSystem(stranger)
    await expect.poll(() => idsOf(theirs, 'system')).toEqual([own])
    expect(idsOf(ours, 'system')).not.toContain(own)
    // A position of ours is none of theirs.
    const stolen = await follow(stranger.token, { after: ours.position() })
    await expect.poll(() => kindsOf(stolen)).toEqual(['reset'])
    expect(before).not.toBe(ours.position())
  })

  test('P3.1: tells each only of kinds that they may read', async () => {
    const [member, auditor] = [await person('member'), await person('auditor')]
    const { key } = await server.addKey(server.admin, ['change:read'])
    const readers = await Promise.all([member.token, auditor.token, key].map((token) => follow(token)))
    await newSystem()
    const body = { system: `system-${made}`, title: 'T', changeTypes: ['prompt'] }
    await server.expectOk({ method: 'POST', path: '/v1/changes', token: server.admin.token, body })
    const seen = readers.map((it) => new Set(kindsOf(it)))
    await expect
      .poll(() => readers.map((it) => [...new Set(kindsOf(it))].toSorted()))
      .toEqual([['change', 'system'], ['audit', 'change', 'system'], ['change']])
    expect(seen).toHaveLength(3)
  })

  test('tells nothing of what was only read: following what a stream tells never tells of itself', async () => {
    const reader = await follow((await person('auditor')).token)
    await server.expectOk({ path: '/v1/audit-events', token: server.admin.token })
    await server.signIn(server.admin.email, server.admin.password)
    const id = await newSystem()
    await expect.poll(() => idsOf(reader, 'system')).toEqual([id])
    expect(kindsOf(reader)).toEqual(['system', 'audit'])
  })

  test('is for who is let in, and opens nothing to be asked by HEAD', async () => {
    expect((await fetch(`${origin}/v1/events`)).status).toBe(401)
    const headers = { authorization: `Bearer ${server.admin.token}` }
    const head = await fetch(`${origin}/v1/events`, { method: 'HEAD', headers })
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  })
})

describe('a stream that broke off', () => {
  test('goes on where it was, at any process that listened meanwhile', async () => {
    const member = await person('member')
    const [first, elsewhere] = [await follow(member.token), await follow(member.token, { at: otherOrigin })]
    await newSystem()
    await expect.poll(() => [first, elsewhere].map((it) => idsOf(it, 'system').length)).toEqual([1, 1])
    const after = first.position()
    first.leave()
    const missed = [await newSystem(), await newSystem()]
    await expect.poll(() => idsOf(elsewhere, 'system')).toHaveLength(3)
    for (const at of [origin, otherOrigin]) {
      const again = await follow(member.token, { at, after })
      await expect.poll(() => idsOf(again, 'system')).toEqual(missed)
      again.leave()
    }
  })

  test('goes on from before anything was told', async () => {
    const tenant = await server.addTenant('quiet')
    const admin = await server.addPerson(tenant, 'admin')
    const first = await follow(admin.token)
    first.leave()
    const id = await newSystem(admin)
    const again = await follow(admin.token, { after: first.position() })
    await expect.poll(() => [idsOf(again, 'system'), kindsOf(again).includes('reset')]).toEqual([[id], false])
  })

  test.each(['nonsense', crypto.randomUUID(), ''])(
    'is told that something may have been missed where nobody knows what: %j',
    async (after) => {
      const reader = await follow((await person('viewer')).token, { after })
      await expect.poll(() => kindsOf(reader)).toEqual(['reset'])
    },
  )

  test('is told the same when more happened than is remembered', async () => {
    const member = await person('member')
    const first = await follow(member.token)
    await newSystem()
    await expect.poll(() => idsOf(first, 'system')).toHaveLength(1)
    const after = first.position()
    first.leave()
    for (let n = 0; n < liveLimits.remembered; n += 1) await newSystem()
    const again = await follow(member.token, { after })
    await expect.poll(() => kindsOf(again)[0]).toBe('reset')
  })

  test('is told the same when the connection on which the server hears was lost', async () => {
    const reader = await follow((await person('member')).token)
    await server.owner.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'afterai events' and datname = current_database()`,
    )
    await expect.poll(() => kindsOf(reader)).toContain('reset')
    const id = await newSystem()
    await expect.poll(() => idsOf(reader, 'system')).toContain(id)
  })
})

describe('P3.2: a stream ends with what let it in', () => {
  test.each([
    [
      'signing out',
      'session_revoked',
      (it: Person) => server.send({ method: 'DELETE', path: '/v1/session', token: it.token }),
    ],
    [
      'being idle for too long',
      'session_revoked',
      (it: Person) =>
        server.owner.query(`update session set used_at = now() - interval '61 minutes' where account_id = $1`, [
          it.accountId,
        ]),
    ],
    [
      'the suspension of the tenant',
      'tenant_suspended',
      (it: Person) => server.owner.query('update tenant set suspended_at = now() where id = $1', [it.tenant.id]),
    ],
  ] as const)('%s', async (_name, code, end) => {
    const tenant = await server.addTenant(`ends-${(made += 1)}`)
    const reader = await follow((await server.addPerson(tenant, 'member')).token)
    expect(reader.status).toBe(200)
    const whose = await server.addPerson(tenant, 'member')
    const other = await follow(whose.token)
    await end(whose)
    await expect.poll(() => other.events.at(-1)).toMatchObject({ kind: 'end', data: { code } })
    await expect.poll(() => other.isOver()).toBe(true)
  })

  test('and tells no more than a role that became smaller may read', async () => {
    const admin = await person('admin')
    const reader = await follow(admin.token)
    await server.owner.query(`update membership set role = 'viewer' where account_id = $1`, [admin.accountId])
    await sleep(4 * liveLimits.recheckMs)
    const id = await newSystem()
    await expect.poll(() => idsOf(reader, 'system')).toContain(id)
    expect(kindsOf(reader)).not.toContain('audit')
  })

  test('ASVS 7.3.1: and is no use of its session', async () => {
    const member = await person('member')
    await server.owner.query(`update session set used_at = now() - interval '50 minutes' where account_id = $1`, [
      member.accountId,
    ])
    const read = async () =>
      (await server.owner.query('select used_at from session where account_id = $1', [member.accountId])).rows
    const before = await read()
    const reader = await follow(member.token)
    await expect.poll(() => reader.beats()).toBeGreaterThan(5)
    expect(await read()).toEqual(before)
  })
})

describe('P5.3: streams are bounded', () => {
  test('by account, by tenant and in all: one too many is refused with when to come back', async () => {
    const [one, two, three] = [await person('viewer'), await person('viewer'), await person('viewer')]
    const far = await server.addPerson(await server.addTenant('far-away'), 'viewer')
    const statuses = async (whose: Person, times: number) => {
      const readers = []
      for (let n = 0; n < times; n += 1) readers.push(await follow(whose.token))
      return readers
    }
    const refused = (await statuses(one, 4)).at(-1)
    expect([refused?.status, refused?.body]).toMatchObject([429, { code: 'too_many_requests' }])
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await statuses(two, 3)).map(({ status }) => status)).toEqual([200, 200, 200])
    expect((await statuses(three, 3)).map(({ status }) => status)).toEqual([200, 200, 429])
    expect((await statuses(far, 3)).map(({ status }) => status)).toEqual([200, 200, 429])
  })

  test('and hold no place that other requests need', async () => {
    const small = await composeBeside(server, {
      liveLimits: { ...liveLimits, ofAccount: 40, ofTenant: 40, inAll: 40 },
      maxConnections: 32,
    })
    const at = await small.http.listen({ host: '127.0.0.1', port: 0 })
    const member = await person('member')
    const readers = []
    for (let n = 0; n < 8; n += 1) readers.push(await follow(member.token, { at }))
    expect(readers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
    const headers = { authorization: `Bearer ${member.token}` }
    const asked = await small.http.inject({ method: 'GET', url: '/v1/systems', headers })
    expect(asked.statusCode).toBe(200)
    await small.close()
  })
})

test('P5.3: hundreds of streams are told, and take a few kilobytes each', async () => {
  const many = 200
  const wide = await composeBeside(server, {
    maxConnections: 10 * many,
    liveLimits: { ofAccount: many, ofTenant: many, inAll: many, beatMs: 60_000 },
  })
  const at = await wide.http.listen({ host: '127.0.0.1', port: 0 })
  const member = await person('member')
  await follow(member.token, { at })
  const before = process.memoryUsage().heapUsed
  const readers = await Promise.all(Array.from({ length: many - 1 }, () => follow(member.token, { at })))
  const ids = [await newSystem(), await newSystem()]
  await expect.poll(() => readers.filter((it) => idsOf(it, 'system').length === ids.length).length).toBe(many - 1)
  // Those who read are in this process too.
  expect((process.memoryUsage().heapUsed - before) / many).toBeLessThan(400 * 1024)
  await wide.close()
})

test('a server that stops ends its streams at once, and keeps nobody', async () => {
  const stopping = await composeBeside(server, { liveLimits })
  stopping.begin()
  const at = await stopping.http.listen({ host: '127.0.0.1', port: 0 })
  const reader = await follow((await person('member')).token, { at })
  await stopping.close()
  await expect.poll(() => reader.isOver()).toBe(true)
  expect(kindsOf(reader)).not.toContain('end')
})
