import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let port: number

beforeAll(async () => {
  server = await startTestServer({ publicUrl: 'https://afterai.example.com' })
  port = Number(new URL(await server.http.listen({ host: '127.0.0.1', port: 0 })).port)
})
afterAll(() => server.stop())

async function exchange(bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('latin1').on('data', (text) => (answer += text))
  socket.on('error', () => undefined)
  socket.write(bytes, 'latin1')
  await once(socket, 'close')
  return answer
}

const statusesOf = (answer: string): string[] => answer.match(/(?<=HTTP\/1\.1 )\d{3}/g) ?? []

/** A request that an attacker would have the server take for one of the next client on the connection. */
const smuggled = 'GET /livez HTTP/1.1\r\nhost: x\r\n\r\n'
const post = (...headers: string[]): string =>
  ['POST /v1/session HTTP/1.1', 'host: x', 'content-type: application/json', ...headers, '', ''].join('\r\n')

describe('ASVS 4.2.1, P5.3: nothing can be smuggled in another request', () => {
  test.each([
    ['CL.TE', `${post('content-length: 6', 'transfer-encoding: chunked')}0\r\n\r\n${smuggled}`],
    ['TE.CL', `${post('transfer-encoding: chunked', 'content-length: 4')}5c\r\n${smuggled}\r\n0\r\n\r\n`],
    ['TE.TE', `${post('transfer-encoding: chunked', 'transfer-encoding: identity')}0\r\n\r\n${smuggled}`],
    ['TE.TE by another name', `${post('transfer-encoding: xchunked')}0\r\n\r\n${smuggled}`],
    ['TE.TE with a space before the colon', `${post('transfer-encoding : chunked')}0\r\n\r\n${smuggled}`],
    ['TE.TE with a tab', `${post('transfer-encoding:\x0bchunked')}0\r\n\r\n${smuggled}`],
    ['a coding that comes after chunked', `${post('transfer-encoding: chunked, gzip')}0\r\n\r\n${smuggled}`],
    ['two lengths', `${post('content-length: 2', 'content-length: 0')}{}${smuggled}`],
    ['two equal lengths', `${post('content-length: 2', 'content-length: 2')}{}${smuggled}`],
    ['a list of lengths', `${post('content-length: 2, 2')}{}${smuggled}`],
    ['a length with a sign', `${post('content-length: +2')}{}${smuggled}`],
    ['a length in hexadecimal', `${post('content-length: 0x2')}{}${smuggled}`],
    ['a length beyond 2^64', `${post('content-length: 18446744073709551618')}{}${smuggled}`],
    ['a folded header', `${post('x-a: b', ' content-length: 2')}{}${smuggled}`],
    ['a folded length', `${post('content-length:', ' 2')}{}${smuggled}`],
    ['a bare carriage return', `POST /v1/session HTTP/1.1\r\nhost: x\rcontent-length: 2\r\n\r\n{}${smuggled}`],
    [
      'a bare line feed between headers',
      `POST /v1/session HTTP/1.1\r\nhost: x\ncontent-length: 2\r\n\r\n{}${smuggled}`,
    ],
    ['a bare line feed after the headers', `GET /livez HTTP/1.1\r\nhost: x\r\n\n${smuggled}`],
    ['a line feed that ends a chunk’s size', `${post('transfer-encoding: chunked')}2\n{}\r\n0\r\n\r\n${smuggled}`],
    ['a line feed in a chunk’s extension', `${post('transfer-encoding: chunked')}2;a\n{}\r\n0\r\n\r\n${smuggled}`],
    ['a chunk longer than its size', `${post('transfer-encoding: chunked')}1\r\n{}\r\n0\r\n\r\n${smuggled}`],
    ['a chunk of no size', `${post('transfer-encoding: chunked')}\r\n{}\r\n0\r\n\r\n${smuggled}`],
    ['a chunk’s size with a sign', `${post('transfer-encoding: chunked')}-2\r\n{}\r\n0\r\n\r\n${smuggled}`],
    [
      'a chunk’s size beyond 2^64',
      `${post('transfer-encoding: chunked')}10000000000000002\r\n{}\r\n0\r\n\r\n${smuggled}`,
    ],
    ['a NUL in a header', `GET /v1/me HTTP/1.1\r\nhost: x\r\nx-a: b\x00c\r\n\r\n${smuggled}`],
    ['a NUL in the path', `GET /v1/me\x00/livez HTTP/1.1\r\nhost: x\r\n\r\n${smuggled}`],
    ['a space in the path', `GET /v1/me /livez HTTP/1.1\r\nhost: x\r\n\r\n${smuggled}`],
    ['HTTP/2 in clear', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['HTTP/0.9', 'GET /livez\r\n\r\n'],
    ['an unknown version', `GET /livez HTTP/3.7\r\nhost: x\r\n\r\n${smuggled}`],
    ['a method in lower case', `get /livez HTTP/1.1\r\nhost: x\r\n\r\n${smuggled}`],
  ])('%s', async (_what, bytes) => {
    const statuses = statusesOf(await exchange(bytes))
    expect(statuses.length).toBeLessThanOrEqual(1)
    for (const status of statuses) expect(['400', '404', '413', '431']).toContain(status)
  })

  test('a tunnel is opened for nobody', async () => {
    const answer = await exchange('CONNECT db.internal:5432 HTTP/1.1\r\nhost: x\r\n\r\n')
    expect(answer).not.toMatch(/HTTP\/1\.1 2/)
    const upgraded = await exchange(
      'GET /v1/me HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n\r\n',
    )
    expect(statusesOf(upgraded)).toEqual(['401'])
  })
})

test('P5.3: requests sent one after the other on a connection are answered in their order', async () => {
  const paths = ['/livez', '/v1/me', '/nowhere', '/readyz', '/livez']
  const bytes = paths.map((path, at) => {
    const last = at === paths.length - 1 ? 'connection: close\r\n' : ''
    return `GET ${path} HTTP/1.1\r\nhost: x\r\n${last}\r\n`
  })
  expect(statusesOf(await exchange(bytes.join('')))).toEqual(['200', '401', '404', '200', '200'])
})

test('a chunked body is a body like another', async () => {
  const body = '{"email":"a@acme.example","password":"x"}'
  const size = body.length.toString(16)
  const answer = await exchange(
    `${post('transfer-encoding: chunked', 'connection: close')}${size};note=1\r\n${body}\r\n0\r\n\r\n`,
  )
  expect(statusesOf(answer)).toEqual(['401'])
})

test('P5.3: a body that was announced too large is refused before it is read', async () => {
  const answer = await exchange(post('content-length: 1048577', 'connection: close'))
  expect(statusesOf(answer)).toEqual(['413'])
})

test.each(['x-http-method-override', 'x-method-override', 'x-http-method'])(
  'ASVS 4.1.4: %s changes no method',
  async (name) => {
    const headers = { [name]: 'DELETE' }
    const { status } = await server.send({ path: '/v1/me', token: server.admin.token, headers })
    expect(status).toBe(200)
    const posted = await server.send({ method: 'POST', path: '/v1/session', token: server.admin.token, headers })
    expect(posted.status).not.toBe(204)
    expect((await server.send({ path: '/v1/me', token: server.admin.token })).status).toBe(200)
  },
)

describe('headers of every answer', () => {
  const paths = ['/livez', '/v1/me', '/v1/systems', '/nowhere', '/v1/%']

  test.each([
    ['ASVS 3.4.1', 'strict-transport-security', /^max-age=63072000; includeSubDomains$/],
    ['ASVS 3.4.3', 'content-security-policy', /default-src 'none'/],
    ['ASVS 3.4.4', 'x-content-type-options', /^nosniff$/],
    ['ASVS 3.4.6', 'content-security-policy', /frame-ancestors 'none'/],
    ['ASVS 3.4.5', 'referrer-policy', /^no-referrer$/],
    ['ASVS 14.3.2', 'cache-control', /no-store/],
    ['ASVS 3.5.8', 'cross-origin-resource-policy', /^same-origin$/],
  ])('%s: %s', async (_id, name, value) => {
    for (const path of paths) {
      const { headers } = await server.send({ path, token: server.admin.token })
      expect(String(headers[name]), path).toMatch(value)
    }
  })

  test('ASVS 3.4.2: no other origin is let in, whatever it asks', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost']) {
      for (const path of paths) {
        const { headers } = await server.send({ path, headers: { origin }, token: server.admin.token })
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
      }
    }
  })

  test('ASVS 3.4.1: over plain http nothing is promised of https', async () => {
    const plain = await startTestServer()
    expect((await plain.send({ path: '/livez' })).headers['strict-transport-security']).toBeUndefined()
    await plain.stop()
  })
})
