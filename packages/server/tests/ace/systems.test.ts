import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

test('a system that was just created is answered as it is answered ever after', async () => {
  const { token } = server.admin
  const body = { name: 'created', title: 'Created' }
  const created = await server.expectOk({ method: 'POST', path: '/v1/systems', token, body })
  expect(await server.expectOk({ path: '/v1/systems/created', token })).toEqual(created)
})
