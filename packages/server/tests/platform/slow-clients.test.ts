import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  attacksOn,
  experienceDuring,
  openConnections,
  processesGone,
  residentMib,
  runAttack,
  type ServerProcess,
  startServerProcess,
} from '@afterai/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'afterai-slow-'))
const size = { connections: 400, seconds: 8 }
/** More than it takes at rest, far less than what hundreds of slow connections could hold. */
const memoryMib = 400

let server: ServerProcess
let port: number
let token: string

beforeAll(async () => {
  chmodSync(directory, 0o711)
  server = await startServerProcess({
    env: {
      AFTERAI_DATA_DIR: join(directory, 'data'),
      AFTERAI_RATE_READS: '100000',
      AFTERAI_RATE_CREDENTIALS: '100000',
    },
    command: [process.execPath, 'packages/server/src/instance/main.ts', 'up', '--empty'],
  })
  port = Number(new URL(server.origin).port)
  await vi.waitUntil(() => server.output().includes('--setup'), { timeout: 20_000 })
  const [, code = ''] = /--setup (\S+)/.exec(server.output()) ?? []
  const password = 'heron-quartz-91-lantern'
  const body = { code, email: 'ada@example.com', name: 'Ada', password, tenant: { slug: 'acme', name: 'Acme' } }
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${server.origin}/v1/setup`, { method: 'POST', headers, body: JSON.stringify(body) })
  token = ((await answer.json()) as { accessToken: string }).accessToken
})
afterAll(async () => {
  server.signal('SIGTERM')
  await server.ending
  await processesGone(directory)
  rmSync(directory, { recursive: true, force: true })
})

test.each(['slow headers', 'slow bodies', 'slow reads', 'flood of one address', 'flood of nothing'])(
  'P5.3, ASVS 2.4.1: %s from one address leave another one’s client without an error, memory bounded, and no connection open',
  async (name) => {
    const attack = attacksOn(server.origin, size).find((it) => it.name === name)
    if (attack === undefined) throw new Error(`there is no attack ${name}`)
    const client = { url: `${server.origin}/v1/systems`, token }
    // Its own connections are none of the attack's.
    let own = 0
    const calm = await experienceDuring(
      { ...client, onAnswer: () => (own = Math.max(own, openConnections(port))) },
      async () => undefined,
    )
    expect(calm.errors).toEqual([])
    let most = 0
    let mostHeld = 0
    let answeredUnderAttack = 0
    const onAnswer = (): void => {
      const held = openConnections(port) - own
      mostHeld = Math.max(mostHeld, held)
      if (held > 0) answeredUnderAttack += 1
    }
    const watching = setInterval(() => (most = Math.max(most, residentMib(server.pid))), 200)
    const seen = await experienceDuring({ ...client, onAnswer }, () => runAttack(attack))
    clearInterval(watching)
    expect(seen.errors).toEqual([])
    expect(seen.requests).toBeGreaterThanOrEqual(50)
    // Answered while the attack held its connections, and it held many.
    expect(mostHeld).toBeGreaterThanOrEqual(50)
    expect(answeredUnderAttack).toBeGreaterThanOrEqual(10)
    expect(most).toBeLessThan(memoryMib)
    // The well-behaved client's own is gone as well; what is left must end by itself.
    await expect.poll(() => openConnections(port), { timeout: 40_000, interval: 500 }).toBe(0)
  },
  120_000,
)

test.each([
  ['says nothing', ''],
  ['stops within its headers', 'GET /livez HTTP/1.1\r\nhost: x\r\nx-a: '],
  [
    'stops within its body',
    'POST /v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
  ],
  [
    'stops within a chunk',
    'POST /v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{',
  ],
  ['asks once and stays', 'GET /livez HTTP/1.1\r\nhost: x\r\n\r\n'],
])('P5.3: a client that %s is let go', async (_what, bytes) => {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  socket.resume().write(bytes)
  await once(socket, 'close')
  expect(socket.destroyed).toBe(true)
})

test('P5.3: a client that sends its headers a byte a second is let go', async () => {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  socket.resume().write('GET /livez HTTP/1.1\r\nhost: x\r\nx-a: ')
  const drip = setInterval(() => socket.write('a'), 1_000)
  await once(socket, 'close')
  clearInterval(drip)
  expect(socket.destroyed).toBe(true)
})
