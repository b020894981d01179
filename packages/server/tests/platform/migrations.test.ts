import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createTestDatabase } from '@afterai/testing'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { openDatabase } from '../../src/platform/database.ts'
import { knownMigrations, migrate, migrationState, NameTaken } from '../../src/platform/migrations.ts'
import { isOlder } from '../../src/platform/release.ts'
import { StartRefused } from '../../src/instance/deployment-checks.ts'
import { migrationRefused, refuseUnfitDatabase } from '../../src/instance/start-checks.ts'

const folder = new URL('../../migrations/', import.meta.url)
const files = readdirSync(folder).filter((name) => name.endsWith('.sql'))

/** Statements after which an older release no longer finds what it uses, or can't write what it writes. */
const contractions: readonly RegExp[] = [
  /\bdrop\s+(table|column|function|view|type|schema|sequence|policy|role)\b/i,
  /\balter\s+table\s+\S+\s+(?:[^;]*,\s*)?drop\s+(?!constraint|not\s+null|default|identity)/i,
  /\brename\b/i,
  /\balter\s+(?:column\s+)?\w+\s+(?:set\s+data\s+)?type\b/i,
  /\balter\s+(?:column\s+)?\w+\s+set\s+not\s+null\b/i,
  /\bset\s+schema\b/i,
  /^\s*truncate\b/i,
  /\brevoke\b(?![^;]*\bfrom\s+public\b)/i,
  /\badd\s+(?:column\s+)?\w+\s+[^,;]*\bnot\s+null\b(?![^,;]*\bdefault\b)/i,
]

/** Finds the faults of a migration as something that older processes go on beside. */
function contractionsIn(text: string): string[] {
  const code = text
    .replaceAll(/--.*$/gm, '')
    .replaceAll(/\$\$[^]*?\$\$/g, '')
    .replaceAll(/'[^']*'/g, "''")
  const found = code
    .split(';')
    .filter((statement) => !isReplacedFunction(statement, code))
    .flatMap((statement) => contractions.filter((it) => it.test(statement)).map(() => statement.trim()))
  const [, release] = /^-- contract: (\d+\.\d+\.\d+)$/m.exec(text) ?? []
  if (release === undefined) return found
  return text.includes(`update schema_requirement set oldest_release = '${release}'`)
    ? []
    : [`${release} isn't required`]
}

