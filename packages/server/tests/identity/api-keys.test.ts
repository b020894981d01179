import type { ApiKeyView } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let owner: Person

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.addPerson(server.admin.tenant, 'member')
})
afterAll(() => server.stop())

type Key = ApiKeyView & { key: string; code: string }

const send = (by: Pick<Person, 'token'>, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) =>
  server.send<Key>({ method, path, token: by.token, ...(body === undefined ? {} : { body }) })
const create = (by: Person, body: object = {}) =>
  send(by, 'POST', '/v1/api-keys', { name: 'ci', scopes: ['system:read', 'system:write'], ...body })
const rotate = (by: Person, id: string, overlapHours: number) =>
  send(by, 'POST', `/v1/api-keys/${id}/rotate`, { overlapHours })
const works = async (key: string): Promise<boolean> =>
  (await server.send({ path: '/v1/me', token: key })).status === 200
const list = async (by: Person, query = ''): Promise<ApiKeyView[]> =>
  (await server.expectOk<{ items: ApiKeyView[] }>({ path: `/v1/api-keys?limit=200${query}`, token: by.token })).items

describe('P3.3: rotating a key', () => {
  test('shows the new one once; the old one works until its set end and not after', async () => {
    const { body: old } = await create(owner)
    const { status, body: next } = await rotate(owner, old.id, 24)
    expect(status).toBe(201)
    expect(next).toMatchObject({ name: 'ci', scopes: old.scopes, accountId: owner.accountId, replacedBy: null })
    expect([await works(old.key), await works(next.key)]).toEqual([true, true])
    const shown = (await list(owner)).find(({ id }) => id === old.id)
    expect(shown).toMatchObject({ replacedBy: next.id, expiresSoon: true })
    const hours = (Date.parse(shown?.expiresAt ?? '') - Date.now()) / 3_600_000
    expect(hours).toBeGreaterThan(23.9)
    expect(hours).toBeLessThanOrEqual(24)
    expect(JSON.stringify(await list(server.admin))).not.toContain(next.key)
    await server.owner.query(`update api_key set expires_at = now() where id = $1`, [old.id])
    expect([await works(old.key), await works(next.key)]).toEqual([false, true])
  })

  test('with no overlap ends the old one at once; overlap never lengthens a life', async () => {
    const { body: old } = await create(owner)
    const { body: next } = await rotate(owner, old.id, 0)
    expect([await works(old.key), await works(next.key)]).toEqual([false, true])
    const soon = new Date(Date.now() + 3_600_000)
    await server.owner.query('update api_key set expires_at = $1 where id = $2', [soon, next.id])
    await rotate(owner, next.id, 168)
    expect((await list(owner)).find(({ id }) => id === next.id)?.expiresAt).toBe(soon.toISOString())
  })

  test('gives the new one the span of the old one’s life, also where that is for ever', async () => {
    const { body: short } = await create(owner, { expiresInDays: 7 })
    const { body: next } = await rotate(owner, short.id, 0)
    const days = (Date.parse(next.expiresAt ?? '') - Date.now()) / 86_400_000
    expect(Math.round(days)).toBe(7)
    const { body: endless } = await create(owner, { expiresInDays: null })
    expect(endless.expiresAt).toBeNull()
    expect((await rotate(owner, endless.id, 1)).body.expiresAt).toBeNull()
  })

  test('leaves one successor under ten attempts at once', async () => {
    const { body: old } = await create(owner)
    const answers = await Promise.all(Array.from({ length: 10 }, () => rotate(owner, old.id, 1)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.code === 'invalid_transition')).toHaveLength(9)
  })

  test('P3.1, ASVS 8.2.2: is for its owner; an admin can revoke another person’s key, not become them', async () => {
    const { body } = await create(owner)
    const colleague = await server.addPerson(server.admin.tenant, 'member')
    expect((await rotate(colleague, body.id, 0)).status).toBe(404)
    expect((await send(colleague, 'DELETE', `/v1/api-keys/${body.id}`)).status).toBe(404)
    expect((await rotate(server.admin, body.id, 0)).body.code).toBe('forbidden')
    expect(await works(body.key)).toBe(true)
    expect((await list(server.admin)).some(({ id }) => id === body.id)).toBe(true)
    expect((await list(colleague)).some(({ id }) => id === body.id)).toBe(false)
    expect((await send(server.admin, 'DELETE', `/v1/api-keys/${body.id}`)).status).toBe(204)
    expect(await works(body.key)).toBe(false)
    expect((await rotate(owner, body.id, 24)).status).toBe(404)
  })

  test('P3.1: gives no scope that the owner has lost', async () => {
    const person = await server.addPerson(server.admin.tenant, 'member')
    const { body } = await create(person)
    const machine = await send(server.admin, 'POST', '/v1/service-accounts', { name: 'm', role: 'member' })
    const { accountId } = machine.body
    const { body: ofMachine } = await create(server.admin, { accountId })
    const role = { role: 'viewer' }
    await server.expectOk({
      method: 'PUT',
      path: `/v1/service-accounts/${accountId}`,
      token: server.admin.token,
      body: role,
    })
    expect((await rotate(server.admin, ofMachine.id, 0)).body.scopes).toEqual(['system:read'])
    await server.owner.query(`update membership set role = 'approver' where account_id = $1`, [person.accountId])
    expect((await rotate(person, body.id, 0)).body.scopes).toEqual(['system:read', 'system:write'])
  })

  test.each([-1, 169, 1.5, '24', null])('takes 0 to 168 whole hours: not %j', async (overlapHours) => {
    const { body } = await create(owner)
    const answer = await send(owner, 'POST', `/v1/api-keys/${body.id}/rotate`, { overlapHours })
    expect(answer.status).toBe(400)
    expect(await works(body.key)).toBe(true)
  })
})

