import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

test('the page that verifies records is a file for everybody: an attachment, which the server runs nothing of', async () => {
  const built = await readFile(new URL('../../../console/dist/verifier.html', import.meta.url), 'utf8')
  const { status, headers, text } = await server.send({ path: '/verifier.html' })
  expect(status).toBe(200)
  expect(text).toBe(built)
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-disposition': 'attachment; filename="verify.html"',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
  })
})
