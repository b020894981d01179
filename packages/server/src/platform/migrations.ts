import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Migrator, type Migration, type MigrationResult } from 'kysely/migration'
import { Pool } from 'pg'
import { connectionOptions, type Connection, sqlState } from './database.ts'

/** Where the migrations are. */
export const migrationsFolder: string = fileURLToPath(new URL('../../migrations/', import.meta.url))

/** The login role that the server runs as. It is created where it doesn't exist yet. */
export interface Login {
  readonly name: string
  readonly password: string
}

/** Something in the schema `public` that isn't ours has a name that AfterAI needs. */
export class NameTaken extends Error {}

/**
 * Brings a database to the newest schema: roles first, then the numbered files of `migrations/`, all in one transaction.
 * Safe when several processes start at once: they take turns by an advisory lock. A schema that a newer release has brought further is left as it is.
 * @param owner a connection whose role may create roles and owns the database
 * @param upTo the last migration to apply, for a database that is to have an older schema; the newest if not given
 * @returns names of the migrations that were applied now, oldest first
 * @throws NameTaken, or the database's error; nothing is applied then
 */
export async function migrate(owner: Connection, login: Login, upTo?: string): Promise<string[]> {
  const pool = new Pool({
    ...connectionOptions(owner),
    max: 1,
    connectionTimeoutMillis: 3_000,
    application_name: 'afterai migrate',
  })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    await createRoles(db, login)
    await sql`set role afterai_owner`.execute(db)
    // Whatever path the database or the role has: another schema's tables aren't ours, and ours go nowhere else.
    await sql`set search_path = public`.execute(db)
    await refuseForeignHistory(db)
    const state = await madeSchema(db)
    const lacksNothing = state !== undefined && state.missing.length === 0
    if (lacksNothing && state.unknown.length > 0) return []
    const applied = lacksNothing && upTo === undefined ? [] : await applyMigrations(db, upTo)
    await grantEntryFunctions(db, login)
    return applied
  } finally {
    await db.destroy()
  }
}

/** How a schema stands to this release. */
export interface MigrationState {
  /** Migrations that this release knows and the database lacks. */
  readonly missing: readonly string[]
  /** Migrations that the database has and this release doesn't know. */
  readonly unknown: readonly string[]
  /** The oldest release that the schema serves; undefined before the migration that says so. */
  readonly oldestRelease: string | undefined
}

/** Compares the schema with what this release knows. @throws the database's error where there is no schema yet */
export async function migrationState(db: Kysely<unknown>): Promise<MigrationState> {
  const known = await knownMigrations()
  const applied = await sql<{ name: string }>`select name from applied_migrations()`
    .execute(db)
    .then((result) => result.rows.map((row) => row.name))
  return {
    missing: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
    oldestRelease: applied.includes('0021_schema_requirement') ? await readOldestRelease(db) : undefined,
  }
}

/** Names of the migrations of this version, oldest first. */
export async function knownMigrations(): Promise<string[]> {
  return Object.keys(await readMigrations())
}

async function readOldestRelease(db: Kysely<unknown>): Promise<string | undefined> {
  const { rows } = await sql<{ release: string }>`select oldest_release() as release`.execute(db)
  return rows[0]?.release
}

// One that lacks nothing needs nothing, and Kysely refuses one with migrations that it can't find. Its table of migrations alone is no
// schema: it makes that before the first of them, and a start that was cut off there leaves it empty.
async function madeSchema(db: Kysely<unknown>): Promise<MigrationState | undefined> {
  const { rows } = await sql<{
    made: boolean
  }>`select to_regprocedure('public.applied_migrations()') is not null as made`.execute(db)
  return rows[0]?.made === true ? migrationState(db) : undefined
}

async function applyMigrations(db: Kysely<unknown>, upTo: string | undefined): Promise<string[]> {
  const { error, results = [] } = await (upTo === undefined
    ? migrator(db).migrateToLatest()
    : migrator(db).migrateTo(upTo))
  if (error) throw migrationError(error, results)
  return results.map((result) => result.migrationName)
}

