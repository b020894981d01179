import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadInstanceKeys } from '../keys/index.ts'
import { createLedgerKeys, startSequencer } from '../ledger/index.ts'
import { createTestLedger, type TestLedger } from '../../testing/test-ledger.ts'
import { openLoneConnection } from '../platform/database.ts'
import { knownMigrations, migrate } from '../platform/migrations.ts'
import { putKeyFiles } from './key-folder.ts'
import { isEmptyDatabase, putBack } from './put-back.ts'
import { authenticateBackup, checkBackup, openBackup } from './read-backup.ts'
import { takeBackup } from './take-backup.ts'

const passphrase = 'lantern-violet-harbour-41'
const folder = mkdtempSync(join(tmpdir(), 'afterai-restore-'))
const path = join(folder, 'whole.backup')
const databases: TestDatabase[] = []
let source: Client
let ledger: TestLedger

beforeAll(async () => {
  const database = await newDatabase()
  source = new Client(database.owner)
  await source.connect()
  ledger = await createTestLedger(database)
  await ledger.write(700)
  const sequencer = startSequencer(ledger)
  await sequencer.stop()
  while ((await sequencer.integrate(ledger.tenantId)) > 0);
  await fill(source, ledger.tenantId)
  const owner = await openLoneConnection(database.owner)
  const migrations = await knownMigrations()
  const about = { backupId: crypto.randomUUID(), product: '0.1.0', migrations, keyFingerprint: 'ab', keys: undefined }
  await takeBackup(owner, { path, passphrase, ...about })
  await owner.close()
})

afterAll(async () => {
  await source.end()
  await ledger.close()
  for (const database of databases) await database.drop()
  rmSync(folder, { recursive: true })
})

async function newDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase()
  databases.push(database)
  return database
}

/** Rows with what is hard to write down: nulls, other alphabets, quotes and ends of lines, large numbers, a row larger than a piece. */
async function fill(client: Client, tenantId: string): Promise<void> {
  await client.query(
    `insert into observation (tenant_id, id, system_id, environment, fingerprint, outcome, origin, revision, observed_at)
     select $1, gen_random_uuid(), $1, 'production', repeat('f', 64), 'unchanged', 'sdk',
       case when n % 2 = 0 then null else E'é\\t\\\\N\\n"\\u6f22' || n end, now() - n * interval '1.000001 second'
     from generate_series(1, 3000) n`,
    [tenantId],
  )
  await client.query(`insert into account (id, name) values (gen_random_uuid(), repeat('Zoë', 500000))`)
}

async function restore(file: string, target: TestDatabase): Promise<number> {
  const owner = await openLoneConnection(target.owner)
  try {
    await using opened = await openBackup(file, passphrase)
    const backup = await authenticateBackup(opened)
    return await putBack(owner, { opened, backup, verifierOf: () => ledger.verifier })
  } finally {
    await owner.close()
  }
}

async function ask(database: TestDatabase, query: string): Promise<object[]> {
  const client = new Client(database.owner)
  await client.connect()
  try {
    return (await client.query<object>(query)).rows
  } finally {
    await client.end()
  }
}

const shape = `
  select conrelid::regclass::text as "table", conname as name, pg_get_constraintdef(oid) as definition, convalidated::text as state
    from pg_constraint where connamespace = 'public'::regnamespace
  union all select tablename, indexname, indexdef, '' from pg_indexes where schemaname = 'public'
  union all select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), tgenabled::text from pg_trigger where not tgisinternal
  order by 1, 2, 3`
const contents = `select
  (select md5(string_agg(o::text, '|' order by id)) from observation o) as observations,
  (select md5(string_agg(c::text, '|' order by c::text)) from observation_count c) as counts,
  (select md5(string_agg(a::text, '|' order by id)) from account a) as accounts,
  (select md5(string_agg(e::text, '|' order by tenant_id, idx)) from ledger_entry e) as entries`

test('P5.5: a restored database holds the same rows, and what counts them counts none twice', async () => {
  const target = await newDatabase()
  const { rows } = await checkBackup(path, passphrase)
  const before = await ask(target, shape)
  expect(await restore(path, target)).toBe(rows)
  expect(await ask(target, contents)).toEqual((await source.query(contents)).rows)
  expect(await ask(target, shape)).toEqual(before)
  expect(before.length).toBeGreaterThan(100)
})

test('P5.5: a restore that fails at its end leaves no row, and every key, index and trigger as it was', async () => {
  const target = await newDatabase()
  const before = await ask(target, shape)
  const owner = await openLoneConnection(target.owner)
  await using opened = await openBackup(path, passphrase)
  const backup = await authenticateBackup(opened)
  const order = { opened, backup, verifierOf: () => ({ ...ledger.verifier, name: 'log.example.com/another' }) }
  await expect(putBack(owner, order)).rejects.toMatchObject({ code: 'broken_log' })
  expect(await isEmptyDatabase(owner)).toBe(true)
  await owner.close()
  expect(await ask(target, shape)).toEqual(before)
})

test('P5.5: one other bit near the end of a file is seen before its first row is read', async () => {
  const bytes = readFileSync(path)
  const at = bytes.length - 3_000
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  const file = join(folder, 'changed.backup')
  writeFileSync(file, bytes)
  await using opened = await openBackup(file, passphrase)
  await expect(authenticateBackup(opened)).rejects.toMatchObject({ code: 'damaged' })
})

test('P5.5: a backup of format 1 is restored with its keys, and its logs are what they signed', async () => {
  const old = fileURLToPath(new URL('../../tests/backup/format-1.backup', import.meta.url))
  const target = await newDatabase()
  await ask(target, 'drop schema public cascade; create schema public')
  await using opened = await openBackup(old, passphrase)
  const backup = await authenticateBackup(opened)
  expect(opened.format).toBe(1)
  expect((await checkBackup(old, passphrase)).sha256).toBe(backup.sha256)
  const login = { name: target.login.user, password: target.login.password }
  await migrate(target.owner, login, backup.manifest.migrations.at(-1))
  const keyDir = join(folder, 'keys')
  await putKeyFiles(keyDir, backup.keys)
  const { record, log } = await loadInstanceKeys(keyDir, { make: false })
  const owner = await openLoneConnection(target.owner)
  const verifierOf = createLedgerKeys(record.privateKey, log.privateKey).checkpointVerifier
  expect(await putBack(owner, { opened, backup, verifierOf })).toBe(31)
  await owner.close()
  expect(await ask(target, 'select name from account')).toEqual([{ name: 'Zoë Ångström' }])
  expect(backup.logs.map(({ size }) => size)).toEqual(expect.arrayContaining([3, 4]))
})

test('every type of a column is PostgreSQL’s own, so that its binary form is the same everywhere', async () => {
  const { rows } = await source.query(
    `select a.attrelid::regclass::text || '.' || a.attname as name, t.typname as type
     from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
       and c.relname not like 'kysely%' and (t.oid >= 10000 or t.typname in ('oid', 'xid', 'xid8', 'pg_lsn') or t.typname like 'reg%')`,
  )
  expect(rows).toEqual([])
})
