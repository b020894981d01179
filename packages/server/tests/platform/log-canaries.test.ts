import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import type { Session } from '@afterai/contract'
import { processesGone, type ServerProcess, startServerProcess } from '@afterai/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { embeddedDatabase, queryBehind } from '../../testing/database-behind.ts'

let directory: string
let server: ServerProcess
let token: string
let count = 0
const canaries: string[] = []

/** Text that is nowhere else, and must not come out. Letters and digits alone, so that every door lets it in. */
function canary(): string {
  const text = `canary${(count += 1)}x${crypto.randomUUID().replaceAll('-', '')}`
  canaries.push(text)
  return text
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'afterai-canaries-'))
  chmodSync(directory, 0o711)
  const env = { AFTERAI_DATA_DIR: join(directory, 'data'), HOME: directory, AFTERAI_LOG_LEVEL: 'trace' }
  const command = [process.execPath, 'packages/server/src/instance/main.ts', 'up', '--empty'] as const
  server = await startServerProcess({ env, command: [...command] })
  const code = await vi.waitUntil(() => /--setup (\S+)/.exec(server.output())?.[1], { timeout: 20_000 })
  const body = {
    code,
    email: `${canary()}@acme.example`,
    name: canary(),
    password: `Violet-${canary()}`,
    tenant: { slug: `t${canary()}`, name: canary() },
  }
  const answer = await send('POST', '/v1/setup', { body })
  if (answer.status !== 200) throw new Error(`set-up answered ${answer.status}`)
  token = (JSON.parse(answer.text) as Session).accessToken
})
afterAll(async () => {
  server.signal('SIGTERM')
  await server.ending
  if (!(await processesGone(directory))) throw new Error('a process was left behind')
  rmSync(directory, { recursive: true, force: true })
})

async function send(
  method: string,
  path: string,
  {
    body,
    headers = {},
    bearer,
  }: { body?: unknown; headers?: Record<string, string>; bearer?: string | undefined } = {},
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.origin}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: response.status, text: await response.text() }
}

/** Bytes as they are, to the port of the API. */
function sendRaw(bytes: string | Buffer): Promise<void> {
  const { hostname, port } = new URL(server.origin)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    socket.setTimeout(2_000, () => socket.destroy())
    socket.on('error', () => undefined)
    socket.on('close', () => resolve())
    socket.resume()
  })
}

