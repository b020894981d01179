import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createTestDatabase, processesGone, type ServerProcess, startServerProcess } from '@afterai/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const main = fileURLToPath(new URL('../../src/instance/main.ts', import.meta.url))
const preload = fileURLToPath(new URL('../../testing/unforeseen-error.ts', import.meta.url))

let directory: string
let server: ServerProcess
let sockets: Socket[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterai-life-'))
  chmodSync(directory, 0o711)
  sockets = []
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  server.signalAll('SIGKILL')
  if (!(await processesGone(directory))) throw new Error('a process was left behind')
  rmSync(directory, { recursive: true, force: true })
})

async function start(command: [string, ...string[]], env: Record<string, string> = {}): Promise<ServerProcess> {
  const dataDir = join(directory, 'data')
  return startServerProcess({ command, env: { AFTERAI_DATA_DIR: dataDir, AFTERAI_RATE_READS: '1000000', ...env } })
}

/** Opens a connection and sends this over it. */
async function open(text: string): Promise<Socket> {
  const socket = connect(Number(new URL(server.origin).port), '127.0.0.1')
  sockets.push(socket.on('error', () => undefined).resume())
  await Promise.race([once(socket, 'connect'), once(socket, 'close')])
  socket.write(text)
  return socket
}

/** A sign-in whose body never ends. */
const unfinished =
  'POST /v1/session HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{'

async function ready(): Promise<number> {
  const answer = await fetch(`${server.origin}/readyz`, { headers: { connection: 'close' } }).catch(() => undefined)
  return answer?.status ?? 0
}

describe('an error that nothing catches', () => {
  test.each(['exception', 'rejection'])(
    'P1.2, P5.5: a process that ends by one (%s) says where, how much was under way and nothing of its message; its database stops in order',
    async (kind) => {
      const command = [process.execPath, '--import', preload, main, 'up', '--empty'] as [string, ...string[]]
      server = await start(command, { UNFORESEEN: kind, AFTERAI_LOG_LEVEL: 'silent' })
      expect(await ready()).toBe(200)
      const socket = await open(unfinished)
      const broken = once(socket, 'close')
      // It is under way once its head is read.
      await sleep(500)
      server.signal('SIGUSR2')
      expect(await server.ending).toEqual({ code: 70, signal: null })
      await broken
      const line =
        server
          .output()
          .split('\n')
          .find((it) => it.includes('"level":60')) ?? '{}'
      expect(JSON.parse(line)).toMatchObject({ type: 'TypeError', requestsUnderWay: 1 })
      expect(line).toContain('unforeseen-error.ts')
      expect(server.output()).not.toContain('canary')
      expect(await processesGone(directory)).toBe(true)
      server = await start([process.execPath, main, 'up', '--empty'], { AFTERAI_LOG_LEVEL: 'debug' })
      expect(server.output()).toContain('database system was shut down at')
      expect(server.output()).not.toContain('automatic recovery')
    },
  )
})

test('P5.3, P5.5: a process that is told to stop while a body arrives, and never ends, stops in order all the same', async () => {
  server = await start([process.execPath, main, 'up', '--empty'])
  const socket = await open(unfinished)
  const broken = once(socket, 'close')
  await sleep(500)
  server.signal('SIGTERM')
  expect(await server.ending).toEqual({ code: 0, signal: null })
  await broken
})

test('P5.3: a process that may open 64 files sheds the connections for which it has none left, lives, and serves again once they are gone', async () => {
  const database = await createTestDatabase()
  const { user, password, host } = database.login
  const url = `postgresql://${user}:${encodeURIComponent(password)}@localhost/${database.name}?host=${encodeURIComponent(host)}`
  const command = `ulimit -n 64; exec '${process.execPath}' '${main}' up --empty`
  server = await start(['/bin/sh', '-c', command], { AFTERAI_DATABASE_URL: url })
  for (let n = 0; n < 120; n += 1) await open('GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n')
  // The process looks at its memory and at its event loop twice a second, and asks its database for the ledger's queue.
  await sleep(2_500)
  expect(sockets.filter((it) => !it.destroyed).length).toBeLessThan(64)
  for (const socket of sockets) socket.destroy()
  await expect.poll(ready, { timeout: 30_000 }).toBe(200)
  expect(server.output()).not.toContain('"level":60')
  server.signal('SIGTERM')
  expect(await server.ending).toEqual({ code: 0, signal: null })
  await database.drop()
})
