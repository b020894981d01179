import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openLoneConnection } from '../platform/database.ts'
import { knownMigrations } from '../platform/migrations.ts'
import { checkBackup } from './read-backup.ts'
import { backedUp, leftOut } from './tables.ts'
import { takeBackup } from './take-backup.ts'

const passphrase = 'lantern-violet-harbour-41'
const chunk = 65_536 + 16
const folder = mkdtempSync(join(tmpdir(), 'afterai-backup-file-'))
const path = join(folder, 'whole.backup')
let database: TestDatabase
let whole: Buffer
let head: number
let refusals: PromiseSettledResult<unknown>[]
/** The tables that the migrations made. */
let made: string[]

beforeAll(async () => {
  database = await createTestDatabase()
  const client = new Client(database.owner)
  await client.connect()
  await client.query(`insert into account (id, name, email)
    select gen_random_uuid(), name, 'person-' || n || '@acme.example' from generate_series(1, 2500) n,
      lateral (select string_agg(md5(n || ' ' || part), '') as name from generate_series(1, 6) part) it`)
  const tables = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'`,
  )
  made = tables.rows.map(({ name }) => name)
  await client.end()
  const owner = await openLoneConnection(database.owner)
  const order = {
    path,
    passphrase,
    backupId: crypto.randomUUID(),
    product: '0.1.0',
    migrations: await knownMigrations(),
    keyFingerprint: 'ab'.repeat(32),
    keys: [{ kind: 'key' as const, name: 'master.key', content: Buffer.from('secret').toString('base64') }],
  }
  await takeBackup(owner, order)
  refusals = await Promise.allSettled([
    takeBackup(owner, { ...order, passphrase: 'short' }),
    // One connection does one thing after the other.
    takeBackup(owner, order),
  ])
  await owner.close()
  whole = readFileSync(path)
  head = whole.indexOf('\n', whole.indexOf('\n') + 1) + 1
})

afterAll(async () => {
  await database.drop()
  rmSync(folder, { recursive: true })
})

function check(bytes: Uint8Array, words = passphrase) {
  const changed = join(folder, 'changed.backup')
  writeFileSync(changed, bytes)
  return checkBackup(changed, words)
}

test('P5.5: a backup that nobody touched is whole, and tells what it holds', async () => {
  const backup = await checkBackup(path, passphrase)
  expect(whole.length - head).toBeGreaterThan(3 * chunk)
  expect(backup.rows).toBe(2_500)
  expect(backup.keys).toHaveLength(1)
  expect(backup.manifest.leftOut).toEqual(Object.keys(leftOut))
  expect(backup.manifest.tables).toEqual(expect.arrayContaining(['tenant', 'ledger_entry', 'record_section']))
  expect(backup.manifest.tables.filter((name) => Object.hasOwn(leftOut, name))).toEqual([])
})

test('P5.5: every table of the schema is listed as backed up, or as left out with why', async () => {
  const { tables } = (await checkBackup(path, passphrase)).manifest
  expect(tables.toSorted()).toEqual(backedUp.toSorted())
  expect(made.toSorted()).toEqual([...backedUp, ...Object.keys(leftOut)].toSorted())
})

test('P4.6, P5.5: no backup is written over, and none is made under a short passphrase', () => {
  expect(refusals).toMatchObject([{ reason: { code: 'bad_passphrase' } }, { reason: { code: 'file_exists' } }])
})

describe('P4.6, P5.5: a backup that is not as it was written is refused by name', () => {
  test.each([0.02, 0.2, 0.45, 0.7, 0.97, 1])('P5.5: one bit is another, at %f of its body', async (part) => {
    const bytes = Buffer.from(whole)
    const at = Math.min(head + Math.floor((bytes.length - head) * part), bytes.length - 1)
    bytes.writeUInt8(bytes.readUInt8(at) ^ 4, at)
    await expect(check(bytes)).rejects.toMatchObject({ code: 'damaged' })
  })

  test('P5.5: one bit of its head is another', async () => {
    for (const [at, code] of [
      [3, 'not_a_backup'],
      [15, /newer_format|damaged/],
      [40, /damaged|wrong_passphrase/],
      [head - 6, /damaged|wrong_passphrase/],
    ] as const) {
      const bytes = Buffer.from(whole)
      bytes.writeUInt8(bytes.readUInt8(at) ^ 3, at)
      await expect(check(bytes), `at ${at}`).rejects.toMatchObject({ code: expect.stringMatching(code) })
    }
  })

  test('P5.5: its end is missing, at the end of a piece and in the middle of one', async () => {
    await expect(check(whole.subarray(0, head))).rejects.toMatchObject({ code: 'truncated' })
    await expect(check(whole.subarray(0, head + 2 * chunk))).rejects.toMatchObject({ code: 'truncated' })
    await expect(check(whole.subarray(0, head + 2 * chunk + 500))).rejects.toMatchObject({ code: 'damaged' })
    await expect(check(whole.subarray(0, 10))).rejects.toMatchObject({ code: 'not_a_backup' })
    await expect(check(Buffer.alloc(0))).rejects.toMatchObject({ code: 'not_a_backup' })
  })

  test('P5.5: two of its pieces are swapped, one is doubled, one is gone, or something was added', async () => {
    const piece = (at: number): Buffer => whole.subarray(head + at * chunk, head + (at + 1) * chunk)
    const start = whole.subarray(0, head)
    const rest = whole.subarray(head + 2 * chunk)
    for (const pieces of [[piece(1), piece(0)], [piece(0), piece(0), piece(1)], [piece(0)]])
      await expect(check(Buffer.concat([start, ...pieces, rest]))).rejects.toMatchObject({ code: 'damaged' })
    await expect(check(Buffer.concat([whole, Buffer.alloc(20)]))).rejects.toMatchObject({ code: 'damaged' })
  })

  test('P4.6: the passphrase is another', async () => {
    await expect(check(whole, `${passphrase}.`)).rejects.toMatchObject({ code: 'wrong_passphrase' })
  })
})
