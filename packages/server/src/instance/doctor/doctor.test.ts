import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Check } from './check.ts'
import { formatDoctor, runDoctor } from './doctor.ts'
import { checkNode, judgeDiskSpace } from './machine-checks.ts'

let directory: string
let database: TestDatabase

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'afterai-doctor-'))
  database = await createTestDatabase()
})

afterAll(async () => {
  await database.drop()
  rmSync(directory, { recursive: true })
})

async function examine(env: Record<string, string>, now?: () => Date): Promise<Record<string, Check>> {
  const options = { env: { AFTERAI_DATA_DIR: join(directory, 'data'), AFTERAI_LISTEN: '127.0.0.1:0', ...env } }
  const checks = await runDoctor(now === undefined ? options : { ...options, now })
  return Object.fromEntries(checks.map((check) => [check.name, check]))
}

function urlOf({ user, password, host, port, database }: TestDatabase['owner'], as = { user, password }): string {
  return `postgresql://${as.user}:${encodeURIComponent(as.password)}@${encodeURIComponent(host)}:${port}/${database}`
}

async function asOwner(...statements: string[]): Promise<void> {
  const client = new Client(database.owner)
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

test('finds nothing wrong with a fresh trial, and makes nothing', async () => {
  const checks = await examine({})
  expect(Object.values(checks).map(({ state }) => state)).toEqual(Array.from({ length: 9 }, () => 'ok'))
  expect(checks['data directory']?.found).toContain('to be made')
})

test('P5.1: lists every fault of the configuration beside the checks that need none', async () => {
  const checks = await examine({ AFTERAI_MODE: 'x', AFTERAI_LISTEN: 'y' })
  expect(checks['AFTERAI_MODE']?.state).toBe('fail')
  expect(checks['AFTERAI_LISTEN']?.state).toBe('fail')
  expect(checks['Node.js']?.state).toBe('ok')
})

describe('P5.2: the database', () => {
  test('P5.2: passes with the role that migrations make', async () => {
    const checks = await examine({ AFTERAI_DATABASE_URL: urlOf(database.login) })
    const states = ['version', 'role', 'clock', 'schema'].map((what) => checks[`database ${what}`]?.state)
    expect(states).toEqual(['ok', 'ok', 'ok', 'ok'])
  })

  test('P5.2: fails as a superuser', async () => {
    const checks = await examine({ AFTERAI_DATABASE_URL: urlOf(database.owner) })
    expect(checks['database role']).toMatchObject({ state: 'fail', found: 'postgres is a superuser' })
  })

  test('P5.2: fails as a role that bypasses row level security, or owns tables', async () => {
    const as = { user: `bypass_${database.name}`, password: 'canary-44' }
    await asOwner(`create role ${as.user} login bypassrls password '${as.password}'`)
    const env = { AFTERAI_DATABASE_URL: urlOf(database.owner, as) }
    const bypassing = await examine(env)
    expect(bypassing['database role']).toMatchObject({ state: 'fail', found: expect.stringContaining('bypasses') })

    await asOwner(`alter role ${as.user} nobypassrls`, 'create table owned ()', `alter table owned owner to ${as.user}`)
    const owning = await examine(env)
    expect(owning['database role']).toMatchObject({ state: 'fail', found: expect.stringContaining('owns tables') })
    await asOwner('drop table owned', `drop role ${as.user}`)
  })

  test('tells a wrong password and an unreachable server, without the password', async () => {
    const urls = [
      urlOf(database.login, { user: database.login.user, password: 'canary-45' }),
      'postgresql://afterai:canary-45@127.0.0.1:1/afterai',
    ]
    for (const url of urls) {
      const checks = await examine({ AFTERAI_DATABASE_URL: url })
      expect(checks['database']?.state).toBe('fail')
      expect(formatDoctor(Object.values(checks))).not.toContain('canary-45')
    }
  })

  test('tells a schema that was not made and one from the future', async () => {
    const other = { ...database.login, database: 'postgres' }
    expect((await examine({ AFTERAI_DATABASE_URL: urlOf(other) }))['database schema']?.found).toBe('not made yet')
    await asOwner(`insert into kysely_migration (name, timestamp) values ('9999_future', '2030-01-01')`)
    const checks = await examine({ AFTERAI_DATABASE_URL: urlOf(database.login) })
    expect(checks['database schema']).toMatchObject({ state: 'warn', found: expect.stringContaining('9999_future') })
    await asOwner(`delete from kysely_migration where name = '9999_future'`)
  })

  test.each([
    [0, 'ok'],
    [10_000, 'warn'],
    [-60_000, 'fail'],
  ])('P5.2: judges clocks that are %d ms apart: %s', async (apartMs, state) => {
    const env = { AFTERAI_DATABASE_URL: urlOf(database.login) }
    const checks = await examine(env, () => new Date(Date.now() + apartMs))
    expect(checks['database clock']?.state).toBe(state)
  })
})

describe('this machine', () => {
  test('fails with key files that others may read, naming them', async () => {
    const keys = join(directory, 'keys')
    mkdirSync(keys, { mode: 0o700 })
    writeFileSync(join(keys, 'master.key'), 'x', { mode: 0o600 })
    expect((await examine({ AFTERAI_KEY_DIR: keys }))['keys']?.state).toBe('ok')
    chmodSync(join(keys, 'master.key'), 0o644)
    const checks = await examine({ AFTERAI_KEY_DIR: keys })
    expect(checks['keys']).toMatchObject({ state: 'fail', fix: `Run: chmod go-rwx ${join(keys, 'master.key')}` })
  })

  test('fails where the data directory is a file', async () => {
    const file = join(directory, 'file')
    writeFileSync(file, '')
    expect((await examine({ AFTERAI_DATA_DIR: file }))['data directory']?.state).toBe('fail')
  })

  test('warns of a port that is taken', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const checks = await examine({ AFTERAI_LISTEN: `127.0.0.1:${port}` })
    await new Promise((resolve) => server.close(resolve))
    expect(checks['port']).toMatchObject({ state: 'warn', found: `127.0.0.1:${port} is taken` })
  })

  test('fails with a clock from before this version was made', async () => {
    expect((await examine({}, () => new Date('1970-01-02')))['clock']?.state).toBe('fail')
  })

  test.each([
    ['20.20.2', 'fail'],
    ['24.0.0', 'ok'],
    ['100.1.0', 'ok'],
  ])('judges Node.js %s: %s', (version, state) => {
    expect(checkNode(version).state).toBe(state)
  })

  test.each([
    [255, 'fail'],
    [256, 'warn'],
    [1024, 'ok'],
  ])('judges %d MiB of free disk: %s', (mebibytes, state) => {
    expect(judgeDiskSpace(mebibytes * 2 ** 20).state).toBe(state)
  })
})

test('prints one line a check, the remedy below, and a verdict', () => {
  const text = formatDoctor([
    { name: 'port', state: 'ok', found: 'free' },
    { name: 'keys', state: 'fail', found: 'open', fix: 'Close them.' },
  ])
  expect(text).toBe('ok    port  free\nfail  keys  open\n            Close them.\n\nTo mend before AfterAI runs: 1.\n')
})
