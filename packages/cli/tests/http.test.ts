import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { afterai, startStandIn, type Reply } from './harness.ts'
import { determined, change, life, ids, me, system } from './samples.ts'

const create = ['system', 'create', 'support-bot']

test('P2.4: repeats a POST with the same idempotency key until it is answered', async () => {
  const replies: Reply[] = [
    (response) => response.destroy(),
    [503, { code: 'not_ready' }, { 'retry-after': '0' }],
    [201, system],
  ]
  const server = await startStandIn({ 'POST /v1/systems': () => replies.shift() ?? [500, {}] })
  expect((await afterai(create, { env: server.env })).code).toBe(0)
  const keys = server.received.map(({ headers }) => headers['idempotency-key'])
  expect(keys).toHaveLength(3)
  expect(new Set(keys).size).toBe(1)
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
})

test('uses another idempotency key for another command', async () => {
  const server = await startStandIn({ 'POST /v1/systems': () => [201, system] })
  await afterai(create, { env: server.env })
  await afterai(create, { env: server.env })
  const [first, second] = server.received.map(({ headers }) => headers['idempotency-key'])
  expect(first).not.toBe(second)
})

test('gives up after three tries', async () => {
  const server = await startStandIn({ 'POST /v1/systems': () => [503, { code: 'not_ready' }, { 'retry-after': '0' }] })
  expect(await afterai(create, { env: server.env })).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('The server is not ready'),
  })
  expect(server.received).toHaveLength(3)
})

test('does not repeat what the server refuses', async () => {
  const server = await startStandIn({
    'POST /v1/systems': () => [409, { code: 'conflict', title: 'It already exists' }],
  })
  expect((await afterai(create, { env: server.env })).code).toBe(1)
  expect(server.received).toHaveLength(1)
})

test('does not repeat a request whose answer holds a secret that is shown once', async () => {
  const server = await startStandIn({ 'POST /v1/api-keys': () => (response) => response.destroy() })
  const ran = await afterai(['key', 'create', 'ci', '--scope', 'change:read'], { env: server.env })
  expect(ran.code).toBe(5)
  expect(server.received).toHaveLength(1)
})

test('asks for nothing where a name is no part of an address', async () => {
  const server = await startStandIn({})
  for (const name of ['..', ''])
    expect(await afterai(['system', 'show', name], { env: server.env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('name'),
    })
  expect(server.received).toEqual([])
})

test('says that no server answers, and where it looked', async () => {
  const AFTERAI_URL = `http://127.0.0.1:${await closedPort()}`
  expect(await afterai(['whoami'], { env: { AFTERAI_URL, AFTERAI_API_KEY: 'aftr_live_test' } })).toMatchObject({
    code: 5,
    stderr: expect.stringContaining(`No answer from ${AFTERAI_URL} (ECONNREFUSED)`),
  })
})

test('takes no credential to the address that a server redirects to', async () => {
  const other = await startStandIn({ 'GET /v1/me': () => [200, me] })
  const server = await startStandIn({ 'GET /v1/me': () => [302, {}, { location: `${other.url}/v1/me` }] })
  expect((await afterai(['whoami'], { env: server.env })).code).toBe(1)
  expect(other.received).toEqual([])
})

test('says so if what answers is no AfterAI server', async () => {
  const server = await startStandIn({ 'GET /v1/me': () => (response) => response.end('<html>hello</html>') })
  expect(await afterai(['whoami'], { env: server.env })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('not JSON'),
  })
})

test('names the places of an answer that it does not understand', async () => {
  const server = await startStandIn({ 'GET /v1/me': () => [200, { ...me, role: 'emperor' }] })
  expect(await afterai(['whoami'], { env: server.env })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('/role: '),
  })
})

test.each([
  [401, 3],
  [403, 4],
  [404, 1],
  [422, 1],
  [500, 1],
  [503, 5],
])('a refusal with status %i ends with code %i', async (status, code) => {
  const server = await startStandIn({ 'GET /v1/me': () => [status, { title: 'No' }, { 'retry-after': '0' }] })
  expect((await afterai(['whoami'], { env: server.env })).code).toBe(code)
})

test('shows a problem whole: title, detail, faults, what to do', async () => {
  const problem = {
    code: 'unreadable_evaluation',
    title: 'The evaluation file was not imported',
    detail: 'two faults',
    errors: [
      { pointer: 'line 3, column score', detail: 'not a number' },
      { pointer: 'line 9, column score', detail: 'not a number' },
    ],
    moreErrors: 4,
  }
  const server = await startStandIn({ 'GET /v1/me': () => [422, problem] })
  const { stderr } = await afterai(['whoami'], { env: server.env })
  expect(stderr).toBe(
    [
      'afterai: The evaluation file was not imported',
      'two faults',
      '  line 3, column score: not a number',
      '  line 9, column score: not a number',
      '  ... and 4 more',
      'Mend what `errors` lists, each with its place and what to do about it. `afterai import FILE --dry-run` reads a file without sending it. Nothing of it was kept.',
      '',
    ].join('\n'),
  )
})

