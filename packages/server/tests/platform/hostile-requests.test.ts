import { once } from 'node:events'
import { connect } from 'node:net'
import { problems } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DescribedRoute, describeRoutes } from '../../src/instance/api-description.ts'
import { assessedChange } from '../../testing/lifecycle.ts'
import { fullBodies, withLeafReplaced, withMembersAdded } from '../../testing/request-bodies.ts'
import {
  type Answer,
  type Person,
  startTestServer,
  type TestRequest,
  type TestServer,
} from '../../testing/test-server.ts'

let server: TestServer
let admin: Person
let operator: Person
let port: number
let changeId: string
let routes: readonly DescribedRoute[]

beforeAll(async () => {
  server = await startTestServer()
  admin = server.admin
  operator = await server.operator()
  changeId = (await assessedChange(server, admin, 'known')).changeId
  routes = describeRoutes(server.http)
  port = Number(new URL(await server.http.listen({ host: '127.0.0.1', port: 0 })).port)
})
afterAll(() => server.stop())

// What must never be in an answer: a stack, a path of ours, SQL, a message of the database or of a library.
const leaks =
  /\n\s+at |node_modules|\.ts:\d|file:\/\/|select |insert into|syntax error|violates|relation "|invalid byte|pg_|kysely|ZodError|FST_/i

/** Finds the faults of an answer as such, whatever was asked. */
function faultsOf({ status, headers, text, body }: Answer): string[] {
  const faults = []
  if (status >= 500) faults.push(`status ${status}`)
  if (leaks.test(text)) faults.push('it shows the inside')
  if (headers['x-content-type-options'] !== 'nosniff') faults.push('no nosniff')
  if (headers['access-control-allow-origin'] !== undefined) faults.push('it shares across origins')
  if (status < 400) return faults
  if (headers['content-type'] !== 'application/problem+json') faults.push(`type ${String(headers['content-type'])}`)
  const [expected] = problems[String(body['code']) as keyof typeof problems] ?? []
  if (expected !== status) faults.push(`code ${String(body['code'])} with ${status}`)
  if (typeof body['instance'] !== 'string' || body['instance'] === '') faults.push('no instance')
  return faults
}

async function faultsIn(requests: readonly TestRequest[]): Promise<string[]> {
  const found: string[] = []
  for (const request of requests) {
    const answer = await server.send(request)
    const faults = faultsOf(answer)
    if (faults.length > 0)
      found.push(
        `${request.method ?? 'GET'} ${request.path} ${JSON.stringify(request.body)?.slice(0, 200)}: ${faults.join(', ')} ${answer.text.slice(0, 200)}`,
      )
  }
  return found
}

const toRoute = (route: string, body: unknown): TestRequest => {
  const [method, path = ''] = route.split(' ')
  const isOperated = server.http.routePermissions.get(route) === 'tenant:operate'
  const { token } = isOperated ? operator : admin
  return { method: method as 'POST', path: path.replace(/:\w+/, changeId), token, body }
}

const hostile: readonly unknown[] = [
  'a\u0000b',
  '\ud800',
  "'; drop table change; --",
  '${7*7}{{7*7}}<script>alert(1)</script>',
  '\u202Eevil\uFEFF',
  'x'.repeat(6000),
  '',
  null,
  -1,
  1e308,
  9_007_199_254_740_992,
  0.1,
  true,
  [],
  [[]],
  {},
  { toString: 1, valueOf: 2 },
  '9999-99-99T99:99:99Z',
  '+275760-09-13T00:00:00Z',
  '0000-01-01T00:00:00Z',
]

const sent = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  server.send({ method: 'POST', path: '/v1/systems', token: admin.token, headers, body })

async function exchange(bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('latin1').on('data', (text) => (answer += text))
  socket.on('error', () => undefined)
  socket.write(bytes)
  await once(socket, 'close')
  return answer
}

// Files and OTLP: their bodies are bytes, with tests of their own.
const rawBodies = ['/v1/evaluations', '/v1/evaluations/preview', '/v1/traces', '/v1/metrics', '/v1/logs']

const token = (): string => `authorization: Bearer ${admin.token}\r\n`

