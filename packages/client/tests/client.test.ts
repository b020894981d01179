import { inspect } from 'node:util'
import type { Change, Configuration, Decision, System } from '@afterai/contract'
import { operations } from '@afterai/contract/operations'
import { assert, asyncProperty, string } from 'fast-check'
import { expect, expectTypeOf, test } from 'vitest'
import {
  ApiProblem,
  createClient,
  createTransport,
  items,
  NoAnswer,
  type Operations,
  pages,
  requestOf,
} from '../src/index.ts'
import { operationRoutes } from '../src/operations.ts'
import { startStandIn } from './stand-in.ts'

const credential = 'aftr_live_SECRET'
const busy = [503, { code: 'overloaded', title: 'The server has too much to do' }, { 'retry-after': '0' }] as const
const atOnce = { 'retry-after': '0' }
const system = { name: 'bot' } as const

test('a call fills the path, the query and the body, and reads the answer as its operation says', async () => {
  const { endpoint, received } = await startStandIn(
    [200, { items: [], nextCursor: null }],
    (response) => response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(Buffer.of(0, 255)),
    [204],
    (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"b":1, "a":2}'),
    (response) => response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('afterai.log/x\n'),
  )
  const client = createClient({ endpoint: `${endpoint}/`, credential: async () => 'k' })
  expect(await client.listChanges({ query: { status: 'pending', limit: 5 } })).toEqual({ items: [], nextCursor: null })
  expect(await client.getTile({ path: { tile: '0/x 1' } })).toEqual(Uint8Array.of(0, 255))
  expect(await client.revokeApiKey({ path: { id: 'a/b' } })).toBeUndefined()
  // What was signed for is not written again.
  expect(new TextDecoder().decode(await client.exportRecord({ path: { id: 'r' } }))).toBe('{"b":1, "a":2}')
  expect(await client.getCheckpoint()).toBe('afterai.log/x\n')
  expect(received.map(({ method, url, headers }) => [method, url, headers.authorization])).toEqual([
    ['GET', '/v1/changes?status=pending&limit=5', 'Bearer k'],
    ['GET', '/v1/log/tile/0/x%201', 'Bearer k'],
    ['DELETE', '/v1/api-keys/a%2Fb', 'Bearer k'],
    ['GET', '/v1/records/r/bundle', 'Bearer k'],
    ['GET', '/v1/log/checkpoint', 'Bearer k'],
  ])
})

test('the request of an operation is what a call of it sends, once more where that does nothing twice', async () => {
  const { endpoint, received } = await startStandIn([200, system])
  const [asked, id] = [{ body: system, idempotencyKey: 'k' }, { path: { id: 'c 1' } }]
  await createClient({ endpoint, credential }).createSystem(asked)
  await createTransport({ endpoint }).send(requestOf('createSystem', asked, credential))
  expect(received[1]).toEqual(received[0])
  expect(requestOf('getChange', id)).toMatchObject({ path: '/v1/changes/c%201', repeat: 'always' })
  expect(requestOf('confirmChange', { ...id, body: { risk: { severity: 'high' } } }).idempotencyKey).toMatch(
    /^[0-9a-f-]{36}$/,
  )
  // Nobody keeps its answer, which holds a secret: it is asked for once.
  expect(requestOf('rotateApiKey', { ...id, body: { overlapHours: 1 } })).toMatchObject({
    repeat: 'unsent',
    idempotencyKey: undefined,
  })
  expect(() => requestOf('getChange', { path: { id: '..' } })).toThrow(TypeError)
})

test('what may be left out may be undefined, and is sent as nothing', async () => {
  const { endpoint, received } = await startStandIn([200, { items: [], nextCursor: null }], [201, system])
  const client = createClient({ endpoint, credential })
  await client.listChanges({ query: { status: undefined, system: 'bot' } })
  await client.createSystem({ body: { name: 'bot', title: undefined } })
  expect(received.map(({ url, body }) => [url, body])).toEqual([
    ['/v1/changes?system=bot', ''],
    ['/v1/systems', '{"name":"bot"}'],
  ])
})