// PostgreSQL wants a function dropped whose answer gets another column. Older processes find it under its name all the same.
function isReplacedFunction(statement: string, code: string): boolean {
  const [, name] = /^\s*drop\s+function\s+(\w+)\s*\(/i.exec(statement) ?? []
  return name !== undefined && new RegExp(`\\bcreate\\s+function\\s+${name}\\s*\\(`, 'i').test(code)
}

test.each(files)('P5.5: %s leaves older processes what they use, or says which release it needs', (name) => {
  expect(contractionsIn(readFileSync(new URL(name, folder), 'utf8'))).toEqual([])
})

test.each([
  'drop table change;',
  'alter table change drop column risk;',
  'alter table change drop risk;',
  'alter table change rename column risk to severity;',
  'alter table change rename to event;',
  'alter table change alter column risk type text;',
  'alter table change alter risk set data type text;',
  'alter table change alter column risk set not null;',
  'alter table change add column owner uuid not null;',
  'alter table change add column a int, add owner uuid not null;',
  'drop function find_session(uuid);',
  'truncate change;',
  'revoke select on change from afterai_app;',
  '-- contract: 0.4.0\ndrop table change;',
  `-- contract: 0.4.0\nupdate schema_requirement set oldest_release = '0.3.0'; drop table change;`,
])('P5.5: the rule finds what breaks older processes: %s', (text) => {
  expect(contractionsIn(text)).not.toEqual([])
})

test.each([
  'alter table change add column owner uuid;',
  `alter table change add column owner text not null default '';`,
  'alter table change drop constraint change_check;',
  'alter table change alter column risk drop not null;',
  'revoke execute on all functions in schema public from public;',
  'create or replace function f() returns void language sql as $$ drop table x $$;',
  `-- contract: 0.4.0\nupdate schema_requirement set oldest_release = '0.4.0';\ndrop table change;`,
])('lets pass what older processes can live with: %s', (text) => {
  expect(contractionsIn(text)).toEqual([])
})

test('numbers are given once and only ever go up', () => {
  const numbers = files.map((name) => name.slice(0, 4))
  expect(new Set(numbers).size).toBe(numbers.length)
  for (const name of files) expect(name).toMatch(/^\d{4}_[a-z0-9_]+\.sql$/)
})

test.each([
  ['0.1.0', '0.1.0', false],
  ['0.1.9', '0.1.10', true],
  ['0.9.0', '1.0.0', true],
  ['2.0.0', '1.9.9', false],
  ['0.2.0-rc.1', '0.2.0', false],
])('P5.2: %s is older than %s: %s', (one, other, expected) => {
  expect(isOlder(one, other)).toBe(expected)
})

test('P5.5: an older release starts beside a newer one, unless the schema has taken away what it uses', async () => {
  const database = await createTestDatabase()
  const { user, password, host, port, database: name } = database.login
  const url = `postgresql://${user}:${encodeURIComponent(password)}@/${name}?host=${encodeURIComponent(host)}&port=${port}`
  const client = new Client(database.owner)
  await client.connect()
  await client.query(`insert into kysely_migration (name, timestamp) values ('9999_of_a_newer_release', '2030-01-01')`)
  expect(await migrate(database.owner, { name: user, password })).toEqual([])
  await expect(refuseUnfitDatabase({ url })).resolves.toBeUndefined()
  await client.query(`update schema_requirement set oldest_release = '99.0.0'`)
  await expect(refuseUnfitDatabase({ url })).rejects.toThrow(StartRefused)
  await client.query(`update schema_requirement set oldest_release = '0.1.0'`)
  await client.query(`delete from kysely_migration where name like '0020%'`)
  await expect(refuseUnfitDatabase({ url })).rejects.toThrow(StartRefused)
  await client.end()
  await database.drop()
})

describe('a database that isn’t empty', () => {
  const name = `shared_${randomUUID().replaceAll('-', '')}`
  let login: { name: string; password: string }
  let owner: { host: string; port: number; user: string; password: string; database: string }
  let client: Client

  beforeEach(async () => {
    const cluster = inject('testCluster')
    if (!cluster.ok) throw new Error(cluster.reason)
    login = cluster.login
    owner = { ...cluster.admin, database: name }
    await asAdmin(cluster.admin, `create database ${name}`)
    client = new Client(owner)
    await client.connect()
  })
  afterEach(async () => {
    await client.end()
    await asAdmin({ ...owner, database: 'postgres' }, `drop database ${name} with (force)`)
  })

  async function asAdmin(admin: typeof owner, statement: string): Promise<void> {
    const other = new Client(admin)
    await other.connect()
    await other.query(statement)
    await other.end()
  }

  /** Returns the migrations that the server finds missing when it connects. */
  async function missing(): Promise<readonly string[]> {
    const { host, port } = owner
    const connection = { host, port, user: login.name, password: login.password, database: name }
    const database = openDatabase(connection, { poolSize: 1, onError: () => undefined })
    try {
      return (await migrationState(database.db as never)).missing
    } finally {
      await database.close()
    }
  }

  test.each<[what: string, statements: readonly string[]]>([
    ['an extension in the schema public', ['create extension pg_stat_statements']],
    [
      'tables, functions and types of others in the schema public',
      [
        'create table spatial_ref_sys (srid integer primary key)',
        'create function area(double precision) returns double precision language sql as $$ select $1 $$',
        `create type geometry as enum ('point')`,
      ],
    ],
    [
      'the migrations of another application that uses Kysely, in a schema of its own',
      ['create schema other', 'create table other.kysely_migration (name text, timestamp text)'],
    ],
    [
      'another path than the usual one',
      ['create schema other', `alter database ${name} set search_path = other, public`],
    ],
    [
      'what a start left that was killed before its first migration',
      [
        'grant create on schema public to afterai_owner',
        'set role afterai_owner',
        'create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)',
        'reset role',
      ],
    ],
  ])('P5.5: %s is left as it is, and the schema is made beside it', async (_what, statements) => {
    for (const statement of statements) await client.query(statement)
    const foreign = `select p.oid, p.proacl::text from pg_proc p
      where p.pronamespace = 'public'::regnamespace and p.proowner <> 'afterai_owner'::regrole order by 1`
    const { rows: before } = await client.query(foreign)
    expect(await migrate(owner, login)).toEqual(await knownMigrations())
    expect(await missing()).toEqual([])
    expect(await migrate(owner, login)).toEqual([])
    expect((await client.query(foreign)).rows).toEqual(before)
  })

  test('P4.1: the functions that are made are closed to everybody else, also beside an extension', async () => {
    await client.query('create extension pg_stat_statements')
    await migrate(owner, login)
    const { rows } = await client.query(`select proname from pg_proc
      where pronamespace = 'public'::regnamespace and proowner = 'afterai_owner'::regrole and prosecdef
        and has_function_privilege('public', oid, 'execute')`)
    expect(rows).toEqual([])
  })

  test.each([
    ['a table', 'create table tenant (id integer)', '0001_identity'],
    [
      'a table that Kysely keeps',
      'create table kysely_migration (name text, timestamp text)',
      'public.kysely_migration',
    ],
  ])('refuses a database in which another application has %s of a name that is needed', async (_what, made, said) => {
    await client.query(made)
    const refusal = await migrate(owner, login).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(NameTaken)
    expect(String(refusal)).toContain(said)
    expect(migrationRefused(refusal).faults).toMatchObject([{ fix: expect.stringContaining('a database of its own') }])
  })
})
