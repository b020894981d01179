import { Client, type ClientConfig } from 'pg'
import { expect, test } from 'vitest'
import { createTestDatabase, startDebianPostgres } from './index.ts'

async function query(connection: ClientConfig, text: string): Promise<unknown[]> {
  const client = new Client(connection)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

test('gives each caller a database of its own at the newest schema', async () => {
  const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()])
  await query(first.owner, 'create table only_here ()')
  expect(await query(first.owner, `select to_regclass('only_here') is not null as found`)).toEqual([{ found: true }])
  expect(await query(second.owner, `select to_regclass('only_here') is not null as found`)).toEqual([{ found: false }])
  expect(await query(second.owner, `select to_regclass('tenant') is not null as found`)).toEqual([{ found: true }])
  await Promise.all([first.drop(), second.drop()])
})

test('connects as a login role that is neither superuser nor past row level security', async () => {
  const database = await createTestDatabase()
  const rows = await query(database.login, 'select rolsuper, rolbypassrls from pg_roles where rolname = current_user')
  expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false }])
  await database.drop()
})

test('drops a database that is still in use', async () => {
  const database = await createTestDatabase()
  const client = new Client(database.owner)
  client.on('error', () => undefined)
  await client.connect()
  await database.drop()
  await expect(query(database.owner, 'select 1')).rejects.toThrow('does not exist')
})

test('runs a PostgreSQL of Debian over TCP and over its socket, and leaves none behind', async () => {
  const debian = await startDebianPostgres()
  const version = `select current_setting('server_version_num')::int / 10000 as version`
  expect(await query({ connectionString: debian.url }, version)).toEqual([{ version: debian.version }])
  expect(await query(debian.admin, version)).toEqual([{ version: debian.version }])
  await debian.stop()
  await debian.stop()
  await expect(query({ connectionString: debian.url }, version)).rejects.toThrow('ECONNREFUSED')
})
