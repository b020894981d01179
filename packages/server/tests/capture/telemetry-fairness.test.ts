import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

const mebibyte = 2 ** 20

let server: TestServer
let [greedy, polite] = ['', '']
let sockets: Socket[] = []

beforeAll(async () => {
  server = await startTestServer()
  await server.http.listen({ host: '127.0.0.1', port: 0 })
  greedy = (await server.addKey(server.admin, ['telemetry:write'])).key
  const other = await server.addPerson(await server.addTenant('polite'), 'admin')
  polite = (await server.addKey(other, ['telemetry:write'])).key
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets = []
  await vi.waitUntil(async () => (await statusOf(greedy)) === 200, { timeout: 10_000 })
})
afterAll(() => server.stop())

/** Announces a body, sends one byte of it, and stays; tells how many were answered, which are those that were turned away. */
async function announce(path: string, requests: { readonly count: number; readonly bytes: number }) {
  const { port } = server.http.server.address() as AddressInfo
  let refused = 0
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${greedy}\r\ncontent-type: application/json\r\n`
  for (let n = 0; n < requests.count; n += 1) {
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket.on('error', () => undefined))
    socket.once('data', (data) => (refused += String(data).startsWith('HTTP/1.1 503') ? 1 : 0))
    await once(socket, 'connect')
    socket.write(`${head}content-length: ${requests.bytes}\r\n\r\n{`)
  }
  return () => refused
}

async function statusOf(token: string): Promise<number> {
  const event = { kind: 'measure', system: 'fair', at: new Date().toISOString(), latencyMs: 1 }
  const body = { bootId: randomUUID(), sequence: 0, sentAt: new Date().toISOString(), events: [event] }
  return (await server.send({ method: 'POST', path: '/v1/telemetry', token, body })).status
}

test.each(['/v1/telemetry', '/v1/traces'])(
  'P5.3, ASVS 2.4.1: a tenant that announces more than there is room for at %s leaves a quarter of it, and others are served',
  async (path) => {
    const refused = await announce(path, { count: 12, bytes: 8 * mebibyte })
    // Six times eight mebibytes are three quarters of the 64; its own next one finds no room, neither here nor at the other door.
    await expect.poll(refused).toBe(6)
    expect(await statusOf(polite)).toBe(200)
    expect(await statusOf(greedy)).toBe(503)
  },
)

test('P5.3, ASVS 2.4.1: a tenant that holds as many small requests as it gets leaves room for others', async () => {
  const small = await startTestServer({ captureLimits: { requests: 8 } })
  const previous = server
  server = small
  const key = greedy
  try {
    await small.http.listen({ host: '127.0.0.1', port: 0 })
    greedy = (await small.addKey(small.admin, ['telemetry:write'])).key
    const other = await small.addPerson(await small.addTenant('polite'), 'admin')
    const token = (await small.addKey(other, ['telemetry:write'])).key
    const refused = await announce('/v1/telemetry', { count: 12, bytes: 10 })
    await expect.poll(refused).toBe(6)
    expect([await statusOf(token), await statusOf(greedy)]).toEqual([200, 503])
  } finally {
    for (const socket of sockets) socket.destroy()
    await small.stop()
    server = previous
    greedy = key
  }
})

test('P5.3: clients that go away while their credential is checked leave no room taken', async () => {
  const { port } = server.http.server.address() as AddressInfo
  const head = `POST /v1/telemetry HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${greedy}\r\ncontent-type: application/json\r\n`
  for (let n = 0; n < 60; n += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    await once(socket, 'connect')
    const arrived = once(server.http.server, 'request')
    socket.write(`${head}content-length: ${8 * mebibyte}\r\n\r\n{`)
    await arrived
    socket.resetAndDestroy()
  }
  await expect.poll(() => statusOf(polite)).toBe(200)
  await expect.poll(() => statusOf(greedy)).toBe(200)
})
