import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { composeServer, type ComposedServer } from './composition.ts'
import { loadBoundKeys, refuseChangedLogs, refuseUnfitDatabase, StartRefused } from './start-checks.ts'
import { instanceState, newCode, putSetupCode } from './src/identity/index.ts'
import type { Configuration } from './src/platform/configuration.ts'
import type { Connection } from './src/platform/database.ts'
import { startEmbeddedPostgres } from './src/platform/embedded-postgres/index.ts'
import { createLog, type Logger } from './src/platform/log.ts'
import { migrate } from './src/platform/migrations.ts'
import { foundSample, type SamplePeople, seedSample } from './src/sample/index.ts'

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
    const server = await composeServer({
      connection: database.connection,
      keys: await loadBoundKeys(database.connection, configuration.keyDir),
      log,
      poolSize: configuration.databasePoolSize,
      sessionIdleMinutes: configuration.sessionIdleMinutes,
      sessionMaxHours: configuration.sessionMaxHours,
      importMaxMib: configuration.importMaxMib,
      https: configuration.publicUrl?.startsWith('https:') === true,
      publicUrl: configuration.publicUrl,
      trial: configuration.mode === 'trial',
      oidcAllowedHosts: configuration.oidcAllowedHosts ?? [],
    })
    try {
      return await begin(server, database, { configuration, ...options })
    } catch (error) {
      await server.close()
      throw error
    }
  } catch (error) {
    await database.stop()
    throw error
  }
}

async function begin(
  server: ComposedServer,
  database: InstanceDatabase,
  { configuration, withSample, say }: InstanceOptions & { configuration: Configuration },
): Promise<Instance> {
  refuseChangedLogs(await server.checkLogs())
  const isTrial = configuration.database.kind === 'embedded'
  // The tenant is made before anybody can set the instance up, so that its first administrator is let into it.
  const people = isTrial && withSample ? await foundSample(server.enrolment) : undefined
  const origin = await listen(server, configuration, say)
  server.begin()
  const sample = seed(people, origin, say)
  return {
    origin,
    async stop() {
      await sample
      await server.close()
      await database.stop()
    },
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

/** Fills the sample while the server is in use already. A failure is told, and leaves the instance as it is. */
async function seed(people: SamplePeople | undefined, origin: string, say: (line: string) => void): Promise<void> {
  if (people === undefined) return
  try {
    await seedSample(origin, people)
    say('A sample workspace shows one change from observation to sealed record: `npx afterai tenant use sample`.')
  } catch (error) {
    say(`The sample workspace could not be made: ${error instanceof Error ? error.message : 'unknown reason'}`)
  }
}
