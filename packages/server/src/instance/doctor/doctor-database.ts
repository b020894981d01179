import { Kysely, PostgresDialect, sql } from 'kysely'
import { checkCatalogue, quoteName as ident } from './catalogue/index.ts'
import { type Check, quoteForShell } from './check.ts'
import { type Connection, openDatabase } from '../../platform/database.ts'
import { migrationState } from '../../platform/migrations.ts'
import { isOlder, release } from '../../platform/release.ts'

const oldestVersion = 15
/** More than this between the two clocks and the order of events becomes doubtful; much more and tokens fail. */
const clockToleranceMs = 2_000
const clockLimitMs = 30_000
/** A refusal must come within seconds, also where nobody answers. */
const connectTimeoutMs = 3_000
const variable = 'AFTERAI_DATABASE_URL'

/** Tables of the record: rows are added to them, never changed. */
const appendOnly = [
  'ledger_log',
  'ledger_entry',
  'ledger_tile',
  'ledger_checkpoint',
  'ledger_refused',
  'audit_event',
  'record',
  'record_section',
]

interface Facts {
  readonly version: number
  readonly role: string
  readonly database: string
  /** Roles that the connection is or may become, and that nothing holds back. */
  readonly superusers: readonly string[]
  readonly bypassing: readonly string[]
  readonly owns: string | null
  /** Rights on the record that nobody may have, as `UPDATE of ledger_entry`. */
  readonly rewrites: readonly string[]
  readonly nowMs: number
}

/** Looks at a database as the role that the server would run as. */
export async function checkDatabase(connection: Connection, now: () => Date): Promise<Check[]> {
  const database = openDatabase(connection, { poolSize: 1, onError: () => undefined, connectTimeoutMs })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: database.pool }) })
  try {
    const facts = await gather(db)
    const schema = await checkSchema(db)
    const isAhead = schema.state === 'warn'
    const objects = schema.isThere ? await checkObjects(db, { connection, login: facts.role, isAhead }) : undefined
    const isWhole = schema.state === 'ok' && objects?.state !== 'fail'
    return [
      checkVersion(facts),
      checkRole(facts),
      checkRights(facts),
      checkClocks(facts, now()),
      ...(isWhole ? [await checkNewest(db, now())] : []),
      schema.check,
      ...(objects === undefined ? [] : [objects]),
    ]
  } catch (error) {
    return [unreachable(error)]
  } finally {
    // The builder that was used ends the pool; the other one never began.
    await db.destroy()
  }
}

function checkObjects(
  db: Kysely<unknown>,
  { connection, ...rest }: { connection: Connection; login: string; isAhead: boolean },
): Promise<Check> {
  return checkCatalogue(db, { ...rest, psql: 'url' in connection ? psql : embeddedPsql(connection) })
}

async function gather(db: Kysely<unknown>): Promise<Facts> {
  const { rows } = await sql<Facts>`
    with reachable as (select r.* from pg_roles r where pg_has_role(current_user, r.oid, 'MEMBER'))
    select current_setting('server_version_num')::int / 10000 as version,
      current_user::text as role, current_database()::text as database,
      (select coalesce(array_agg(rolname::text order by rolname), '{}') from reachable where rolsuper) as superusers,
      (select coalesce(array_agg(rolname::text order by rolname), '{}') from reachable where rolbypassrls) as bypassing,
      (select c.relname from pg_class c join reachable r on c.relowner = r.oid
        where c.relkind in ('r', 'p') and c.relnamespace = to_regnamespace('public') limit 1) as owns,
      (select coalesce(array_agg(distinct wanted || ' of ' || c.relname order by wanted || ' of ' || c.relname), '{}')
        from pg_class c, reachable r, unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) wanted
        where c.relnamespace = to_regnamespace('public') and c.relkind in ('r', 'p') and c.relname = any(${appendOnly}::text[])
          and (has_table_privilege(r.oid, c.oid, wanted)
            or (wanted = 'UPDATE' and has_any_column_privilege(r.oid, c.oid, 'UPDATE')))) as rewrites,
      (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs"`.execute(db)
  const [facts] = rows
  if (facts === undefined) throw new Error('the role of the connection is unknown')
  return facts
}

function checkVersion({ version }: Facts): Check {
  const name = 'database version'
  const found = `PostgreSQL ${version}`
  if (version >= oldestVersion) return { name, state: 'ok', found }
  return { name, state: 'fail', found, fix: `Use PostgreSQL ${oldestVersion} or later.`, variable }
}

function checkRole({ role, superusers, bypassing, owns }: Facts): Check {
  const name = 'database role'
  const fix = 'Name a plain login role in AFTERAI_DATABASE_URL, and the owner in AFTERAI_DATABASE_OWNER_URL.'
  const fail = (found: string, commands: readonly string[]): Check => {
    return { name, state: 'fail', found, fix, commands, variable }
  }
  const own = (names: readonly string[], what: string): string =>
    names.includes(role) ? `${role} ${what}` : `${role} may become ${names.join(', ')}, which ${what}`
  const leave = (names: readonly string[]): string[] =>
    names.map((it) => psql(`revoke ${ident(it)} from ${ident(role)}`))
  if (superusers.includes(role))
    return fail(own(superusers, 'is a superuser'), [psql(`alter role ${ident(role)} nosuperuser`)])
  if (superusers.length > 0) return fail(own(superusers, 'is a superuser'), leave(superusers))
  if (bypassing.includes(role))
    return fail(own(bypassing, 'bypasses row level security'), [psql(`alter role ${ident(role)} nobypassrls`)])
  if (bypassing.length > 0) return fail(own(bypassing, 'bypasses row level security'), leave(bypassing))
  if (owns !== null) {
    const found = `${role} owns tables (${owns}) and so could rewrite them`
    return fail(found, [
      psql(`alter table ${ident(owns)} owner to afterai_owner`),
      psql(`revoke afterai_owner from ${ident(role)}`),
    ])
  }
  return { name, state: 'ok', found: `${role}: no superuser, bound by row level security, owns nothing` }
}

