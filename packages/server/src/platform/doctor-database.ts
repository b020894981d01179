import { Kysely, PostgresDialect, sql } from 'kysely'
import { openDatabase } from './database.ts'
import type { Check } from './doctor.ts'
import { migrationState } from './migrations.ts'

const oldestVersion = 15
/** More than this between the two clocks and the order of events becomes doubtful; much more and tokens fail. */
const clockToleranceMs = 2_000
const clockLimitMs = 30_000

interface Facts {
  readonly version: number
  readonly role: string
  readonly superuser: boolean
  readonly bypasses: boolean
  readonly owns: string | null
  readonly nowMs: number
}

/** Looks at a database as the role that the server would run as. */
export async function checkDatabase(url: string, now: () => Date): Promise<Check[]> {
  const database = openDatabase({ url }, { poolSize: 1, onError: () => undefined })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: database.pool }) })
  try {
    const facts = await gather(db)
    return [checkVersion(facts), checkRole(facts), checkClocks(facts, now()), await checkSchema(db)]
  } catch (error) {
    return [unreachable(error)]
  } finally {
    await database.close()
  }
}

async function gather(db: Kysely<unknown>): Promise<Facts> {
  const { rows } = await sql<Facts>`
    select current_setting('server_version_num')::int / 10000 as version,
      r.rolname as role, r.rolsuper as superuser, r.rolbypassrls as bypasses,
      (select c.relname from pg_class c where c.relowner = r.oid and c.relkind in ('r', 'p') limit 1) as owns,
      (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs"
    from pg_roles r where r.rolname = current_user`.execute(db)
  const [facts] = rows
  if (facts === undefined) throw new Error('the role of the connection is unknown')
  return facts
}

function checkVersion({ version }: Facts): Check {
  const name = 'database version'
  const found = `PostgreSQL ${version}`
  if (version >= oldestVersion) return { name, state: 'ok', found }
  return { name, state: 'fail', found, fix: `Use PostgreSQL ${oldestVersion} or later.` }
}

function checkRole({ role, superuser, bypasses, owns }: Facts): Check {
  const name = 'database role'
  const fix = 'Name a plain login role in AFTERAI_DATABASE_URL, and the owner in AFTERAI_DATABASE_OWNER_URL.'
  if (superuser) return { name, state: 'fail', found: `${role} is a superuser`, fix }
  if (bypasses) return { name, state: 'fail', found: `${role} bypasses row level security`, fix }
  if (owns !== null)
    return { name, state: 'fail', found: `${role} owns tables (${owns}) and so could rewrite them`, fix }
  return { name, state: 'ok', found: `${role}: no superuser, bound by row level security, owns nothing` }
}

function checkClocks({ nowMs }: Facts, now: Date): Check {
  const name = 'database clock'
  const apartMs = Math.abs(now.getTime() - nowMs)
  const found = `${(apartMs / 1000).toFixed(1)} s apart from this machine's`
  const fix = 'Let both clocks be kept by NTP.'
  if (apartMs > clockLimitMs) return { name, state: 'fail', found, fix }
  return apartMs > clockToleranceMs ? { name, state: 'warn', found, fix } : { name, state: 'ok', found }
}

async function checkSchema(db: Kysely<unknown>): Promise<Check> {
  const name = 'database schema'
  try {
    const { missing, unknown } = await migrationState(db)
    if (unknown.length > 0) {
      return {
        name,
        state: 'fail',
        found: `made by a newer AfterAI (${unknown.join(', ')})`,
        fix: 'Run the newer version.',
      }
    }
    if (missing.length > 0) {
      return {
        name,
        state: 'warn',
        found: `${missing.length} migrations behind`,
        fix: 'Start AfterAI with AFTERAI_DATABASE_OWNER_URL set.',
      }
    }
    return { name, state: 'ok', found: 'up to date' }
  } catch {
    return { name, state: 'warn', found: 'not made yet', fix: 'Start AfterAI with AFTERAI_DATABASE_OWNER_URL set.' }
  }
}

function unreachable(error: unknown): Check {
  // The message may quote the address, but never the password.
  const found = error instanceof Error ? error.message || error.name : String(error)
  return {
    name: 'database',
    state: 'fail',
    found,
    fix: 'Check host, port, role and password in AFTERAI_DATABASE_URL, and that PostgreSQL runs.',
  }
}