const doors: Readonly<Record<string, () => Promise<unknown>>> = {
  'headers of every kind': () =>
    send('GET', '/v1/me', {
      bearer: token,
      headers: Object.fromEntries(
        [
          'user-agent',
          'referer',
          'x-request-id',
          'x-forwarded-for',
          'traceparent',
          'tracestate',
          'baggage',
          'origin',
          'if-match',
        ].map((name) => [name, canary()]),
      ),
    }),
  cookies: () =>
    send('GET', '/v1/me', {
      headers: { cookie: `afterai_session=${canary()}; ${canary()}=${canary()}`, 'sec-fetch-site': 'same-origin' },
    }),
  'a credential that is none': () => send('GET', '/v1/me', { bearer: canary() }),
  'an API key that is mistyped': () => send('GET', '/v1/me', { bearer: `aftr_live_${canary()}` }),
  'a scheme that is unknown': () => send('GET', '/v1/me', { headers: { authorization: `Basic ${canary()}` } }),
  'an address': () => send('GET', `/${canary()}/${canary()}`),
  'an address that can’t be decoded': () => send('GET', `/v1/systems/%zz${canary()}`, { bearer: token }),
  'an id': () => send('GET', `/v1/changes/${canary()}`, { bearer: token }),
  'an id that is too long': () => send('GET', `/v1/changes/${canary().repeat(20)}`, { bearer: token }),
  'a query': () =>
    send('GET', `/v1/audit-events?${canary()}=${canary()}&action=${canary()}&cursor=${canary()}`, { bearer: token }),
  'a password that is wrong': () =>
    send('POST', '/v1/session', { body: { email: `${canary()}@acme.example`, password: canary() } }),
  'a refresh handle': () => send('POST', '/v1/session/refresh', { body: { refreshHandle: canary() } }),
  'an invitation’s code': () =>
    send('POST', '/v1/invitations/accept', {
      body: { code: canary(), name: canary(), password: `Copper-${canary()}` },
    }),
  'a body that isn’t what is asked for': () =>
    send('POST', '/v1/systems', { bearer: token, body: { [canary()]: canary(), name: { deep: [canary()] } } }),
  'a body that isn’t JSON': () => send('POST', '/v1/systems', { bearer: token, body: `{ "${canary()}": ${canary()}` }),
  'a body of another type': () =>
    send('POST', '/v1/systems', { bearer: token, body: canary(), headers: { 'content-type': `text/${canary()}` } }),
  'a body that is too large': () =>
    send('POST', '/v1/systems', { bearer: token, body: JSON.stringify({ name: canary().repeat(50_000) }) }),
  'an idempotency key': () =>
    send('POST', '/v1/systems', { bearer: token, body: { name: canary() }, headers: { 'idempotency-key': canary() } }),
  'an evaluation file': () =>
    send('POST', `/v1/evaluations?format=csv&label=${canary()}&mapping=${canary()}`, {
      bearer: token,
      body: `${canary()},score\n"${canary()}`,
      headers: { 'content-type': 'text/csv' },
    }),
  'text of a change': () =>
    send('POST', '/v1/changes', { bearer: token, body: { system: canary(), title: canary(), changeTypes: ['data'] } }),
  'a webhook’s URL, whose receiver isn’t there': () =>
    send('POST', '/v1/audit-streams', {
      bearer: token,
      body: { kind: 'webhook', name: canary(), url: `http://127.0.0.1:9/${canary()}?key=${canary()}` },
    }),
  'a webhook’s URL with a password': () =>
    send('POST', '/v1/audit-streams', {
      bearer: token,
      body: { kind: 'webhook', name: 'refused', url: `https://user:${canary()}@siem.example/` },
    }),
  'a syslog server’s name': () =>
    send('POST', '/v1/audit-streams', {
      bearer: token,
      body: { kind: 'syslog', name: canary(), host: `${canary()}.invalid`, port: 6514 },
    }),
  'a request that isn’t HTTP': () => sendRaw(`${canary()} ${canary()}\r\n\r\n`),
  'a header that isn’t one': () => sendRaw(`GET /livez HTTP/1.1\r\nhost: x\r\n${canary()}\r\n\r\n`),
  'headers that are too large': () =>
    sendRaw(`GET /livez HTTP/1.1\r\nhost: x\r\nx-large: ${canary().repeat(500)}\r\n\r\n`),
  'a body that is cut off': () =>
    sendRaw(
      `POST /v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{"${canary()}`,
    ),
  'TLS where there is none': () =>
    new Promise((resolve) => {
      const { hostname, port } = new URL(server.origin)
      const socket = connectTls({ host: hostname, port: Number(port), servername: `${canary()}.example` })
      socket.on('error', resolve)
    }),
  'an error of the database that quotes the row': async () => {
    const database = await embeddedDatabase(join(directory, 'data'))
    const name = canary()
    await queryBehind(
      database,
      `create function refuse_loudly() returns trigger language plpgsql as $$ begin raise exception 'no %', new.name using detail = new.name; end $$;
       create trigger refuse_loudly before insert on system for each row execute function refuse_loudly()`,
    )
    const answer = await send('POST', '/v1/systems', { bearer: token, body: { name } })
    await queryBehind(database, 'drop trigger refuse_loudly on system')
    expect([answer.status, answer.text.includes(name)]).toEqual([500, false])
  },
}

test.each(Object.entries(doors))(
  'P1.2, ASVS 16.2.5: %s leaves nothing in the logs, at level trace',
  async (_door, knock) => {
    const first = canaries.length
    await knock()
    expect(canaries.length).toBeGreaterThan(first)
  },
)

test('P1.2, ASVS 16.2.5: none of them is in what the process wrote, though it logged every request', async () => {
  // Streams that can't deliver have been tried, and have said so.
  await vi.waitFor(() => expect(server.output()).toContain('an audit stream is not delivered'), { timeout: 20_000 })
  const written = server.output()
  expect(written).toContain('"msg":"request failed"')
  expect(written.match(/"msg":"request(?: refused)?"/g)?.length).toBeGreaterThan(20)
  expect(canaries.length).toBeGreaterThan(60)
  const found = canaries.filter((it) => written.toLowerCase().includes(it.toLowerCase()))
  const encoded = canaries.filter((it) => written.includes(Buffer.from(it).toString('base64').slice(0, 40)))
  expect([found, encoded]).toEqual([[], []])
  expect(written).not.toContain(token)
})