function checkRights({ rewrites, role }: Facts): Check {
  const name = 'database rights'
  if (rewrites.length === 0) return { name, state: 'ok', found: `${role} can add to the record, not change it` }
  const commands = rewrites.map((it) => {
    const [right = '', table = ''] = it.split(' of ')
    return psql(
      `revoke ${right.toLowerCase()} on ${ident(table)} from ${ident(role)}, afterai_app, afterai_sequencer, public`,
    )
  })
  const fix = 'Take these rights away: the record is only ever added to.'
  return { name, state: 'fail', found: `${role} may ${rewrites.join(', ')}`, fix, commands, variable }
}

function checkClocks({ nowMs }: Facts, now: Date): Check {
  const name = 'database clock'
  const apartMs = Math.abs(now.getTime() - nowMs)
  const found = `${(apartMs / 1000).toFixed(1)} s apart from this machine's`
  const fix = 'Let both clocks be kept by NTP.'
  const rest = { name, found, fix, commands: ['timedatectl set-ntp true'], variable } as const
  if (apartMs > clockLimitMs) return { ...rest, state: 'fail' }
  return apartMs > clockToleranceMs ? { ...rest, state: 'warn' } : { name, state: 'ok', found }
}

/** A clock that is behind what was signed already would sign times that go backwards. */
async function checkNewest(db: Kysely<unknown>, now: Date): Promise<Check> {
  const name = 'newest checkpoint'
  const newest = await db.transaction().execute(async (tx) => {
    await sql`set local role afterai_sequencer`.execute(tx)
    return (await sql<{ at: Date | null }>`select max(created_at) as at from ledger_checkpoint`.execute(tx)).rows[0]?.at
  })
  if (newest === null || newest === undefined) return { name, state: 'ok', found: 'none yet' }
  const aheadMs = newest.getTime() - now.getTime()
  const found = `signed at ${newest.toISOString()}`
  if (aheadMs <= clockLimitMs) return { name, state: 'ok', found }
  const fix = 'This machine’s clock is behind the newest checkpoint: set it.'
  return { name, state: 'fail', found, fix, commands: ['timedatectl set-ntp true'], variable }
}

interface FoundSchema {
  readonly check: Check
  readonly state: Check['state']
  /** Whether it has every migration of this release, so that what they make can be expected of it. */
  readonly isThere: boolean
}

async function checkSchema(db: Kysely<unknown>): Promise<FoundSchema> {
  const name = 'database schema'
  const fix = 'Start AfterAI with AFTERAI_DATABASE_OWNER_URL set.'
  const commands = [
    "export AFTERAI_DATABASE_OWNER_URL='postgresql://owner:…@host/afterai?sslmode=verify-full'",
    'afterai up',
  ]
  const failed = (found: string, isThere: boolean, mend: Partial<Check> = { fix, commands }): FoundSchema => {
    return { state: 'fail', isThere, check: { name, state: 'fail', found, variable, ...mend } }
  }
  try {
    const { missing, unknown, oldestRelease } = await migrationState(db)
    if (oldestRelease !== undefined && isOlder(release, oldestRelease)) {
      const found = `it needs AfterAI ${oldestRelease} or later, and this is ${release}`
      return failed(found, false, { fix: 'Run the newer version.' })
    }
    if (missing.length > 0) return failed(`${missing.length} migrations behind`, false)
    if (unknown.length === 0) return { state: 'ok', isThere: true, check: { name, state: 'ok', found: 'up to date' } }
    const found = `a newer AfterAI added ${unknown.join(', ')}, with which this one still works`
    const mend = 'Finish the upgrade: run the newer version everywhere.'
    return { state: 'warn', isThere: true, check: { name, state: 'warn', found, fix: mend, variable } }
  } catch {
    const isThere = await wasMade(db)
    return failed(isThere ? 'it does not tell which migrations made it' : 'not made yet', isThere)
  }
}

async function wasMade(db: Kysely<unknown>): Promise<boolean> {
  const { rows } = await sql<{ made: boolean }>`
    select to_regclass('public.kysely_migration') is not null as made`.execute(db)
  return rows[0]?.made === true
}

function unreachable(error: unknown): Check {
  // The message may quote the address, but never the password.
  const found = error instanceof Error ? error.message || error.name : String(error)
  const fix = 'Check host, port, role and password in AFTERAI_DATABASE_URL, its certificate, and that PostgreSQL runs.'
  return {
    name: 'database',
    state: 'fail',
    found,
    fix,
    commands: ['pg_isready --dbname "$AFTERAI_DATABASE_URL"'],
    variable,
  }
}

function psql(statement: string): string {
  return `psql "$AFTERAI_DATABASE_OWNER_URL" --command '${statement.replaceAll("'", `'\\''`)}'`
}

// The embedded database is reached over its socket alone, by the account that runs it, and only while AfterAI runs.
function embeddedPsql({ host, port, database }: Exclude<Connection, { url: string }>): typeof psql {
  const place = `--host ${quoteForShell(host)} --port ${port} --username postgres ${quoteForShell(database)}`
  return (statement) => `psql ${place} --command '${statement.replaceAll("'", `'\\''`)}'`
}