test('lets no text of others rewrite the terminal', async () => {
  const title = 'Nice\u001b[2J\u001b]0;pwned\u0007 title\u009b31m \u202Eevil\r\nsecond line'
  const server = await startStandIn({
    [`GET /v1/changes/${ids.change}`]: () => [200, change(ids.change, title)],
    [`GET /v1/changes/${ids.change}/life`]: () => [200, life(ids.change, title)],
    [`GET /v1/changes/${ids.change}/determinations`]: () => [200, determined(ids.change, title)],
    [`GET /v1/changes/${ids.otherChange}`]: () => [404, { title, detail: title }],
  })
  const shown = await afterai(['ace', 'show', ids.change], { env: server.env })
  const refused = await afterai(['ace', 'show', ids.otherChange], { env: server.env })
  const control = /(?!\n)[\p{Cc}\u202a-\u202e]/u
  expect(shown.code).toBe(0)
  expect(shown.stdout).not.toMatch(control)
  expect(refused.stderr).not.toMatch(control)
})

test('P5.2: sends no credential in clear over a network', async () => {
  const env = { AFTERAI_URL: 'http://afterai.example.com', AFTERAI_API_KEY: 'aftr_live_test' }
  expect(await afterai(['whoami'], { env })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--insecure-http'),
  })
  for (const url of [
    'http://127.0.0.1.example.com',
    'http://0.0.0.0:1',
    'http://[::2]:1',
    'ftp://127.0.0.1',
    'nonsense',
  ])
    expect((await afterai(['whoami', '--url', url], { env })).code).toBe(2)
})

test('does not echo a password that stands in the address', async () => {
  const ran = await afterai(['whoami', '--url', 'http://me:hunter2@127.0.0.1'], {})
  expect(ran.code).toBe(2)
  expect(ran.stderr).not.toContain('hunter2')
})

test('--all follows the pages, and --json prints what the API sent', async () => {
  const pages: Record<string, unknown> = {
    first: { items: [{ ...change(ids.change), extra: 1 }], nextCursor: 'next' },
    next: { items: [change(ids.otherChange)], nextCursor: null },
  }
  const server = await startStandIn({ 'GET /v1/changes': ({ query }) => [200, pages[query.get('cursor') ?? 'first']] })
  const whole = await afterai(['ace', 'list', '--all', '--json'], { env: server.env })
  expect(JSON.parse(whole.stdout)).toEqual({
    items: [{ ...change(ids.change), extra: 1 }, change(ids.otherChange)],
    nextCursor: null,
  })
  const one = await afterai(['ace', 'list', '--json'], { env: server.env })
  expect(JSON.parse(one.stdout)).toEqual(pages['first'])
  const quiet = await afterai(['ace', 'list', '--all', '--quiet'], { env: server.env })
  expect(quiet).toMatchObject({ stdout: `${ids.change}\n${ids.otherChange}\n`, stderr: '' })
})

test('an id may be given by an end that fits one thing only', async () => {
  const server = await startStandIn({
    'GET /v1/changes': () => [200, { items: [change(ids.change), change(ids.otherChange)], nextCursor: null }],
    [`GET /v1/changes/${ids.otherChange}`]: () => [200, change(ids.otherChange)],
    [`GET /v1/changes/${ids.otherChange}/life`]: () => [200, life(ids.otherChange)],
    [`GET /v1/changes/${ids.otherChange}/determinations`]: () => [200, { determination: 'not_asked', items: [] }],
  })
  const show = async (given: string): ReturnType<typeof afterai> => afterai(['ace', 'show', given], { env: server.env })
  expect((await show('c002')).stdout).toContain(ids.otherChange)
  expect(await show('01980a2c')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/Several fit.*\n.*support-bot.*Model/),
  })
  expect(await show('002')).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no change') })
})

test('what fits several things is answered with each, by its label and as much of its id as means no other', async () => {
  const [bo, other, third] = [
    '01980a2c-0000-7000-8000-aaaa00001234',
    '01980a2c-0000-7000-8000-bbbb00001234',
    '1234abcd-0000-7000-8000-00000000cccc',
  ]
  const member = (accountId: string, email: string): unknown => ({
    accountId,
    kind: 'person',
    name: 'Bo',
    email,
    role: 'member',
    createdAt: '2026-11-24T09:00:00.000Z',
    disabledAt: null,
    roleProviderId: null,
  })
  const items = [member(bo, 'bo@example.com'), member(other, 'bo@example.org'), member(third, '01980a2c')]
  const server = await startStandIn({
    'GET /v1/members': () => [200, { items, nextCursor: null }],
    [`POST /v1/members/${bo}/disable`]: () => [200, member(bo, 'bo@example.com')],
  })
  const disable = (given: string): ReturnType<typeof afterai> =>
    afterai(['user', 'disable', given], { env: server.env })
  const { code, stderr } = await disable('00001234')
  expect(code).toBe(1)
  expect(stderr).toContain('Several fit member 00001234.')
  expect(stderr).toMatch(/a00001234 {2}bo@example\.com\n.*b00001234 {2}bo@example\.org/)
  expect(stderr).toContain('such as a00001234.')
  expect((await disable('a00001234')).code).toBe(0)
  // A label that is also a part of the ids of others means none of them by itself.
  const both = await disable('01980a2c')
  expect(both).toMatchObject({ code: 1, stderr: expect.stringContaining('0000cccc  01980a2c') })
  expect(both.stderr).toContain('bo@example.com')
  expect((await disable('bo@example.com')).code).toBe(0)
})

/** A port at which nothing listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
