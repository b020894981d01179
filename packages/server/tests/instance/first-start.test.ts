import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DebianPostgres, processesGone, startDebianPostgres } from '@afterai/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { queryBehind } from '../../testing/database-behind.ts'
import { startAfterKills } from '../../testing/first-start-run.ts'

const cluster = [
  'chmodSync .postgres-unfinished', // a folder for it
  'renameSync postgres-password',
  'spawn /bin/sh', // initdb
  'renameSync .postgres-unfinished', // it is complete, under another name
  'rmSync .postgres-unfinished-password',
  'chmodSync socket',
  'writeFileSync database-login',
  'renameSync database-login',
]
const schema = [
  'sql do ', // the first role
  'sql alter role', // the login's password
  'sql grant afterai_app, afterai_sequencer to', // what the roles may
  'sql create table if not exists "public"."kysely_migration" ',
  'sql create table if not exists "public"."kysely_migration_lock"',
  'sql -- Tenants, accounts', // the first migration
  'sql -- One row: which keys', // one in the middle
  'sql commit', // of all migrations
  'sql grant execute on function', // what the login may call
]
const keys = [
  'chmod keys',
  'link record-signing.pem',
  'rm record-signing.pem',
  'writeFile master.key',
  'rm master.key',
  'sql select bind_instance',
  'sql insert into "ledger_log"', // the operators' tenant, half made
  'sql select put_setup_code',
]
const sample = ['fetch /v1/session', 'fetch /v1/evaluations', 'fetch /v1/changes/…/assessments', 'fetch /v1/decisions']

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterai-first-'))
  chmodSync(directory, 0o711)
})
afterEach(async () => {
  if (!(await processesGone(directory))) throw new Error('a process was left behind')
  rmSync(directory, { recursive: true, force: true })
})

test('P5.5: a first start on the embedded PostgreSQL that is killed before each of its steps in turn comes up whole at last', async () => {
  const instance = { directory, env: {}, lastWords: 'A sample workspace' }
  expect(await startAfterKills(instance, [...cluster, ...schema, ...keys, ...sample])).toEqual([])
}, 600_000)

describe('a first start on a PostgreSQL of one’s own', () => {
  let postgres: DebianPostgres
  beforeAll(async () => {
    postgres = await startDebianPostgres()
  })
  afterAll(() => postgres.stop())

  const login = 'afterai_server:violet-harbour-41-lantern'
  /** An instance on a new database of the cluster. */
  async function instanceOn(database: string): Promise<Parameters<typeof startAfterKills>[0]> {
    await queryBehind(postgres.admin, `create database ${database}`)
    const env = {
      AFTERAI_DATABASE_URL: `postgresql://${login}@127.0.0.1:${postgres.port}/${database}`,
      AFTERAI_DATABASE_OWNER_URL: postgres.url.replace(/\/postgres$/, `/${database}`),
    }
    return { directory, env, lastWords: '--setup' }
  }

  test('P5.5: that is killed before each of its steps in turn comes up whole at last', async () => {
    expect(await startAfterKills(await instanceOn('killed'), [...schema, ...keys])).toEqual([])
  }, 600_000)
})
