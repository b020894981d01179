import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serverAccount } from '../../server/src/platform/embedded-postgres/account.ts'
import type { AdminConnection } from '../../server/src/platform/embedded-postgres/index.ts'
import { startServer } from '../../server/src/platform/embedded-postgres/server-process.ts'
import { freePort } from './free-port.ts'
import type { DebianBinaries } from './system-tools.ts'
import { findDebianBinaries } from './system-tools.ts'
import { makeReachableDirectory } from './test-cluster.ts'

/** A PostgreSQL server as a customer would run it: Debian's build, over TCP and a Unix socket. */
export interface DebianPostgres {
  /** The major version, 15 or later. */
  readonly version: number
  readonly socketDir: string
  readonly port: number
  /** As the superuser, over the Unix socket. */
  readonly admin: AdminConnection
  /** As the superuser, over TCP on 127.0.0.1. */
  readonly url: string
  /** Presents another certificate from the next `pg_reload_conf()` on. */
  presentCertificate(identity: TlsIdentity): void
  /** Stops it and removes its data; safe to call twice. */
  stop(): Promise<void>
}

/** How it is to be started. */
export interface DebianPostgresOptions {
  /** Speak TLS over TCP with this certificate, and nothing else there. */
  readonly tls?: TlsIdentity
}

/** A certificate and its key, in PEM. */
export interface TlsIdentity {
  readonly certificate: string
  readonly key: string
}

/** Starts a new, empty cluster of Debian's PostgreSQL. Like the embedded one, it doesn't outlive this process. */
export async function startDebianPostgres(options: DebianPostgresOptions = {}): Promise<DebianPostgres> {
  const binaries = findDebianBinaries()
  if (binaries === undefined) {
    throw new Error(
      "This test needs Debian's PostgreSQL 15 or later (apt-get install postgresql); `npm test` installs it where it may.",
    )
  }
  const directory = makeReachableDirectory('afterai-debian-')
  const password = randomBytes(24).toString('hex')
  const place = createCluster({ directory, binaries, password })
  const port = await freePort()
  const socketDir = place.socketDir
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    max_connections: '40',
    shared_buffers: '32MB',
    jit: 'off',
    log_min_messages: 'log',
    ...(options.tls && { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' }),
  }
  if (options.tls !== undefined) requireTls(place, options.tls)
  const { libraryPath } = binaries
  const socket = { path: socketDir, temporary: true }
  const start = { place, binaries, socketDir: socket, settings, log: () => undefined }
  const server = await startServer(libraryPath === undefined ? start : { ...start, libraryPath })
  return {
    version: binaries.version,
    socketDir,
    port,
    admin: { host: socketDir, port, user: 'postgres', password, database: 'postgres' },
    url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
    presentCertificate: (identity) => writeIdentity(place, identity),
    stop: async () => {
      await server.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

interface NewCluster {
  readonly directory: string
  readonly binaries: DebianBinaries
  readonly password: string
}

function createCluster({ directory, binaries, password }: NewCluster) {
  const clusterDir = join(directory, 'postgres')
  const socketDir = join(directory, 'socket')
  const passwordFile = join(directory, 'password')
  const account = serverAccount(clusterDir)
  mkdirSync(clusterDir, { mode: 0o700 })
  mkdirSync(socketDir, { mode: 0o700 })
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (account !== undefined) {
    for (const path of [clusterDir, socketDir, passwordFile]) chownSync(path, account.uid, account.gid)
  }
  const parameters = ['-D', clusterDir, '-U', 'postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
  execFileSync(binaries.initdb, [...parameters, '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'], {
    ...account,
    cwd: directory,
    env: { PATH: '/usr/bin:/bin', ...(binaries.libraryPath && { LD_LIBRARY_PATH: binaries.libraryPath }) },
    stdio: 'pipe',
  })
  return { clusterDir, socketDir, account }
}

type NewPlace = ReturnType<typeof createCluster>

function requireTls(place: NewPlace, identity: TlsIdentity): void {
  writeIdentity(place, identity)
  const rules = ['local all all scram-sha-256', 'hostssl all all 127.0.0.1/32 scram-sha-256', '']
  writeFileSync(join(place.clusterDir, 'pg_hba.conf'), rules.join('\n'))
}

function writeIdentity({ clusterDir, account }: NewPlace, { certificate, key }: TlsIdentity): void {
  for (const [name, text] of Object.entries({ 'server.crt': certificate, 'server.key': key })) {
    const path = join(clusterDir, name)
    writeFileSync(path, text, { mode: 0o600 })
    if (account !== undefined) chownSync(path, account.uid, account.gid)
  }
}
