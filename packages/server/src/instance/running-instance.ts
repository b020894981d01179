import { readFile } from 'node:fs/promises'
import type { EmbeddedPostgres } from '@afterai/embedded-postgres'
import { composeServer, type ComposedServer, type ServerParts } from './composition.ts'
import { StartRefused } from './deployment-checks.ts'
import { loadBoundKeys, migrationRefused, refuseChangedLogs, refuseUnfitDatabase } from './start-checks.ts'
import type { Instance, InstanceOptions } from './instance.ts'
import { newCode } from '../access/index.ts'
import { foundInstanceTenant, instanceState, putSetupCode } from '../identity/index.ts'
import { type LogMemory, LogMemoryError, logMemoryPath, openLogMemory } from '../ledger/index.ts'
import type { Configuration } from '../platform/configuration.ts'
import type { Connection } from '../platform/database.ts'
import { embeddedLogin, externalLogin } from '../platform/database-login.ts'
import type { Logger } from '../platform/log.ts'
import { type MetricsServer, startMetricsServer } from '../platform/metrics/index.ts'
import { migrate } from '../platform/migrations.ts'
import { foundSample, type SamplePeople, type SampleServer, seedSample } from '../sample/index.ts'

/** The logger and the database that were made ready while the server's program was loaded. */
export interface InstanceGround {
  readonly log: Logger
  /** The database that runs as this process's child; undefined where the configuration names another. */
  readonly embedded: EmbeddedPostgres | undefined
}

/** Runs an instance on its database: schema, keys, server, set-up code, sample. What was started here is stopped again when a later step fails. */
export async function runInstance(
  configuration: Configuration,
  options: InstanceOptions,
  { log, embedded }: InstanceGround,
): Promise<Instance> {
  const traces = await startTraces(configuration)
  const connection = await prepareDatabase(configuration, embedded)
  const server = await composeServer({
    connection,
    keys: await loadBoundKeys(connection, configuration.keyDir, { mayMake: configuration.mode === 'trial' }),
    log,
    configuration,
    mail: await mailOf(configuration),
    logMemory: openMemory(configuration, log),
  })
  const stop = async (): Promise<void> => {
    await server.close()
    await embedded?.stop()
    await traces.stop()
  }
  try {
    return await begin(server, stop, { configuration, ...options })
  } catch (error) {
    await server.close()
    throw error
  }
}

function openMemory({ dataDir }: Configuration, log: Logger): LogMemory {
  const path = logMemoryPath(dataDir)
  try {
    return openLogMemory(path, (error) => log.error({ err: error }, 'the newest checkpoints could not be kept on disk'))
  } catch (error) {
    if (!(error instanceof LogMemoryError)) throw error
    const fix = `Bring it back from a backup of the data directory. Without one, remove it: what the database shows is believed then.`
    throw new StartRefused([{ variable: 'AFTERAI_DATA_DIR', problem: error.message, fix }])
  }
}

async function mailOf({
  smtpUrl,
  mailFrom,
  smtpCertificates,
  publicUrl,
  listen,
}: Configuration): Promise<ServerParts['mail']> {
  if (smtpUrl === undefined || mailFrom === undefined) return undefined
  const ca = smtpCertificates === undefined ? undefined : await readCertificates(smtpCertificates)
  const { host, port } = listen
  return { url: smtpUrl, from: mailFrom, ca, publicUrl: publicUrl ?? `http://${host}:${port}` }
}

async function readCertificates(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const problem = `${path} cannot be read (${(error as NodeJS.ErrnoException).code})`
    throw new StartRefused([
      { variable: 'AFTERAI_SMTP_CERTIFICATES', problem, fix: 'Name a readable file of certificates.' },
    ])
  }
}

async function begin(
  server: ComposedServer,
  stopAll: () => Promise<void>,
  { configuration, withSample, say }: InstanceOptions & { configuration: Configuration },
): Promise<Instance> {
  refuseChangedLogs(await server.checkLogs())
  await server.lookAtLogs()
  await foundInstanceTenant(server.enrolment)
  const isTrial = configuration.database.kind === 'embedded'
  // The tenant is made before anybody can set the instance up, so that its first administrator is let into it.
  const people = isTrial && withSample ? await foundSample(server.enrolment) : undefined
  const metrics = await listenForMetrics(server, configuration)
  const origin = await listen(server, configuration, say)
  server.begin()
  const stopping = new AbortController()
  const sample = seed(people, { origin, signal: stopping.signal }, say)
  return {
    origin,
    requestsUnderWay: server.requestsUnderWay,
    async stop() {
      stopping.abort()
      await sample
      await metrics?.stop()
      await stopAll()
    },
  }
}

async function prepareDatabase(
  { database, dataDir }: Configuration,
  embedded: EmbeddedPostgres | undefined,
): Promise<Connection> {
  if (embedded !== undefined) {
    const login = embeddedLogin(dataDir)
    await migrate(embedded.admin, login)
    const { host, port, database: name } = embedded.admin
    const connection = { host, port, user: login.name, password: login.password, database: name }
    await refuseUnfitDatabase(connection)
    return connection
  }
  if (database.kind === 'embedded') throw new Error('the embedded database was not started')
  if (database.ownerUrl !== undefined) {
    await migrate({ url: database.ownerUrl }, externalLogin(database.url)).catch((error: unknown) => {
      throw migrationRefused(error)
    })
    await refuseUnfitDatabase({ url: database.url })
  }
  return { url: database.url }
}

// Loaded where it is asked for: it is half as large as the server itself.
async function startTraces({ otlpTracesUrl }: Configuration): Promise<{ stop(): Promise<void> }> {
  if (otlpTracesUrl === undefined) return { stop: async () => undefined }
  const { startOtlpTraces } = await import('../platform/otlp-traces.ts')
  return startOtlpTraces(otlpTracesUrl.href)
}

async function listenForMetrics(
  { metrics }: ComposedServer,
  { metricsListen }: Configuration,
): Promise<MetricsServer | undefined> {
  if (metricsListen === undefined) return undefined
  return startMetricsServer(metrics, metricsListen).catch((error: NodeJS.ErrnoException) => {
    const problem = `${metricsListen.host}:${metricsListen.port} can't be listened on (${error.code})`
    throw new StartRefused([{ variable: 'AFTERAI_METRICS_LISTEN', problem, fix: 'Name another address or port.' }])
  })
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
  say(
    `\nBecome its first administrator: open ${publicUrl ?? origin}/setup and type the code\n\n  ${code}\n\n` +
      `or, in another terminal:\n\n  npx afterai login --setup ${code}\n`,
  )
  return origin
}

/** Fills the sample while the server is in use already. A failure is told, and leaves the instance as it is. A stop ends it: the next start makes it anew. */
async function seed(
  people: SamplePeople | undefined,
  server: SampleServer,
  say: (line: string) => void,
): Promise<void> {
  if (people === undefined) return
  try {
    await seedSample(server, people)
    say('A sample workspace shows one change from observation to sealed record: `npx afterai tenant use sample`.')
  } catch (error) {
    if (server.signal.aborted) return
    say(`The sample workspace could not be made: ${error instanceof Error ? error.message : 'unknown reason'}`)
  }
}