function migrator(db: Kysely<unknown>): Migrator {
  return new Migrator({ db, provider: { getMigrations: readMigrations }, migrationTableSchema: 'public' })
}

async function readMigrations(): Promise<Record<string, Migration>> {
  const names = (await readdir(migrationsFolder)).filter((name) => name.endsWith('.sql')).toSorted()
  return Object.fromEntries(
    names.map((name) => [
      name.replace(/\.sql$/, ''),
      { up: async (db) => void (await sql.raw(await readFile(`${migrationsFolder}${name}`, 'utf8')).execute(db)) },
    ]),
  )
}

// Another application that uses Kysely keeps a table of this name too: what it migrated says nothing of ours.
async function refuseForeignHistory(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ table: string; owner: string }>`
    select relname as "table", pg_get_userbyid(relowner) as owner from pg_class
    where relnamespace = 'public'::regnamespace and relname in ('kysely_migration', 'kysely_migration_lock')
      and relowner <> 'afterai_owner'::regrole`.execute(db)
  const [foreign] = rows
  if (foreign === undefined) return
  throw new NameTaken(`the table public.${foreign.table} belongs to ${foreign.owner}; nothing was changed`)
}

const duplicates = new Set(['42P07', '42710', '42723'])

function migrationError(error: unknown, results: readonly MigrationResult[]): Error {
  const failed = results.find((result) => result.status === 'Error')?.migrationName ?? 'before the first'
  const said = `migration ${failed} failed; nothing was changed`
  return duplicates.has(sqlState(error) ?? '')
    ? new NameTaken(said, { cause: error })
    : new Error(said, { cause: error })
}

// Roles belong to the whole PostgreSQL cluster, so two databases may create them at the same moment.
async function createRoles(db: Kysely<unknown>, login: Login): Promise<void> {
  await sql`select pg_advisory_lock(hashtext('afterai roles'))`.execute(db)
  const roles = ['afterai_owner', 'afterai_app', 'afterai_sequencer'].map((role) => roleMade(role, 'nologin'))
  await sql.raw([...roles, roleMade(login.name, 'login noinherit')].join(';')).execute(db)
  const name = sql.id(login.name)
  await sql`alter role ${name} password ${sql.lit(login.password)}`.execute(db)
  // Sent as one: nothing is asked in between.
  await sql`
    grant afterai_app, afterai_sequencer to ${name};
    grant afterai_owner to current_user;
    grant create, usage on schema public to afterai_owner;
    grant usage on schema public to afterai_app, afterai_sequencer, ${name}`.execute(db)
  await findOwnTables(db, login)
}

// A database shared with others may have a path of its own, on which the server wouldn't find its tables.
async function findOwnTables(db: Kysely<unknown>, login: Login): Promise<void> {
  const { rows } = await sql<{ path: string; database: string }>`
    select reset_val as path, current_database() as database from pg_settings where name = 'search_path'`.execute(db)
  const [{ path, database } = { path: '', database: '' }] = rows
  if (path === '"$user", public') return
  await sql`alter role ${sql.id(login.name)} in database ${sql.id(database)} set search_path = public`.execute(db)
}

function roleMade(role: string, attributes: string): string {
  const body = `begin
      if not exists (select from pg_roles where rolname = ${quote(role)}) then
        create role "${role.replaceAll('"', '""')}" ${attributes};
      end if;
    exception when duplicate_object or unique_violation then null;
    end`
  return `do ${quote(body)}`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

// The functions that find a credential before its tenant is known are run by the login itself, outside any role.
async function grantEntryFunctions(db: Kysely<unknown>, login: Login): Promise<void> {
  const { rows } = await sql<{ signature: string }>`
    select p.oid::regprocedure::text as signature from pg_proc p
    where p.prosecdef and p.pronamespace = 'public'::regnamespace and p.proowner = 'afterai_owner'::regrole`.execute(db)
  if (rows.length > 0) {
    const all = rows.map(({ signature }) => signature).join(', ')
    await sql`grant execute on function ${sql.raw(all)} to ${sql.id(login.name)}`.execute(db)
  }
  await sql`reset role`.execute(db)
}
