import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { composeServer, type ComposedServer, LogsRefused, type ServerParts } from './composition.ts'
import { addMember, createAccount, createTenant, instanceState, newCode, putSetupCode } from './src/identity/index.ts'
import { type InstanceKeys, KeyFileError, loadInstanceKeys } from './src/keys/index.ts'
import type { Configuration, Fault } from './src/platform/configuration.ts'
import { type Connection, withTenant } from './src/platform/database.ts'
import { checkDatabase } from './src/platform/doctor-database.ts'
import { startEmbeddedPostgres } from './src/platform/embedded-postgres/index.ts'
import { newId } from './src/platform/ids.ts'
import { createLog, type Logger } from './src/platform/log.ts'
import { migrate } from './src/platform/migrations.ts'
import { samplePeople, seedSample } from './src/sample/index.ts'

/** How an instance speaks, and what it begins with. */
export interface InstanceOptions {
  readonly withSample: boolean
  readonly say: (line: string) => void
  readonly onDatabaseExit: (error: Error) => void
}

/** A running instance. */
export interface Instance {
  /** Where it listens, as an origin. */
  readonly origin: string
  stop(): Promise<void>
}

/** Starts everything in order: database, schema, keys, server, set-up code, sample. What was started is stopped again when a later step fails. */
export async function startInstance(configuration: Configuration, options: InstanceOptions): Promise<Instance> {
  const log = createLog(configuration.logLevel)
  await mkdir(configuration.dataDir, { recursive: true, mode: 0o711 })
  const database = await openInstanceDatabase(configuration, options, log)
  try {
    const server = await composeOrRefuse({
      connection: database.connection,
      keys: await loadKeysOrRefuse(configuration.keyDir),
      log,
      poolSize: configuration.databasePoolSize,
      sessionIdleMinutes: configuration.sessionIdleMinutes,
      sessionMaxHours: configuration.sessionMaxHours,
      importMaxMib: configuration.importMaxMib,
      https: configuration.publicUrl?.startsWith('https:') === true,
    })
    const origin = await listen(server, configuration, options.say)
    const sample = maybeSeedSample(server, configuration, { origin, ...options })
    return {
      origin,
      async stop() {
        await sample
        await server.close()
        await database.stop()
      },
    }
  } catch (error) {
    await database.stop()
    throw error
  }
}

interface InstanceDatabase {
  readonly connection: Connection
  stop(): Promise<void>
}

async function openInstanceDatabase(
  { database, dataDir }: Configuration,
  { say, onDatabaseExit }: InstanceOptions,
  log: Logger,
): Promise<InstanceDatabase> {
  if (database.kind === 'external') {
    if (database.ownerUrl !== undefined) await migrate({ url: database.ownerUrl }, loginOf(database.url))
    await refuseUnfitDatabase(database.url)
    return { connection: { url: database.url }, stop: async () => undefined }
  }
  const embedded = await startEmbeddedPostgres({ dataDir, log: (line) => log.debug(line), onExit: onDatabaseExit })
  try {
    if (embedded.firstStart) say(`The embedded database is made in ${dataDir}.`)
    const login = { name: 'afterai_server', password: await loginPassword(dataDir) }
    await migrate(embedded.admin, login)
    const { host, port, database: name } = embedded.admin
    return {
      connection: { host, port, user: login.name, password: login.password, database: name },
      stop: embedded.stop,
    }
  } catch (error) {
    await embedded.stop()
    throw error
  }
}

/** What keeps an instance from starting although its configuration could be read. */
export class StartRefused extends Error {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super('the deployment is not fit to start')
    this.faults = faults
  }
}

async function loadKeysOrRefuse(folder: string): Promise<InstanceKeys> {
  try {
    return await loadInstanceKeys(folder)
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error
    throw new StartRefused([{ variable: 'AFTERAI_KEY_DIR', problem: error.problem, fix: error.fix }])
  }
}

