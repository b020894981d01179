import { mkdir } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@afterai/embedded-postgres'
import { refuseUnfinishedRestore, refuseUnfitDeployment } from './deployment-checks.ts'
import type { Configuration } from '../platform/configuration.ts'
import { createLog, type Logger } from '../platform/log.ts'

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
  requestsUnderWay(): number
  stop(): Promise<void>
}

/**
 * Starts everything in order: what the machine must have, the database, then the rest. What was started is stopped again when a later
 * step fails. The server's own program is loaded while PostgreSQL starts beside it; that is why nothing above imports it.
 */
export async function startInstance(configuration: Configuration, options: InstanceOptions): Promise<Instance> {
  await refuseUnfitDeployment(configuration)
  const log = createLog(configuration.logLevel)
  await mkdir(configuration.dataDir, { recursive: true, mode: 0o711 })
  refuseUnfinishedRestore(configuration.dataDir)
  const starting = startDatabase(configuration, options, log)
  const [embedded, { runInstance }] = await Promise.all([starting, loadProgram()])
  try {
    return await runInstance(configuration, options, { log, embedded })
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}

async function startDatabase(
  { database, dataDir }: Configuration,
  { say, onDatabaseExit }: InstanceOptions,
  log: Logger,
): Promise<EmbeddedPostgres | undefined> {
  if (database.kind === 'external') return undefined
  const embedded = await startEmbeddedPostgres({ dataDir, log: (line) => log.debug(line), onExit: onDatabaseExit })
  if (embedded.firstStart) say(`The embedded database is made in ${dataDir}.`)
  return embedded
}

// Loading holds the process up: PostgreSQL is on its way by the next turn.
async function loadProgram() {
  await nextTurn()
  return import('./running-instance.ts')
}
