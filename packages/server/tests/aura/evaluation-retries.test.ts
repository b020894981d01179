import { once } from 'node:events'
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let member: Person
let origin: string

beforeAll(async () => {
  server = await startTestServer({ importMaxMib: 24 })
  member = await server.addPerson(server.admin.tenant, 'member')
  origin = await server.http.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => server.stop())

const resultsOf = (cases: number): string =>
  `case_id,accuracy\n${Array.from({ length: cases }, (_, index) => `q${index},${index % 2}\n`).join('')}`

/** More than 8 MiB, most of it dropped. */
const largeResults = (): string =>
  `case_id,accuracy,answer\n${Array.from({ length: 9_000 }, (_, index) => `q${index},${index % 2},${'x'.repeat(1_000)}\n`).join('')}`

const headersOf = (key: string): Record<string, string> => ({
  authorization: `Bearer ${member.token}`,
  'content-type': 'text/csv',
  'idempotency-key': key,
})

/** Sends a file until it is taken: the test shares the server's thread, which sheds load while that is busy. */
async function upload(key: string, body: string): Promise<{ status: number; id: string }> {
  const answer = await fetch(`${origin}/v1/evaluations?format=csv&label=${key}`, {
    method: 'POST',
    headers: headersOf(key),
    body,
  })
  const { id } = (await answer.json()) as { id: string }
  if (answer.status === 503) return upload(key, body)
  return { status: answer.status, id }
}

/** How many evaluations are kept of those that were sent under a key. */
async function kept(key: string): Promise<number> {
  return (await server.owner.query('select from evaluation where label = $1', [key])).rows.length
}

test('P2.4: a retry finds what the first try stored, tries at once store one, and another file under the same key is refused', async () => {
  const first = await upload('retry-1', resultsOf(100))
  expect(first.status).toBe(201)
  expect(await upload('retry-1', resultsOf(100))).toEqual(first)
  expect((await upload('retry-1', resultsOf(101))).status).toBe(409)
  const [one, two] = await Promise.all([upload('retry-2', resultsOf(5_000)), upload('retry-2', resultsOf(5_000))])
  expect(one).toEqual(two)
  expect([await kept('retry-1'), await kept('retry-2')]).toEqual([1, 1])
})

test('P2.4: what a client that went away had asked for is not kept, and its retry is as good as the first try', async () => {
  const body = largeResults()
  const sent = request(`${origin}/v1/evaluations?format=csv&label=gone-1`, {
    method: 'POST',
    headers: headersOf('gone-1'),
  })
  sent.on('error', () => undefined).end(body)
  await once(sent, 'finish')
  sent.destroy()
  // Large files are read one after the other: once the next one is answered, nothing more comes of the first.
  expect((await upload('next-1', body)).status).toBe(201)
  expect(await kept('gone-1')).toBe(0)
  expect((await upload('gone-1', body)).status).toBe(201)
  expect(await kept('gone-1')).toBe(1)
})
