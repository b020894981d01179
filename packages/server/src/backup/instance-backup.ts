import { rootOf } from '@afterai/record'
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { embeddedLogin, externalLogin } from '../platform/database-login.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { type Audit, createAudit, systemActor } from '../audit/index.ts'
import { BackupError } from './backup-error.ts'
import { putKeyFiles, readKeyFiles } from './key-folder.ts'
import { isEmptyDatabase, notEmpty, putBack } from './put-back.ts'
import { type AuthenticBackup, authenticateBackup, openBackup, type OpenedBackup } from './read-backup.ts'
import { markRestore, unmarkRestore } from './restore-mark.ts'
import { type TakenBackup, takeBackup } from './take-backup.ts'
import { fingerprintOf, type InstanceKeys, KeyFileError, loadInstanceKeys } from '../keys/index.ts'
import { createAppend, createLedgerKeys, createProducers, readStoredTree, writeAcceptance } from '../ledger/index.ts'
import type { Configuration } from '../platform/configuration.ts'
import {
  type Connection,
  type LoneConnection,
  openDatabase,
  openLoneConnection,
  withTenant,
} from '../platform/database.ts'
import { findEmbeddedCluster, startEmbeddedPostgres } from '@afterai/embedded-postgres'
import { knownMigrations, migrate } from '../platform/migrations.ts'

/** Options of `backup`. */
export interface BackupOptions {
  readonly path: string
  readonly passphrase: string
  readonly withoutKeys?: boolean
  readonly onProgress?: (table: string, bytes: number) => void
}

/** Ways to the database of an instance: as its owner, and as the login that the server runs as. */
interface Access {
  readonly owner: Connection
  readonly login: Connection
}

/**
 * Backs up the instance that this configuration names, whether or not its server runs. Each tenant's trail says so before
 * anything is read: an audit event that can't be written stops it.
 * @throws BackupError
 */
export async function backUpInstance(configuration: Configuration, options: BackupOptions): Promise<TakenBackup> {
  const keys = await instanceKeys(configuration.keyDir)
  return withDatabase(configuration, { make: false }, async ({ owner, login }) => {
    const connection = await openLoneConnection(owner)
    try {
      const { migrations, keyFingerprint } = await readState(connection)
      if (keyFingerprint !== fingerprintOf(keys)) throw otherKeys(configuration.keyDir)
      const backupId = randomUUID()
      const keysIncluded = options.withoutKeys !== true
      await auditEachLog({ owner: connection, login, keys }, () => ({
        action: 'backup.make',
        resource: `backup/${backupId}`,
        details: { keysIncluded },
      }))
      return await takeBackup(connection, {
        ...options,
        backupId,
        product: packageJson.version,
        migrations,
        keyFingerprint,
        keys: keysIncluded ? await readKeyFiles(configuration.keyDir) : undefined,
      })
    } finally {
      await connection.close()
    }
  })
}

/** A backup that was restored. */
export interface RestoredBackup extends AuthenticBackup {
  /** How many rows were written; unknown where a restore that was cut off had written them already. */
  readonly rows: number | undefined
}

/**
 * Restores a backup into an instance that holds nothing yet. The whole file is authenticated before anything is changed; what fails
 * later is undone; what is killed is marked as unfinished, and the same restore finishes it.
 * @throws BackupError
 */
export async function restoreInstance(
  configuration: Configuration,
  options: Omit<BackupOptions, 'withoutKeys'>,
): Promise<RestoredBackup> {
  await using opened = await openBackup(options.path, options.passphrase)
  const backup = await authenticateBackup(opened, options.onProgress)
  await refuseNewerSchema(backup)
  const { dataDir, keyDir } = configuration
  const { wasCutOff } = await markRestore(dataDir, backup.sha256)
  let isThere = false
  let rows: number | undefined
  let takeKeysOut: (() => Promise<void>) | undefined
  try {
    if (backup.manifest.keysIncluded) takeKeysOut = await putKeyFiles(keyDir, backup.keys)
    const keys = await instanceKeys(keyDir)
    if (fingerprintOf(keys) !== backup.manifest.keyFingerprint) throw otherKeys(keyDir)
    await withDatabase(configuration, { make: true }, async (access) => {
      rows = await fill(configuration, access, { ...options, opened, backup, keys, wasCutOff })
      isThere = true
      await finish(configuration, access, { backup, keys })
    })
  } catch (error) {
    if (!isThere) {
      await takeKeysOut?.()
      await unmarkRestore(dataDir)
    }
    throw error
  }
  await unmarkRestore(dataDir)
  return { ...backup, rows }
}