/** Any text but `.` and `..`, which no address can hold as one part. */
const aName = string({ minLength: 1, unit: 'grapheme' }).filter((it) => it !== '.' && it !== '..')

test('whatever stands in a path comes to the server as it was, and to no other path', () => {
  const at = (path: string): URL => new URL(path, 'http://localhost')
  return assert(
    asyncProperty(aName, async (name) => {
      let asked = ''
      const fetch = async (target: unknown): Promise<Response> => {
        asked = String(target)
        return Response.json({})
      }
      await createClient({ endpoint: 'http://localhost', fetch }).getSystem({
        path: { name },
      })
      const { pathname, search, hash } = at(asked)
      expect([search, hash, pathname.split('/').length]).toEqual(['', '', 4])
      expect(decodeURIComponent(pathname.split('/')[3] ?? '')).toBe(name)
    }),
    { numRuns: 200 },
  )
})

test.each(['.', '..'])('%s is no part of a path, and is not asked for', async (name) => {
  const { endpoint, received } = await startStandIn([200, {}])
  const client = createClient({ endpoint })
  await expect(client.getSystem({ path: { name } })).rejects.toThrow('may be')
  await expect(client.getTile({ path: { tile: `0/${name}/1` } })).rejects.toThrow('may be')
  expect(received).toEqual([])
})

test('reads are repeated until they are answered, three times at most', async () => {
  const { endpoint, received } = await startStandIn((response) => response.destroy(), busy, [200, system])
  expect(await createClient({ endpoint }).getSystem({ path: system })).toEqual(system)
  expect(received).toHaveLength(3)
  const other = await startStandIn(busy)
  await expect(createClient({ endpoint: other.endpoint }).getSystem({ path: system })).rejects.toThrow('too much to do')
  expect(other.received).toHaveLength(3)
})

test.each([408, 429, 502, 503, 504])('status %i passes, and is asked again', async (status) => {
  const { endpoint, received } = await startStandIn([status, {}, atOnce], [200, system])
  await createClient({ endpoint }).getSystem({ path: system })
  expect(received).toHaveLength(2)
})

test.each([302, 400, 401, 403, 404, 409, 413, 422, 500, 507])(
  'status %i stays, and is not asked again',
  async (status) => {
    const { endpoint, received } = await startStandIn([status, {}, { ...atOnce, location: 'http://127.0.0.1:9/' }])
    await expect(createClient({ endpoint }).getSystem({ path: system })).rejects.toMatchObject({ status })
    expect(received).toHaveLength(1)
  },
)

test('P2.4: a write whose answer the server keeps is repeated with one and the same key', async () => {
  const { endpoint, received } = await startStandIn((response) => response.destroy(), busy, [201, system])
  const client = createClient({ endpoint })
  await client.createSystem({ body: system })
  const keys = received.map(({ headers }) => headers['idempotency-key'])
  expect(keys).toHaveLength(3)
  expect(new Set(keys).size).toBe(1)
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
  expect(received.map(({ body }) => body)).toEqual(Array.from({ length: 3 }, () => '{"name":"bot"}'))
  await client.createSystem({ body: system, idempotencyKey: 'mine' })
  expect(received.at(-1)?.headers['idempotency-key']).toBe('mine')
  await client.createSystem({ body: system })
  expect(new Set(received.map(({ headers }) => headers['idempotency-key'])).size).toBe(3)
})

test('a write whose answer isn’t kept, as where it holds a secret, is never repeated once it may have arrived', async () => {
  const body = { name: 'ci', scopes: ['change:read' as const] }
  for (const reply of [busy, (response: { destroy: () => void }) => response.destroy()] as const) {
    const { endpoint, received } = await startStandIn(reply, [201, {}])
    await expect(createClient({ endpoint }).createApiKey({ body, idempotencyKey: 'mine' })).rejects.toThrow(Error)
    expect(received).toHaveLength(1)
  }
})

test('a write that can’t have arrived is sent again', async () => {
  const { endpoint, received } = await startStandIn([201, {}])
  let refused = 1
  const fetch: typeof globalThis.fetch = async (...request) => {
    if (refused-- <= 0) return globalThis.fetch(...request)
    throw new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) })
  }
  await createClient({ endpoint, fetch }).createApiKey({ body: { name: 'ci', scopes: ['change:read'] } })
  expect(received).toHaveLength(1)
})