describe('ASVS 16.5.3: no request brings out a 500, a stack or SQL', () => {
  test('covers every route that takes a body of JSON', () => {
    const bodied = routes.filter(
      ({ method, path }) => ['POST', 'PUT', 'PATCH'].includes(method) && !rawBodies.includes(path),
    )
    expect(bodied.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(Object.keys(fullBodies).toSorted())
  })

  test.each(Object.keys(fullBodies))('%s with each value replaced by a hostile one', async (route) => {
    const requests = withLeafReplaced(fullBodies[route], hostile).map((body) => toRoute(route, body))
    expect(await faultsIn(requests)).toEqual([])
  })

  test.each(Object.keys(fullBodies))('%s with a body that is no object', async (route) => {
    const bodies = [null, [], 'text', 5, true, [{}], { '': {} }]
    expect(await faultsIn(bodies.map((body) => toRoute(route, body)))).toEqual([])
  })

  test('addresses and queries that are none', async () => {
    const ids = [
      '%',
      '%00',
      '%ff',
      '..%2f..%2fetc',
      'x'.repeat(300),
      "'%20or%201=1",
      '%E2%80%AE',
      changeId.toUpperCase(),
    ]
    const queries = [
      'limit=0',
      'limit=201',
      'limit=x',
      'limit=1e3',
      'limit=1&limit=2',
      'cursor=%00',
      'cursor=a&cursor=b',
      'status=x',
      'system=%00',
      '__proto__=1',
      'limit[]=1',
      '%',
    ]
    // A file of ours, the same whatever is asked, which holds code and so words that no other answer may.
    const asked = routes.filter(({ path }) => path !== '/verifier.html')
    const paths = asked.flatMap(({ path }) => [
      ...ids.map((id) => path.replace(/:\w+/, id)),
      ...queries.map((query) => `${path.replace(/:\w+/, changeId)}?${query}`),
    ])
    // Each address once, with the method that reads: a wrong one must not change anything.
    const requests = [...new Set(paths)].map((path) => ({ path, token: admin.token }))
    expect(requests.length).toBeGreaterThan(300)
    expect(await faultsIn(requests)).toEqual([])
  })

  test.each(['/v1/nowhere', '/', '/v1/systems/a/b/c', '//v1/systems', '/V1/systems'])(
    '%s is not found',
    async (path) => {
      const answer = await server.send({ path, token: admin.token })
      expect([answer.status, answer.body['code'], faultsOf(answer)]).toEqual([404, 'not_found', []])
    },
  )
})

describe('P1.1, ASVS 15.3.3: unknown members are refused, wherever they are', () => {
  test.each(Object.keys(fullBodies))('%s', async (route) => {
    const bodies = [
      { prompt: 'You are helpful.' },
      { output: 'Yes.' },
      { role: 'admin', tenantId: changeId, id: changeId, isAdmin: true },
    ]
    for (const member of bodies) {
      const known = Object.keys(fullBodies[route] as object)
      const unknown = Object.fromEntries(
        Object.entries(member).filter(([key]) => !known.includes(key) && !['role', 'id'].includes(key)),
      )
      for (const body of withMembersAdded(fullBodies[route], unknown)) {
        const { status, body: problem } = await server.send(toRoute(route, body))
        expect([status, problem['code']]).toEqual([400, 'invalid_request'])
      }
    }
  })

  test('in queries too', async () => {
    for (const list of ['systems', 'changes', 'evaluations', 'decisions', 'records', 'audit-events']) {
      const { status } = await server.send({ path: `/v1/${list}?prompt=hello`, token: admin.token })
      expect(status).toBe(400)
    }
  })
})

describe('ASVS 15.3.6: prototypes', () => {
  test.each([
    '{"name":"polluted","__proto__":{"role":"admin"}}',
    '{"__proto__":null,"name":"polluted"}',
    '{"name":"polluted","constructor":{"prototype":{"role":"admin"}}}',
    '{"name":"polluted","\\u005f\\u005fproto__":{"a":1}}',
    '{"name":"polluted","title":{"__proto__":{}}}',
  ])('%s is refused', async (body) => {
    const headers = { 'content-type': 'application/json' }
    const { status } = await server.send({ method: 'POST', path: '/v1/systems', token: admin.token, headers, body })
    expect(status).toBe(400)
    expect(({} as { role?: string }).role).toBeUndefined()
    expect((await server.owner.query(`select from system where name = 'polluted'`)).rows).toEqual([])
  })
})

describe('ASVS 1.3.12, 4.2.1: sizes, depths and types', () => {
  test('a megabyte of brackets or of objects is a bad request like another', async () => {
    for (const body of ['['.repeat(500_000), '['.repeat(400_000) + ']'.repeat(400_000), '{"a":'.repeat(150_000)]) {
      const answer = await sent(body)
      expect([answer.status, faultsOf(answer)]).toEqual([400, []])
    }
  })

  test('a body over the limit is refused with 413', async () => {
    const answer = await sent(`{"name":"${'x'.repeat(1_048_576)}"}`)
    expect([answer.status, faultsOf(answer)]).toEqual([413, []])
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'text/html',
    'application/jsonp',
    'x',
  ])('a body of %s is refused, so that no form of another site can send one', async (type) => {
    const answer = await sent('{"name":"by-type"}', { 'content-type': type })
    expect([answer.status, faultsOf(answer)]).toEqual([415, []])
  })

  test.each(['', '{', '{"name":}', 'undefined', "{'name':'x'}", '{"name":"x"} {}', '\uFEFF', 'NaN'])(
    'the body %j is not JSON',
    async (body) => {
      const answer = await sent(body)
      expect([answer.status, faultsOf(answer)]).toEqual([400, []])
    },
  )
})

describe('methods', () => {
  test('HEAD answers like GET without a body', async () => {
    const answer = await server.send({ method: 'HEAD', path: '/livez' })
    expect([answer.status, answer.text]).toEqual([200, ''])
  })

  test('OPTIONS grants nothing to other sites', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
    const { status, headers: answered } = await server.send({ method: 'OPTIONS', path: '/v1/systems', headers })
    expect(status).toBe(404)
    expect(Object.keys(answered).filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test.each(['PATCH', 'DELETE', 'PUT'] as const)('%s where it has no meaning is not found', async (method) => {
    expect((await server.send({ method, path: '/v1/systems', token: admin.token })).status).toBe(404)
  })
})

describe('ASVS 4.2.1: bytes that are no request', () => {
  const smuggled = 'GET /v1/me HTTP/1.1\r\nhost: x\r\n\r\n'

  test.each([
    ['noise', () => '\u0000\u0001\u0002garbage\r\n\r\n', 400],
    ['TLS where there is none', () => '\u0016\u0003\u0001\u0002\u0000\u0001', 400],
    [
      'a header that is too large',
      () => `GET /livez HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
    [
      'two lengths that differ',
      () =>
        `POST /v1/systems HTTP/1.1\r\nhost: x\r\n${token()}content-length: 2\r\ncontent-length: 5\r\n\r\n{}${smuggled}`,
      400,
    ],
    [
      'a length and chunks',
      () =>
        `POST /v1/systems HTTP/1.1\r\nhost: x\r\n${token()}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
      400,
    ],
    [
      'a length that is none',
      () => `POST /v1/systems HTTP/1.1\r\nhost: x\r\n${token()}content-length: -1\r\n\r\n`,
      400,
    ],
    ['a header with a bare line feed', () => `GET /livez HTTP/1.1\nhost: x\n\n`, 400],
    ['no host', () => `GET /livez HTTP/1.1\r\n\r\n`, 400],
  ])('%s is answered once and the connection ends', async (_what, bytes, status) => {
    const answer = await exchange(bytes())
    expect(answer.match(/HTTP\/1\.1 \d{3}/g)).toEqual([`HTTP/1.1 ${status}`])
    expect(answer).not.toMatch(leaks)
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200)
  })
})

test('ASVS 14.2.1: answers are never cached, and name no software', async () => {
  for (const path of ['/v1/me', '/v1/systems', '/livez', '/nowhere']) {
    const { headers } = await server.send({ path, token: admin.token })
    expect(headers['cache-control']).toBe('no-store')
    expect([headers['server'], headers['x-powered-by']]).toEqual([undefined, undefined])
  }
})

test('P1.2, ASVS 16.2.5: what is sent is not in the log, also when a request fails', async () => {
  const canary = 'canary-of-the-log-9f3c'
  await server.owner.query(
    `alter table system add constraint broken check (title is null or title not like '%canary%')`,
  )
  const body = { name: 'logged', title: canary }
  const answer = await server.send({ method: 'POST', path: '/v1/systems', token: admin.token, body })
  await server.owner.query('alter table system drop constraint broken')
  expect([answer.status, answer.body['code']]).toEqual([500, 'internal_error'])
  expect(server.log()).toContain(String(answer.body['instance']))
  expect(server.log()).not.toContain(canary)
  expect(answer.text).not.toContain(canary)
})