interface Filling extends BackupOptions {
  readonly opened: OpenedBackup
  readonly backup: AuthenticBackup
  readonly keys: InstanceKeys
  readonly wasCutOff: boolean
}

/** Makes the schema that the backup was made of, and copies it in; a restore that was cut off after that has it already. Answers how many rows. */
async function fill(configuration: Configuration, { owner }: Access, filling: Filling): Promise<number | undefined> {
  const connection = await openLoneConnection(owner)
  try {
    const { backup, keys, wasCutOff } = filling
    const found = await readState(connection).catch(() => undefined)
    if (found !== undefined && !(await isEmptyDatabase(connection))) {
      if (wasCutOff && found.keyFingerprint === backup.manifest.keyFingerprint) return undefined
      throw notEmpty('The database holds an instance already.')
    }
    const { migrations } = backup.manifest
    if (found?.migrations.some((name) => !migrations.includes(name)) === true)
      throw notEmpty('The database has a newer schema than the backup.')
    await migrate(owner, await loginOf(configuration), migrations.at(-1))
    const { checkpointVerifier } = createLedgerKeys(keys.record.privateKey, keys.log.privateKey)
    return await putBack(connection, { ...filling, verifierOf: checkpointVerifier })
  } finally {
    await connection.close()
  }
}

/** Brings the schema up to date, and has each log say first of all that it goes on from a backup. */
async function finish(
  configuration: Configuration,
  { owner, login }: Access,
  { backup, keys }: { backup: AuthenticBackup; keys: InstanceKeys },
): Promise<void> {
  await migrate(owner, await loginOf(configuration))
  const connection = await openLoneConnection(owner)
  try {
    const { manifest, logs, sha256 } = backup
    const { rows } = await sql<{ bound: string }>`select bind_instance(${manifest.keyFingerprint}) as bound`.execute(
      connection.db,
    )
    if (rows[0]?.bound !== manifest.keyFingerprint) throw otherKeys(configuration.keyDir)
    await acceptEachLog({ login, keys }, logs)
    await auditEachLog({ owner: connection, login, keys }, (tenantId) => ({
      action: 'instance.restore',
      resource: `backup/${manifest.backupId}`,
      details: {
        backupSha256: sha256,
        takenAt: manifest.takenAt,
        logSize: logs.find((log) => log.tenantId === tenantId)?.size ?? 0,
      },
    }))
  } finally {
    await connection.close()
  }
}

// Servers that remember more of a log than the backup has go on with what was restored: whoever restores has decided that.
async function acceptEachLog(
  { login, keys }: { login: Connection; keys: InstanceKeys },
  logs: AuthenticBackup['logs'],
): Promise<void> {
  const { recordSigner, checkpointSigner } = createLedgerKeys(keys.record.privateKey, keys.log.privateKey)
  const database = openDatabase(login, { poolSize: 1, onError: () => undefined })
  try {
    for (const { tenantId } of logs) {
      await withTenant(database.db, tenantId, async (tx) => {
        const { tree } = await readStoredTree(tx, tenantId, checkpointSigner)
        const accepted = { tenantId, acceptedAt: new Date(), size: Number(tree.size), root: rootOf(tree), faults: [] }
        await writeAcceptance(tx, recordSigner, accepted)
      })
    }
  } finally {
    await database.close()
  }
}

