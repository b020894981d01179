import { execFile, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type AdminConnection, serverAccount, startServer } from '@afterai/embedded-postgres'
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
  /** Shuts it down without waiting for its clients, and starts it again at the same place. `meanwhile` is told where its files are. */
  restart(meanwhile?: (clusterDir: string) => void): Promise<void>
  /** Stops all of its processes where they are, as a machine that hangs does; answers what has them go on. */
  pause(): () => void
  /** Makes a standby that streams from it and has its own port; it is stopped by its own `stop`. */
  makeStandby(name: string): Promise<DebianPostgres>
  /** Stops it and removes its data; safe to call twice. */
  stop(): Promise<void>
}

/** How it is to be started. */
export interface DebianPostgresOptions {
  /** Speak TLS over TCP with this certificate, and nothing else there. */
  readonly tls?: TlsIdentity
  /** Further configuration parameters of PostgreSQL. */
  readonly settings?: Readonly<Record<string, string>>
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
  if (options.tls !== undefined) requireTls(place, options.tls)
  const tls = options.tls && { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' }
  return run({ place, binaries, password, directory, settings: { ...tls, ...options.settings } })
}

interface Running {
  readonly place: NewPlace
  readonly binaries: DebianBinaries
  readonly password: string
  readonly directory: string
  readonly settings: Readonly<Record<string, string>>
}

async function run({ place, binaries, password, directory, settings }: Running): Promise<DebianPostgres> {
  const port = await freePort()
  const { socketDir } = place
  const { libraryPath } = binaries
  const start = {
    place,
    binaries,
    socketDir: { path: socketDir, temporary: true },
    settings: { ...usualSettings, port: String(port), ...settings },
    log: () => undefined,
    ...(libraryPath !== undefined && { libraryPath }),
  }
  let server = await startServer(start)
  return {
    version: binaries.version,
    socketDir,
    port,
    admin: { host: socketDir, port, user: 'postgres', password, database: 'postgres' },
    url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
    presentCertificate: (identity) => writeIdentity(place, identity),
    async restart(meanwhile) {
      await server.stop()
      meanwhile?.(place.clusterDir)
      mkdirSync(socketDir, { recursive: true, mode: 0o700 })
      if (place.account !== undefined) chownSync(socketDir, place.account.uid, place.account.gid)
      server = await startServer(start)
    },
    pause: () => pauseProcesses(place),
    makeStandby: (name) => makeStandby({ place, binaries, password, directory, settings }, { name, port }),
    async stop() {
      await server.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const usualSettings = {
  listen_addresses: '127.0.0.1',
  max_connections: '40',
  shared_buffers: '32MB',
  jit: 'off',
  log_min_messages: 'log',
}

// The first process and those that it made, each of which would go on by itself.
function pauseProcesses({ clusterDir }: NewPlace): () => void {
  const [first = ''] = readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n')
  const children = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').trim().split(' ')
  const pids = [first, ...children].map(Number).filter((pid) => pid > 0)
  const signalAll = (signal: NodeJS.Signals): void => {
    for (const pid of pids) {
      try {
        process.kill(pid, signal)
      } catch {
        // It has ended meanwhile.
      }
    }
  }
  signalAll('SIGSTOP')
  return () => signalAll('SIGCONT')
}

async function makeStandby(primary: Running, { name, port }: { name: string; port: number }): Promise<DebianPostgres> {
  const { password, binaries } = primary
  const directory = makeReachableDirectory('afterai-standby-')
  const place = placeIn(directory, primary.place.account)
  const connection = `host=127.0.0.1 port=${port} user=postgres password=${password} application_name=${name}`
  const program = join(dirname(binaries.postgres), 'pg_basebackup')
  const parameters = ['--pgdata', place.clusterDir, '--dbname', connection, '--wal-method=stream', '--checkpoint=fast']
  await promisify(execFile)(program, [...parameters, '--write-recovery-conf', '--no-sync'], {
    ...place.account,
    cwd: directory,
    env: { PATH: '/usr/bin:/bin', ...(binaries.libraryPath && { LD_LIBRARY_PATH: binaries.libraryPath }) },
  })
  return run({ ...primary, place, directory })
}

interface NewCluster {
  readonly directory: string
  readonly binaries: DebianBinaries
  readonly password: string
}

type Account = ReturnType<typeof serverAccount>

function placeIn(directory: string, account: Account) {
  const clusterDir = join(directory, 'postgres')
  const socketDir = join(directory, 'socket')
  for (const path of [clusterDir, socketDir]) {
    mkdirSync(path, { mode: 0o700 })
    if (account !== undefined) chownSync(path, account.uid, account.gid)
  }
  return { clusterDir, socketDir, account }
}

function createCluster({ directory, binaries, password }: NewCluster): NewPlace {
  const place = placeIn(directory, serverAccount(join(directory, 'postgres')))
  const { clusterDir, account } = place
  const passwordFile = join(directory, 'password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (account !== undefined) chownSync(passwordFile, account.uid, account.gid)
  const parameters = ['-D', clusterDir, '-U', 'postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
  execFileSync(binaries.initdb, [...parameters, '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'], {
    ...account,
    cwd: directory,
    env: { PATH: '/usr/bin:/bin', ...(binaries.libraryPath && { LD_LIBRARY_PATH: binaries.libraryPath }) },
    stdio: 'pipe',
  })
  return place
}

type NewPlace = ReturnType<typeof placeIn>

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
