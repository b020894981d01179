import { readdirSync, readFileSync } from 'node:fs'
import { createTestDatabase } from '@afterai/testing'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { migrate } from '../src/platform/migrations.ts'
import { isOlder } from '../src/platform/release.ts'
import { refuseUnfitDatabase, StartRefused } from '../start-checks.ts'

const folder = new URL('../migrations/', import.meta.url)
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

/** What is wrong with a migration as something that older processes go on beside. */
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