test('a server that asks for a longer wait than the caller has is not waited for', async () => {
  const { endpoint, received } = await startStandIn([429, { code: 'too_many_requests' }, { 'retry-after': '3600' }])
  const client = createClient({ endpoint })
  const problem: unknown = await client.getSystem({ path: system }).catch((error: unknown) => error)
  expect(problem).toMatchObject({ status: 429, code: 'too_many_requests', retryAfterMs: 3_600_000 })
  expect(received).toHaveLength(1)
})

test('Retry-After may be a date', async () => {
  const past = new Date(Date.now() - 1000).toUTCString()
  const { endpoint, received } = await startStandIn([503, {}, { 'retry-after': past }], [200, system])
  await createClient({ endpoint }).getSystem({ path: system })
  expect(received).toHaveLength(2)
})

test('a refusal is a problem with its code, and all that the server said', async () => {
  const { endpoint } = await startStandIn([
    409,
    { code: 'conflict', title: 'Conflict', detail: 'It is settled.', x: 1 },
  ])
  const refusal = createClient({ endpoint }).dismissChange({ path: { id: 'c' }, body: { reason: 'no' } })
  await expect(refusal).rejects.toThrow(ApiProblem)
  await expect(refusal).rejects.toMatchObject({
    status: 409,
    code: 'conflict',
    message: 'Conflict: It is settled.',
    problem: { x: 1 },
  })
})

test('an answer that no AfterAI server gives is a problem too', async () => {
  const page = (response: { end: (text: string) => unknown }): unknown => response.end('<html>hello</html>')
  const { endpoint } = await startStandIn(page)
  await expect(createClient({ endpoint }).getMe()).rejects.toMatchObject({
    code: 'unknown',
    message: 'The answer is not JSON',
  })
})

test('who takes too long is told so, and a caller who goes away is let go at once', async () => {
  const { endpoint, received } = await startStandIn(() => undefined)
  const client = createClient({ endpoint, tries: 1 })
  await expect(client.getMe({ timeoutMs: 20 })).rejects.toMatchObject({ name: 'NoAnswer', code: 'TIMEOUT' })
  const departure = new AbortController()
  const asked = createClient({ endpoint }).getMe({ signal: departure.signal })
  departure.abort(new Error('gone'))
  await expect(asked).rejects.toThrow('gone')
  await expect(createClient({ endpoint }).getMe({ signal: departure.signal })).rejects.toThrow('gone')
  expect(received.length).toBeLessThanOrEqual(2)
})

test('a caller who goes away while the client waits between two tries isn’t held', async () => {
  const { endpoint, received } = await startStandIn([503, {}, { 'retry-after': '10' }])
  const departure = new AbortController()
  const asked = createClient({ endpoint }).getMe({ signal: departure.signal })
  await expect.poll(() => received.length).toBe(1)
  departure.abort(new Error('gone'))
  await expect(asked).rejects.toThrow('gone')
})

test('no failure holds the credential, the query or a password', async () => {
  const { endpoint } = await startStandIn([500, { code: 'internal_error', title: 'No' }])
  const query = { actionPrefix: 'SECRET.' }
  const nobody = 'http://127.0.0.1:9'
  const failures = [
    await createClient({ endpoint, credential })
      .listAuditEvents({ query })
      .catch((error: unknown) => error),
    await createClient({ endpoint: nobody, credential, tries: 1 })
      .listAuditEvents({ query })
      .catch((error: unknown) => error),
  ]
  expect(failures.map((it) => (it as Error).name)).toEqual(['ApiProblem', 'NoAnswer'])
  expect(failures.at(-1)).toBeInstanceOf(NoAnswer)
  for (const endpoint of ['http://me:SECRET@127.0.0.1', 'SECRET', 'file:///SECRET'])
    expect(() => createClient({ endpoint })).toThrow(TypeError)
  const thrown = ['http://me:SECRET@127.0.0.1', 'SECRET'].map((endpoint) => {
    try {
      return createTransport({ endpoint })
    } catch (error) {
      return error
    }
  })
  expect(inspect([...failures, ...thrown], { depth: 9, showHidden: true })).not.toContain('SECRET')
})

