import { existsSync } from 'node:fs'
import { sql } from 'kysely'
import { restoreMark } from '../backup/index.ts'
import { fingerprintOf, type InstanceKeys, KeyFileError, loadInstanceKeys } from '../keys/index.ts'
import type { HeadMismatch } from '../ledger/index.ts'
import type { Configuration, Fault } from '../platform/configuration.ts'
import { type Connection, openDatabase } from '../platform/database.ts'
import type { Check } from './doctor/check.ts'
import { checkDatabase } from './doctor/doctor-database.ts'
import { checkDeployment } from './doctor/doctor.ts'
import { NameTaken } from '../platform/migrations.ts'

/** What keeps an instance from starting although its configuration could be read. The process ends with exit code 78. */
export class StartRefused extends Error {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super('the deployment is not fit to start')
    this.faults = faults
  }
}

/**
 * P5.2: refuses everything at once that `afterai doctor` calls a failure: of this machine, and of the database as far as it is there.
 * Where the schema is to be migrated first, what migrating mends is left for `refuseUnfitDatabase`.
 * @throws StartRefused
 */
export async function refuseUnfitDeployment(configuration: Configuration): Promise<void> {
  const { database } = configuration
  const checks = await checkDeployment(configuration, () => new Date())
  const willMigrate = database.kind === 'external' && database.ownerUrl !== undefined
  // A server on a disk that is nearly full still answers what it holds.
  const passed = ['disk space', ...(willMigrate ? ['database', 'database schema', 'database objects'] : [])]
  refuse(checks.filter(({ name }) => !passed.includes(name)))
}

/**
 * P5.2: a role that could bypass row level security or rewrite the log, a schema that isn't this version's, a clock far off, a guard
 * that was switched off, dropped or replaced.
 * @throws StartRefused
 */
export async function refuseUnfitDatabase(connection: Connection): Promise<void> {
  refuse(await checkDatabase(connection, () => new Date()))
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

function refuse(checks: readonly Check[]): void {
  const faults = checks
    .filter(({ state }) => state === 'fail')
    .map(({ name, found, fix = '', variable = name }) => ({ variable, problem: `${name}: ${found}`, fix }))
  if (faults.length > 0) throw new StartRefused(faults)
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

/** An instance whose restore was cut off has nobody's audit entry of it yet, or nothing at all. @throws StartRefused */
export function refuseUnfinishedRestore(dataDir: string): void {
  const path = restoreMark(dataDir)
  if (!existsSync(path)) return
  throw new StartRefused([
    {
      variable: 'AFTERAI_DATA_DIR',
      problem: `a restore into ${dataDir} was begun and not finished`,
      fix: `Run the same \`afterai restore\` again. To start with an empty instance in its place, remove ${path}.`,
    },
  ])
}