async function auditEachLog(
  { owner, login, keys }: { owner: LoneConnection; login: Connection; keys: InstanceKeys },
  eventOf: (tenantId: string) => Parameters<Audit>[2],
): Promise<void> {
  const { recordSigner } = createLedgerKeys(keys.record.privateKey, keys.log.privateKey)
  const audit = createAudit(createAppend(recordSigner, createProducers()))
  const tenants = await owner.db.transaction().execute(async (tx) => {
    await sql`set local role afterai_owner`.execute(tx)
    return tx.selectFrom('ledger_log').select('tenant_id').orderBy('tenant_id').execute()
  })
  const database = openDatabase(login, { poolSize: 1, onError: () => undefined })
  try {
    for (const { tenant_id: tenantId } of tenants) {
      const actor = systemActor(tenantId)
      await withTenant(database.db, tenantId, async (tx) => {
        const event = eventOf(tenantId)
        const isThere = await tx
          .selectFrom('audit_event')
          .select('id')
          .where('tenant_id', '=', tenantId)
          .where('action', '=', event.action)
          .where('resource', '=', event.resource ?? '')
          .executeTakeFirst()
        if (isThere === undefined) await audit(tx, actor, event)
      })
    }
  } finally {
    await database.close()
  }
}

interface DatabaseState {
  readonly migrations: string[]
  readonly keyFingerprint: string | null
}

async function readState({ db }: LoneConnection): Promise<DatabaseState> {
  try {
    return await db.transaction().execute(async (tx) => {
      await sql`set local role afterai_owner`.execute(tx)
      const applied = await sql<{ name: string }>`select name from applied_migrations()`.execute(tx)
      const bound = await sql<{ bound: string | null }>`select bound_instance() as bound`.execute(tx)
      return { migrations: applied.rows.map(({ name }) => name), keyFingerprint: bound.rows[0]?.bound ?? null }
    })
  } catch (cause) {
    throw noInstance('The database holds no instance of AfterAI.', cause)
  }
}

async function refuseNewerSchema({ manifest }: AuthenticBackup): Promise<void> {
  const known = await knownMigrations()
  if (manifest.migrations.every((name, index) => known[index] === name)) return
  throw new BackupError(
    'newer_schema',
    `The backup was made by AfterAI ${manifest.product}, whose schema this version doesn't know.`,
    {
      fix: 'Restore it with that version or a newer one.',
    },
  )
}

async function instanceKeys(folder: string): Promise<InstanceKeys> {
  try {
    return await loadInstanceKeys(folder, { make: false })
  } catch (cause) {
    if (!(cause instanceof KeyFileError)) throw cause
    throw new BackupError('other_keys', cause.problem, { fix: cause.fix, cause })
  }
}

async function withDatabase<T>(
  { database, dataDir }: Configuration,
  { make }: { make: boolean },
  work: (access: Access) => Promise<T>,
): Promise<T> {
  if (database.kind === 'external') {
    if (database.ownerUrl === undefined)
      throw noInstance('A backup reads every table, and AFTERAI_DATABASE_OWNER_URL is not set.')
    return work({ owner: { url: database.ownerUrl }, login: { url: database.url } })
  }
  const cluster = findEmbeddedCluster({ dataDir })
  if (cluster === undefined && !make) throw noInstance(`There is no instance in ${dataDir}.`)
  // A restore never goes into a server that runs: to start the database here is refused then.
  if (cluster?.running !== undefined && !make) return work({ owner: cluster.running, login: cluster.running })
  const embedded = await startEmbeddedPostgres({ dataDir, log: () => undefined })
  try {
    return await work({ owner: embedded.admin, login: embedded.admin })
  } finally {
    await embedded.stop()
  }
}

async function loginOf({ database, dataDir }: Configuration) {
  return database.kind === 'external' ? externalLogin(database.url) : embeddedLogin(dataDir)
}

function noInstance(problem: string, cause?: unknown): BackupError {
  return new BackupError('no_instance', problem, {
    fix: 'Use the configuration of the server: AFTERAI_DATA_DIR, or AFTERAI_DATABASE_URL with AFTERAI_DATABASE_OWNER_URL.',
    cause,
  })
}

function otherKeys(folder: string): BackupError {
  return new BackupError('other_keys', `The keys in ${folder} are not those that the database belongs to.`, {
    fix: 'Name the key directory of that instance in AFTERAI_KEY_DIR.',
  })
}