test('a credential goes to no address that the server names', async () => {
  const other = await startStandIn([200, {}])
  const { endpoint } = await startStandIn([302, {}, { location: other.endpoint }])
  await expect(createClient({ endpoint, credential }).getMe()).rejects.toMatchObject({ status: 302 })
  expect(other.received).toEqual([])
})

test('a list is read page by page, as it is wanted, and one that fails says so in its place', async () => {
  const page = (name: string, nextCursor: string | null): readonly [number, unknown] => [
    200,
    { items: [{ name }], nextCursor },
  ]
  const { endpoint, received } = await startStandIn(
    page('a', '1'),
    [200, { items: [], nextCursor: '2' }],
    page('b', null),
  )
  const client = createClient({ endpoint })
  const names: string[] = []
  for await (const { name } of items(client.listSystems, { query: { limit: 1 } })) names.push(name)
  expect(names).toEqual(['a', 'b'])
  expect(received.map(({ url }) => url)).toEqual([
    '/v1/systems?limit=1',
    '/v1/systems?limit=1&cursor=1',
    '/v1/systems?limit=1&cursor=2',
  ])
  const begun = await startStandIn(page('a', '1'), [410, { code: 'invalid_cursor' }])
  const read = pages(createClient({ endpoint: begun.endpoint }).listSystems)
  expect((await read.next()).value).toEqual([{ name: 'a' }])
  expect(begun.received).toHaveLength(1)
  await expect(read.next()).rejects.toMatchObject({ code: 'invalid_cursor' })
})

test('a body larger than memory comes as it is sent', async () => {
  const { endpoint } = await startStandIn((response) => response.write('one\n') && response.end('two\n'))
  const body = await createTransport({ endpoint }).open({ method: 'GET', path: '/', repeat: 'always' })
  expect(await new Response(body).text()).toBe('one\ntwo\n')
  const refused = await startStandIn([404, { code: 'not_found' }])
  const asked = createTransport({ endpoint: refused.endpoint }).open({ method: 'GET', path: '/', repeat: 'always' })
  await expect(asked).rejects.toMatchObject({ code: 'not_found' })
})

test('the calls are the operations of the contract, but for those that send browsers elsewhere', () => {
  const called = Object.entries(operations).filter(([, { redirects }]) => redirects !== true)
  const shown = called.map(([name, { id, once }]) => [id, name, once === true])
  const asked = Object.entries(operationRoutes).map(([id, [method, path, , keyed]]) => [
    id,
    `${method} ${path.replace('{+', '{')}`,
    keyed === true,
  ])
  expect(Object.fromEntries(asked.map((it) => [it[0], it]))).toEqual(Object.fromEntries(shown.map((it) => [it[0], it])))
})

test('the types of the calls are those of the contract', () => {
  expectTypeOf<Operations['getChange']['answer']['status']>().toEqualTypeOf<Change['status']>()
  expectTypeOf<keyof Operations['getChange']['answer']>().toEqualTypeOf<keyof Change>()
  expectTypeOf<keyof Operations['getDecision']['answer']>().toEqualTypeOf<keyof Decision>()
  expectTypeOf<keyof Operations['getSystem']['answer']>().toEqualTypeOf<keyof System>()
  expectTypeOf<keyof Operations['getConfiguration']['answer']['configuration']>().toEqualTypeOf<keyof Configuration>()
})

test('headers that a client is made with go with each of its requests, and none takes the place of what the request says', async () => {
  const { endpoint, received } = await startStandIn([200, system], [200, { items: [], nextCursor: null }])
  const headers = { 'afterai-session': 'cookie', 'content-type': 'text/plain' }
  const client = createClient({ endpoint, headers })
  await client.createSystem({ body: system })
  await client.listChanges()
  expect(received.map((it) => [it.headers['afterai-session'], it.headers.authorization])).toEqual([
    ['cookie', undefined],
    ['cookie', undefined],
  ])
  expect(received[0]?.headers['content-type']).toBe('application/json')
})