describe('P3.3, ASVS 8.3.2: changing a key', () => {
  test('takes scopes away at once and never gives any', async () => {
    const { body } = await create(owner, { scopes: ['system:read', 'change:read'] })
    const path = `/v1/api-keys/${body.id}`
    const wider = await send(owner, 'PUT', path, { scopes: ['system:read', 'system:write'] })
    expect([wider.status, wider.body.code]).toEqual([403, 'forbidden'])
    const narrower = await send(owner, 'PUT', path, { name: 'renamed', scopes: ['system:read'] })
    expect(narrower.body).toMatchObject({ name: 'renamed', scopes: ['system:read'] })
    expect((await server.send({ path: '/v1/changes', token: body.key })).status).toBe(403)
    const back = await send(owner, 'PUT', path, { scopes: ['system:read', 'change:read'] })
    expect(back.status).toBe(403)
  })

  test('is not for keys themselves', async () => {
    const { body } = await create(owner)
    for (const [method, path] of [
      ['POST', '/v1/api-keys'],
      ['PUT', `/v1/api-keys/${body.id}`],
      ['POST', `/v1/api-keys/${body.id}/rotate`],
      ['DELETE', `/v1/api-keys/${body.id}`],
      ['GET', '/v1/api-keys'],
    ] as const) {
      expect((await send({ token: body.key }, method, path)).status).toBe(403)
    }
  })
})

describe('P3.3: the list of keys', () => {
  test('tells when and from where each was last used, and whose it is', async () => {
    const { body } = await create(owner)
    await server.send({ path: '/v1/systems', token: body.key })
    const shown = (await list(server.admin)).find(({ id }) => id === body.id)
    expect(shown).toMatchObject({ accountName: 'The member', lastUsedAddress: '127.0.0.1' })
    expect(shown?.lastUsedAt).not.toBeNull()
  })

  test('warns of those that end within 14 days', async () => {
    const ids = await Promise.all(
      [5, 14, 15, null].map(async (expiresInDays) => (await create(owner, { expiresInDays })).body.id),
    )
    const revoked = (await create(owner, { expiresInDays: 3 })).body.id
    await send(owner, 'DELETE', `/v1/api-keys/${revoked}`)
    const warned = (await list(owner, '&expiring=true')).map(({ id }) => id)
    expect(ids.map((id) => warned.includes(id))).toEqual([true, true, false, false])
    expect(warned).not.toContain(revoked)
    const soon = (await list(owner)).filter(({ expiresSoon }) => expiresSoon).map(({ id }) => id)
    expect(new Set(soon)).toEqual(new Set(warned))
  })
})
