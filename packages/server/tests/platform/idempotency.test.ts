import { afterAll, beforeAll, expect, test } from 'vitest'
import { readScores, scoresImport } from '../../testing/lifecycle.ts'
import { type Answer, type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let member: Person
let colleague: Person

beforeAll(async () => {
  server = await startTestServer()
  member = await server.addPerson(server.admin.tenant, 'member')
  colleague = await server.addPerson(server.admin.tenant, 'member')
})
afterAll(() => server.stop())

function create(name: string, key: string, { token }: Person = member): Promise<Answer<{ id: string; code: string }>> {
  const headers = { 'idempotency-key': key }
  return server.send({ method: 'POST', path: '/v1/systems', token, headers, body: { name } })
}

async function systemsNamed(name: string): Promise<number> {
  return (await server.owner.query('select from system where name = $1', [name])).rows.length
}

test('P2.4: the same key and body get the same answer, and change something once', async () => {
  const first = await create('once', 'key-1')
  const second = await create('once', 'key-1')
  expect([first.status, second.status]).toEqual([201, 201])
  expect(second.text).toBe(first.text)
  expect(await systemsNamed('once')).toBe(1)
  const events = await server.owner.query(
    `select from audit_event where action = 'system.create' and details->>'name' = 'once'`,
  )
  expect(events.rows).toHaveLength(1)
})

test('the same key with another body, another address or another method is refused', async () => {
  await create('first', 'key-2')
  expect((await create('second', 'key-2')).body.code).toBe('idempotency_conflict')
  expect(await systemsNamed('second')).toBe(0)
  const headers = { 'idempotency-key': 'key-2' }
  const body = { system: 'first', title: 'T', changeTypes: ['data'] }
  const other = await server.send({ method: 'POST', path: '/v1/changes', token: member.token, headers, body })
  expect(other.body['code']).toBe('idempotency_conflict')
})

test('P2.4: twenty retries at once change something once and all get the same answer', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => create('crowd', 'key-3')))
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  expect(answers.every(({ status }) => status === 201)).toBe(true)
  expect(await systemsNamed('crowd')).toBe(1)
})

test('the key of another member is another key', async () => {
  expect((await create('mine', 'shared')).status).toBe(201)
  expect((await create('yours', 'shared', colleague)).status).toBe(201)
  expect(await systemsNamed('yours')).toBe(1)
})

test('a refused request leaves its key free', async () => {
  expect((await create('mine', 'key-4')).body.code).toBe('conflict')
  expect((await create('not-mine', 'key-4')).status).toBe(201)
})

test('the bytes of an uploaded file belong to the request', async () => {
  const upload = async (file: 'baseline.csv' | 'candidate.csv') =>
    server.send({
      method: 'POST',
      path: scoresImport,
      token: member.token,
      headers: { 'content-type': 'text/csv', 'idempotency-key': 'file' },
      body: await readScores(file),
    })
  const first = await upload('baseline.csv')
  expect(first.status).toBe(201)
  expect((await upload('baseline.csv')).text).toBe(first.text)
  expect((await upload('candidate.csv')).body['code']).toBe('idempotency_conflict')
  expect((await server.owner.query('select from evaluation')).rows).toHaveLength(1)
})

test.each(['', 'a'.repeat(256), 'with space', 'ümlaut'])('refuses %j as a key', async (key) => {
  const answer = await create('never', key)
  expect(answer.status).toBe(400)
  expect(await systemsNamed('never')).toBe(0)
})

test('P3.3: answers that hold a secret are never kept', async () => {
  const headers = { 'idempotency-key': 'secret' }
  const body = { name: 'k', scopes: ['system:read'] }
  const request = { method: 'POST', path: '/v1/api-keys', token: member.token, headers, body } as const
  const [first, second] = [await server.send(request), await server.send(request)]
  expect(first.body['key']).not.toBe(second.body['key'])
  const { rows } = await server.owner.query(`select from idempotency where key = 'secret' or body::text like '%aftr_%'`)
  expect(rows).toEqual([])
})
