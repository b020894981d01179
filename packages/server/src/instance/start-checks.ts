import { sql } from 'kysely'
import { fingerprintOf, type InstanceKeys, KeyFileError, loadInstanceKeys } from '../keys/index.ts'
import type { HeadMismatch } from '../ledger/index.ts'
import { type Connection, openDatabase } from '../platform/database.ts'
import { refuseFailed, StartRefused } from './deployment-checks.ts'
import { checkDatabase } from './doctor/doctor-database.ts'
import { NameTaken } from '../platform/migrations.ts'

/**
 * P5.2: a role that could bypass row level security or rewrite the log, a schema that isn't this version's, a clock far off, a guard
 * that was switched off, dropped or replaced.
 * @throws StartRefused
 */
export async function refuseUnfitDatabase(connection: Connection): Promise<void> {
  refuseFailed(await checkDatabase(connection, () => new Date()))
}

/** The fault of a schema that couldn't be migrated: its owner isn't reached, or may not do what is needed. */
export function migrationRefused(error: unknown): StartRefused {
  const cause = error instanceof Error && error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : ''
  const problem = cause || (error instanceof Error ? error.message || error.name : String(error))
  const fix =
    error instanceof NameTaken
      ? 'Give AfterAI a database of its own: another application has a name in the schema public that AfterAI needs.'
      : 'Check host, role and password, its certificate, and that the role owns the database and may create roles.'
  return new StartRefused([{ variable: 'AFTERAI_DATABASE_OWNER_URL', problem, fix }])
}

/**
 * The keys of this instance. A database is bound to the keys of its first start: keys are made for a database that has none yet,
 * and never beside one that has. Others would sign entries that nobody pinned a key for.
 * @throws StartRefused
 */
export async function loadBoundKeys(
  connection: Connection,
  folder: string,
  { mayMake = true }: { mayMake?: boolean } = {},
): Promise<InstanceKeys> {
  const database = openDatabase(connection, { poolSize: 1, onError: () => undefined })
  try {
    const { rows } = await sql<{ bound: string | null }>`select bound_instance() as bound`.execute(database.db)
    const keys = await loadInstanceKeys(folder, { make: mayMake && (rows[0]?.bound ?? null) === null })
    const own = fingerprintOf(keys)
    const answer = await sql<{ bound: string }>`select bind_instance(${own}) as bound`.execute(database.db)
    if (answer.rows[0]?.bound === own) return keys
    throw new StartRefused([
      {
        variable: 'AFTERAI_KEY_DIR',
        problem: `the keys in ${folder} are not those that this database belongs to`,
        fix: 'Name the key directory of the instance that made the database, or a database of its own.',
      },
    ])
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error
    throw new StartRefused([{ variable: 'AFTERAI_KEY_DIR', problem: error.problem, fix: error.fix }])
  } finally {
    await database.close()
  }
}

/** P4.5: nothing is signed on top of a log that isn't what this deployment's key has signed. @throws StartRefused */
export function refuseChangedLogs(mismatches: readonly HeadMismatch[]): void {
  if (mismatches.length === 0) return
  const fix =
    'The database was restored or changed, or its log was signed with another key: compare it with a backup, and with checkpoints that others kept.'
  throw new StartRefused(mismatches.map(({ message }) => ({ variable: 'AFTERAI_DATABASE_URL', problem: message, fix })))
}