// P4.5: nothing is signed on top of a log that isn't what this deployment's key has signed.
async function composeOrRefuse(parts: ServerParts): Promise<ComposedServer> {
  try {
    return await composeServer(parts)
  } catch (error) {
    if (!(error instanceof LogsRefused)) throw error
    const fix =
      "Use this deployment's own log key (AFTERAI_KEY_DIR). If it is in use, the database was restored or changed: compare it with a backup and with checkpoints that others kept."
    throw new StartRefused(
      error.mismatches.map(({ message }) => ({ variable: 'AFTERAI_DATABASE_URL', problem: message, fix })),
    )
  }
}

// P5.2: a role that could bypass row level security or rewrite the log, a schema that isn't this version's, a clock far off.
async function refuseUnfitDatabase(url: string): Promise<void> {
  const checks = await checkDatabase(url, () => new Date())
  const faults = checks
    .filter(({ name, state }) => state === 'fail' || (state === 'warn' && name === 'database schema'))
    .map(({ name, found, fix = '' }) => ({ variable: 'AFTERAI_DATABASE_URL', problem: `${name}: ${found}`, fix }))
  if (faults.length > 0) throw new StartRefused(faults)
}

function loginOf(url: string): { name: string; password: string } {
  const { username, password } = new URL(url)
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) }
}

// The embedded database's login has a password of its own, kept beside the data by its owner alone.
async function loginPassword(dataDir: string): Promise<string> {
  const path = join(dataDir, 'database-login')
  if (!existsSync(path)) await writeFile(path, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true })
  return readFileSync(path, 'utf8')
}

async function listen(
  { http, enrolment }: ComposedServer,
  { listen: address, publicUrl }: Configuration,
  say: (line: string) => void,
): Promise<string> {
  const origin = await http.listen({ host: address.host, port: address.port }).catch((error: NodeJS.ErrnoException) => {
    const problem =
      error.code === 'EADDRINUSE' ? 'is in use by another process' : `can't be listened on (${error.code})`
    const where = `${address.host}:${address.port}`
    throw new StartRefused([
      { variable: 'AFTERAI_LISTEN', problem: `${where} ${problem}`, fix: 'Name another address or port.' },
    ])
  })
  say(`AfterAI is ready at ${publicUrl ?? origin}`)
  const { tenants } = await instanceState(enrolment.db)
  if (tenants > 0) return origin
  const code = newCode()
  await putSetupCode(enrolment.db, enrolment.hashCredential(code))
  say(`\nBecome its first administrator, in another terminal:\n\n  npx afterai login --setup ${code}\n`)
  return origin
}

/** The sample belongs to a first start of an empty embedded instance. */
async function maybeSeedSample(
  { enrolment }: ComposedServer,
  { database }: Configuration,
  { origin, withSample, say }: InstanceOptions & { origin: string },
): Promise<void> {
  const { db } = enrolment
  const { tenants, sample_tenant } = await instanceState(db)
  if (!withSample || database.kind !== 'embedded' || tenants > 0 || sample_tenant !== null) return
  try {
    const people = samplePeople()
    const tenant = { id: newId(), slug: 'sample', name: 'Sample workspace', sample: true }
    const actor = { tenantId: tenant.id, actorId: null, credential: 'system', address: null, requestId: null }
    await withTenant(db, tenant.id, async (tx) => {
      await createTenant(enrolment, tx, tenant, actor)
      for (const { email, name, role, password } of people) {
        const accountId = newId()
        await createAccount(tx, {
          id: accountId,
          kind: 'person',
          email,
          name,
          passwordHash: await enrolment.passwords.hash(password),
        })
        await addMember(tx, { tenantId: tenant.id, accountId, role, name, email })
      }
    })
    await seedSample(origin, people)
    say('A sample workspace shows one change from observation to sealed record: `npx afterai tenant use sample`.')
  } catch (error) {
    say(`The sample workspace could not be made: ${error instanceof Error ? error.message : 'unknown reason'}`)
  }
}
