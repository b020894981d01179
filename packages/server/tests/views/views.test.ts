import { type Preferences, type SavedView, usualPreferences, viewRequest } from '@afterai/contract'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let ada: Person
let bo: Person

beforeAll(async () => {
  server = await startTestServer()
  ada = await server.addPerson(server.admin.tenant, 'member')
  bo = await server.addPerson(server.admin.tenant, 'viewer')
})
afterAll(() => server.stop())

type Problem = { code: string; errors: { pointer: string }[] }

const view = {
  name: 'Worse',
  query: 'verdict=regression',
  columns: ['title'],
  density: 'default',
  shared: false,
} as const

const keep = (whose: Person, body: object = view) =>
  server.send<SavedView & Problem>({ method: 'POST', path: '/v1/views', token: whose.token, body })
const change = (whose: Person, id: string, body: object) =>
  server.send<SavedView & Problem>({ method: 'PUT', path: `/v1/views/${id}`, token: whose.token, body })
const remove = (whose: Person, id: string) =>
  server.send<Problem>({ method: 'DELETE', path: `/v1/views/${id}`, token: whose.token })
const seenBy = async (whose: Person): Promise<string[]> =>
  (await server.expectOk<{ items: SavedView[] }>({ path: '/v1/views', token: whose.token })).items.map(({ id }) => id)

describe('preferences', () => {
  const path = '/v1/me/preferences'
  const set = (whose: Person, body: object) =>
    server.send<Preferences & Problem>({ method: 'PUT', path, token: whose.token, body })
  const read = (whose: Person) => server.expectOk<Preferences>({ path, token: whose.token })
  const mine: Preferences = {
    timeZone: 'Asia/Kolkata',
    density: 'compact',
    theme: 'dark',
    letterKeys: false,
    notesSeen: ['life.change'],
  }

  test('are what everybody begins with, until somebody sets their own', async () => {
    expect(await read(ada)).toEqual(usualPreferences)
    expect((await set(ada, mine)).body).toEqual(mine)
    expect((await set(ada, { ...mine, theme: 'light', notesSeen: ['a', 'a'] })).body.notesSeen).toEqual(['a'])
    expect([(await read(ada)).theme, await read(bo)]).toEqual(['light', usualPreferences])
  })

  test('of two tenants are two: nothing that one lets in shows what is set in another', async () => {
    const other = await server.addTenant('preferring')
    await server.owner.query(
      `insert into membership (tenant_id, account_id, role, name, email) values ($1, $2, 'viewer', 'A', $3)`,
      [other.id, ada.accountId, ada.email],
    )
    const request = {
      method: 'POST',
      path: '/v1/session',
      body: { email: ada.email, password: ada.password, tenant: 'preferring' },
    } as const
    const { accessToken } = await server.expectOk<{ accessToken: string }>(request)
    expect(await server.expectOk({ path, token: accessToken })).toEqual(usualPreferences)
  })

  test.each([
    ['/timeZone', { timeZone: 'Mars/Olympus' }],
    ['/timeZone', { timeZone: '+02:00' }],
    ['/timeZone', { timeZone: '../../etc/passwd' }],
    ['/density', { density: 'airy' }],
    ['/notesSeen/0', { notesSeen: ['<b>'] }],
    ['/notesSeen', { notesSeen: Array.from({ length: 101 }, (_, n) => `n${n}`) }],
    ['/', { language: 'fr' }],
  ])('refuse at %s what they don’t know: %j', async (pointer, wrong) => {
    const { status, body } = await set(bo, { ...mine, ...wrong })
    expect([status, body.errors[0]?.pointer]).toEqual([400, pointer])
  })

  test('are nothing for a machine', async () => {
    const { key } = await server.addKey(server.admin, ['system:read'])
    expect((await server.send({ path, token: key })).status).toBe(403)
  })
})

describe('a kept view', () => {
  test('is its author’s alone, until they share it', async () => {
    const { status, body } = await keep(ada)
    expect([status, body]).toEqual([201, { ...view, id: body.id, authorId: ada.accountId, authorName: 'The member' }])
    expect(await seenBy(bo)).not.toContain(body.id)
    expect((await change(bo, body.id, view)).status).toBe(404)
    expect((await remove(server.admin, body.id)).status).toBe(404)
    expect((await change(ada, body.id, { ...view, shared: true })).body.shared).toBe(true)
    expect(await seenBy(bo)).toContain(body.id)
  })

  test('that is shared is changed by its author and by administrators alone', async () => {
    const { id } = (await keep(ada, { ...view, shared: true })).body
    expect((await change(bo, id, view)).body.code).toBe('forbidden')
    expect((await remove(bo, id)).body.code).toBe('forbidden')
    const changed = await change(server.admin, id, { ...view, name: 'Ours', shared: true })
    expect(changed.body).toMatchObject({ name: 'Ours', authorId: ada.accountId })
    expect((await remove(server.admin, id)).status).toBe(204)
    expect(await seenBy(ada)).not.toContain(id)
  })

  test.each([
    'javascript:alert(1)',
    'https://evil.example/?a=b',
    '//evil.example',
    'a=<b>',
    'a="b"',
    'a b',
    'a=%zz',
    'a=b#c',
    'a=b\\c',
    'x'.repeat(2001),
  ])('holds no address and no markup: %j is refused', async (query) => {
    const { status, body } = await keep(ada, { ...view, query })
    expect([status, body.errors[0]?.pointer]).toEqual([400, '/query'])
  })

  test('holds whatever a browser makes of values, and leads nowhere else', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
          fc.string({ unit: 'grapheme', maxLength: 20 }),
        ),
        (values) => {
          const query = new URLSearchParams(values).toString()
          const { success } = viewRequest.safeParse({ ...view, query })
          expect(success || query.length > 2000).toBe(true)
          expect(new URL(`?${query}`, 'https://afterai.example.com/changes').origin).toBe('https://afterai.example.com')
        },
      ),
    )
  })

  test('is one of a hundred, also where two are kept at once', async () => {
    const collector = await server.addPerson(server.admin.tenant, 'member')
    const statuses = (await Promise.all(Array.from({ length: 104 }, () => keep(collector)))).map(({ status }) => status)
    expect(statuses.filter((status) => status === 201)).toHaveLength(100)
    expect(new Set(statuses)).toEqual(new Set([201, 409]))
  })

  test('goes with its author, but for what they shared', async () => {
    const leaver = await server.addPerson(server.admin.tenant, 'member')
    const [alone, shared] = [(await keep(leaver)).body.id, (await keep(leaver, { ...view, shared: true })).body.id]
    const path = `/v1/members/${leaver.accountId}`
    await server.expectOk({ method: 'DELETE', path, token: server.admin.token })
    const { rows } = await server.owner.query<{ id: string }>('select id from saved_view where author_id = $1', [
      leaver.accountId,
    ])
    expect(rows).toEqual([{ id: shared }])
    expect(alone).not.toBe(shared)
  })

  test('is kept once, however often it was sent', async () => {
    const headers = { 'idempotency-key': 'one-view' }
    const request = { method: 'POST', path: '/v1/views', token: bo.token, headers, body: view } as const
    const [first, again] = [await server.expectOk<SavedView>(request), await server.expectOk<SavedView>(request)]
    expect(again.id).toBe(first.id)
  })
})
