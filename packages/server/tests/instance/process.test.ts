import { setTimeout as sleep } from 'node:timers/promises'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answers, launchServer, processesGone, type ServerProcess, startServerProcess } from '@afterai/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { embeddedDatabase, queryBehind } from '../../testing/database-behind.ts'

const npmStart = ['npm', 'start', '--silent'] as const

let directory: string
let started: ServerProcess[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterai-process-'))
  chmodSync(directory, 0o711)
  started = []
})

afterEach(async () => {
  for (const server of started) server.signalAll('SIGKILL')
  if (!(await processesGone(directory))) throw new Error('a process was left behind')
  rmSync(directory, { recursive: true, force: true })
})

function environment(): Record<string, string> {
  return { AFTERAI_DATA_DIR: join(directory, 'data'), HOME: directory }
}

async function startChain(): Promise<ServerProcess> {
  const server = await startServerProcess({ command: npmStart, env: environment() })
  started.push(server)
  return server
}

describe('the chain of processes behind npm start', () => {
  test('P5.5: ends whole on Ctrl-C', async () => {
    const server = await startChain()
    server.signalAll('SIGINT')
    await server.ending
    expect(await processesGone(directory)).toBe(true)
    expect(await answers(server.origin)).toBe(false)
  })

  test('P5.5: takes a Ctrl-C that arrives twice at once for one, and stops in order', async () => {
    const server = await startServerProcess({ env: environment() })
    started.push(server)
    server.signal('SIGINT')
    await sleep(20)
    server.signal('SIGINT')
    expect(await server.ending).toEqual({ code: 0, signal: null })
    expect(server.output()).not.toContain('"level"')
    expect(await processesGone(directory)).toBe(true)
  })

  test('P5.5: ends whole when a service manager stops it', async () => {
    const server = await startChain()
    server.signal('SIGTERM')
    await server.ending
    expect(await processesGone(directory)).toBe(true)
  })

  test('P5.5: leaves nothing running after kill -9 of all of it, and starts again at once', async () => {
    const server = await startChain()
    server.signalAll('SIGKILL')
    await server.ending
    const next = await startChain()
    expect(await answers(next.origin)).toBe(true)
    next.signalAll('SIGKILL')
    await next.ending
    expect(await processesGone(directory)).toBe(true)
  })

  test('does the work of the first start once', async () => {
    const first = await startChain()
    await vi.waitUntil(() => first.output().includes('A sample workspace'), { timeout: 60_000 })
    const made = await workDone()
    first.signalAll('SIGINT')
    await first.ending
    expect(await processesGone(directory)).toBe(true)
    await startChain()
    expect(await workDone()).toEqual(made)
  })
})

test('P4.5: a log that is not what was signed last keeps the server from starting, and says so', async () => {
  const first = await startChain()
  const database = await embeddedDatabase(join(directory, 'data'))
  await expect
    .poll(() => queryBehind(database, 'select from ledger_checkpoint limit 1'), { timeout: 20_000 })
    .toHaveLength(1)
  await queryBehind(
    database,
    `alter table ledger_checkpoint disable trigger append_only;
     update ledger_checkpoint set root = sha256('another');
     alter table ledger_checkpoint enable always trigger append_only`,
  )
  first.signal('SIGTERM')
  await first.ending
  const refused = await launchServer({ env: environment() })
  started.push(refused)
  expect(await refused.ending).toEqual({ code: 78, signal: null })
  expect(refused.output()).toContain('is not the one of its last checkpoint')
  expect(await answers(refused.origin)).toBe(false)
})

/** Reads what the first start made: migrations with their times, tenants, accounts. */
async function workDone(): Promise<unknown> {
  return queryBehind(
    await embeddedDatabase(join(directory, 'data')),
    `select (select json_agg(m order by name) from kysely_migration m) as migrations,
      (select json_agg(t.id order by t.id) from tenant t) as tenants,
      (select json_agg(a.id order by a.id) from account a) as accounts`,
  )
}

describe('P5.2: a bad configuration', () => {
  const bad: [name: string, value: string][] = [
    ['AFTERAI_MODE', 'prod'],
    ['AFTERAI_LISTEN', '0.0.0.0:4680'],
    ['AFTERAI_PUBLIC_URL', 'https://afterai.example.com'],
    ['AFTERAI_DATA_DIR', ''],
    ['AFTERAI_KEY_DIR', ''],
    ['AFTERAI_DATABASE_URL', 'postgresql://server:secret@10.0.0.9/afterai'],
    ['AFTERAI_DATABASE_OWNER_URL', 'mysql://owner@localhost/afterai'],
    ['AFTERAI_DATABASE_POOL_SIZE', '0'],
    ['AFTERAI_LOG_LEVEL', 'loud'],
    ['AFTERAI_SESSION_IDLE_MINUTES', '-1'],
    ['AFTERAI_SESSION_MAX_HOURS', '1000'],
    ['AFTERAI_SHUTDOWN_SECONDS', 'soon'],
    ['AFTERAI_IMPORT_MAX_MIB', '1e3'],
    ['AFTERAI_OUTBOUND_NETWORKS', '0.0.0.0/0'],
    ['AFTERAI_METRICS_LISTEN', '0.0.0.0:9464'],
    ['AFTERAI_METRICS_BEYOND_LOOPBACK', '1'],
    ['AFTERAI_OTLP_TRACES_URL', 'http://10.0.0.9:4318/v1/traces'],
    ['AFTERAI_TRUSTED_PROXIES', '0.0.0.0/0'],
    ['AFTERAI_MAX_CONNECTIONS', '1'],
    ['AFTERAI_LISTN', '127.0.0.1:1'],
  ]

  test.each(bad)('P5.2: %s=%s ends the start with exit code 78 and its name, nothing opened', async (name, value) => {
    const server = await launchServer({ env: { ...environment(), [name]: value } })
    started.push(server)
    const tooLong = setTimeout(() => server.signalAll('SIGKILL'), 30_000)
    expect(await server.ending).toEqual({ code: 78, signal: null })
    clearTimeout(tooLong)
    expect(server.output()).toContain(name)
    expect(server.output()).not.toContain('secret')
    expect(await answers(server.origin)).toBe(false)
    expect(existsSync(join(directory, 'data'))).toBe(false)
  })

  test('P5.2: is told by the exit code of npm start too', async () => {
    const server = await launchServer({ command: npmStart, env: { ...environment(), AFTERAI_MODE: 'prod' } })
    started.push(server)
    expect(await server.ending).toEqual({ code: 78, signal: null })
  })
})
