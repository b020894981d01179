import { METHODS } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let port: number

beforeAll(async () => {
  server = await startTestServer()
  port = Number(new URL(await server.http.listen({ host: '127.0.0.1', port: 0 })).port)
})
afterAll(() => server.stop())

/** Sends a request by hand, and returns its answer: all of it, as text. */
function ask(lines: readonly string[], body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.once('error', reject).once('close', () => resolve(text))
    socket.write(`${[...lines, 'host: localhost', 'connection: close'].join('\r\n')}\r\n\r\n${body}`)
  })
}

const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1])

test.each(METHODS.filter((it) => it !== 'CONNECT'))(
  'P5.3: %s is answered below 500 everywhere, with and without a body and a content type',
  async (method) => {
    const odd = ['text/plain', 'application/json', 'application/x-protobuf', 'multipart/form-data', '; charset', '']
    const found = []
    for (const path of ['/livez', '/readyz', '/v1/session', '/v1/traces', '/nowhere', '/v1/systems/%00', '*']) {
      for (const headers of [[], ...odd.map((type) => [`content-type: ${type}`])]) {
        for (const body of ['', '{}']) {
          const length = body === '' ? [] : [`content-length: ${body.length}`]
          const text = await ask([`${method} ${path} HTTP/1.1`, ...headers, ...length], body)
          const status = statusOf(text)
          if (!(status < 500) || /\bat .*\.[jt]s:\d/.test(text)) found.push([path, headers, body, text.slice(0, 300)])
        }
      }
    }
    expect(found).toEqual([])
  },
)

test.each([
  'authorization: Bearer x',
  'content-type: application/json',
  'idempotency-key: a',
  'origin: http://localhost',
  'sec-fetch-site: same-origin',
  'content-encoding: identity',
])('P3.2: a request that says “%s” and something else beside it is refused', async (header) => {
  const name = header.split(':')[0] ?? ''
  for (const other of [`${name}: other`, `${name.toUpperCase()}: other`]) {
    const text = await ask(['GET /v1/me HTTP/1.1', header, other])
    expect(statusOf(text)).toBe(400)
    expect(text).toContain(`/headers/${name}`)
  }
})

test('P3.2: of two Authorization headers neither is taken, in whichever order', async () => {
  const right = `authorization: Bearer ${server.admin.token}`
  expect(statusOf(await ask(['GET /v1/me HTTP/1.1', right]))).toBe(200)
  for (const pair of [
    [right, 'authorization: Bearer x'],
    ['authorization: Basic x', right],
    [right, right],
  ]) {
    expect(statusOf(await ask(['GET /v1/me HTTP/1.1', ...pair]))).toBe(400)
  }
})

test('P3.2: a token that names a session and another account than its own is refused', async () => {
  const other = await server.addPerson(server.admin.tenant, 'member')
  const { sid } = JSON.parse(Buffer.from(other.token.split('.')[1] ?? '', 'base64url').toString()) as { sid: string }
  const { issueAccessToken } = await import('../../src/access/access-token.ts')
  const keys = server.keys.session
  const { token } = await issueAccessToken(keys, { sessionId: sid, accountId: server.admin.accountId })
  expect((await server.send({ path: '/v1/me', token })).status).toBe(401)
  expect((await server.send({ path: '/v1/me', token: other.token })).status).toBe(200)
})
