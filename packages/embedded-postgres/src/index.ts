import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findPackage, prepareBinaries } from './binaries.ts'
import { prepareCluster, readPassword, superuser } from './cluster.ts'
import { lockDirectory } from './data-lock.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { findPlace, makeSocketDir, type Place, socketPort } from './place.ts'
import type { ServerProcess } from './server-process.ts'
import { runningSocketDir, startServer } from './server-process.ts'
import { embeddedSettings } from './settings.ts'

export { findPackage as findEmbeddedPostgres } from './binaries.ts'
export { canReach, serverAccount } from './account.ts'
export { startServer } from './server-process.ts'
export { EmbeddedPostgresError } from './embedded-postgres-error.ts'

/** How to reach the embedded database as its superuser; `host` is the socket's directory. Fits `new pg.Pool(...)`. */
export interface AdminConnection {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** A running embedded database. */
export interface EmbeddedPostgres {
  readonly socketDir: string
  readonly port: number
  readonly admin: AdminConnection
  /** Whether the cluster was created by this start. */
  readonly firstStart: boolean
  /** Shuts the database down and lets go of the data directory; safe to call twice. */
  stop(): Promise<void>
}

/** Options of the embedded database. */
export interface EmbeddedPostgresOptions {
  readonly dataDir: string
  readonly log: (line: string) => void
  /** Called once if the database ends without `stop()`. */
  readonly onExit?: (error: EmbeddedPostgresError) => void
  /** The npm package with the binaries, if not the installed one. */
  readonly packageDir?: string
  /** Where root keeps what other accounts must reach: /var/lib/afterai. */
  readonly systemDir?: string
}

/**
 * Starts PostgreSQL 18 on `<dataDir>/postgres`, creating the cluster if there is none, reachable over a private Unix socket alone.
 * It never outlives this process, not even after SIGKILL.
 *
 * @throws EmbeddedPostgresError with the cause as its code and the remedy in its message
 * @example
 * const database = await startEmbeddedPostgres({ dataDir: './afterai-data', log: console.log })
 * const pool = new pg.Pool(database.admin)
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, log, systemDir = '/var/lib/afterai' } = options
  const packageDir = options.packageDir ?? findPackage()
  const place = findPlace({ dataDir, systemDir, log })
  const release = await lockDirectory(place.dir)
  try {
    const copyDir = join(place.account === undefined ? place.dir : systemDir, 'binaries')
    const binaries = prepareBinaries({ packageDir, copyDir, account: place.account, log })
    const firstStart = await prepareCluster(place, binaries)
    const socketDir = makeSocketDir(place)
    const server = await startServer({ place, binaries, socketDir, settings: embeddedSettings, log })
    const admin = adminOf(place, socketDir.path)
    return { socketDir: socketDir.path, port: socketPort, admin, firstStart, stop: lifetime(server, release, options) }
  } catch (error) {
    release()
    throw error
  }
}

/**
 * The embedded database of a data directory, without starting it: undefined if there is none yet, and how to reach it if it runs.
 * What another process runs may end at any moment.
 */
export function findEmbeddedCluster(options: {
  dataDir: string
  systemDir?: string
}): { readonly running: AdminConnection | undefined } | undefined {
  const { dataDir, systemDir = '/var/lib/afterai' } = options
  if (!existsSync(dataDir)) return undefined
  const place = findPlace({ dataDir, systemDir, log: () => undefined })
  if (!existsSync(place.clusterDir)) return undefined
  const socketDir = runningSocketDir(place)
  return { running: socketDir === undefined ? undefined : adminOf(place, socketDir) }
}

function adminOf(place: Place, socketDir: string): AdminConnection {
  return {
    host: socketDir,
    port: socketPort,
    user: superuser,
    password: readPassword(place),
    database: 'postgres',
  }
}

/** Ties the lock to the server's life and tells an unexpected end from a wanted one. */
function lifetime(
  server: ServerProcess,
  release: () => void,
  { dataDir, onExit }: EmbeddedPostgresOptions,
): () => Promise<void> {
  let stopping: Promise<void> | undefined
  const reportUnexpectedEnd = async (): Promise<void> => {
    await server.ended
    if (stopping !== undefined) return
    release()
    onExit?.(
      new EmbeddedPostgresError(
        'stopped_unexpectedly',
        `The embedded PostgreSQL on ${dataDir} ended by itself. Start AfterAI again; it recovers what was committed.`,
      ),
    )
  }
  void reportUnexpectedEnd()
  return () => {
    stopping ??= server.stop().finally(release)
    return stopping
  }
}
