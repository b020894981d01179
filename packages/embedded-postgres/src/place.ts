import { createHash } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeWhole } from './whole-file.ts'
import type { Account } from './account.ts'
import { canReach, serverAccount } from './account.ts'

/** The directory that holds the cluster, its lock and its superuser's password, and the account that runs it. */
export interface Place {
  readonly dir: string
  readonly clusterDir: string
  readonly account: Account | undefined
}

/** The longest path of a Unix socket that the kernel takes, less the final NUL. */
const longestSocketPath = process.platform === 'linux' ? 107 : 103

/** PostgreSQL's port is only a part of its socket's file name here. */
export const socketPort = 5432

/**
 * Finds or makes the directory for the cluster: the data directory itself, or, where the account PostgreSQL runs under can't enter it
 * (root's home), `<systemDir>/<first 12 hex digits of the data directory's SHA-256>`. A move is noted in `<dataDir>/postgres-location`,
 * so that the cluster is found again even if rights change.
 */
export function findPlace(options: { dataDir: string; systemDir: string; log: (line: string) => void }): Place {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 })
  const dataDir = realpathSync(options.dataDir)
  const note = join(dataDir, 'postgres-location')
  if (existsSync(note)) return placeIn(readFileSync(note, 'utf8').trim())

  const here = placeIn(dataDir)
  // Root's own directory must let PostgreSQL's account through; it can't list it, and the files inside have their own rights.
  const { uid, mode } = statSync(dataDir)
  if (here.account !== undefined && uid === 0) chmodSync(dataDir, mode | 0o011)
  if (existsSync(here.clusterDir) || canReach(dataDir, here.account)) return here
  const digest = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
  const elsewhere = join(options.systemDir, digest)
  options.log(
    `PostgreSQL can't run as root and no other account may enter ${dataDir}: the database is kept in ${elsewhere}.`,
  )
  mkdirSync(elsewhere, { recursive: true, mode: 0o711 })
  writeWhole(note, `${elsewhere}\n`)
  return placeIn(elsewhere)
}

function placeIn(dir: string): Place {
  const clusterDir = join(dir, 'postgres')
  return { dir, clusterDir, account: serverAccount(clusterDir) }
}

/** Where the socket is. A temporary directory belongs to one start; the one beside the cluster outlives each. */
export interface SocketDir {
  readonly path: string
  readonly temporary: boolean
}

/** Makes a private directory for the socket: beside the cluster, or in the temporary directory where that path would be too long. */
export function makeSocketDir({ dir, account }: Place): SocketDir {
  const beside = join(dir, 'socket')
  if (fits(beside)) {
    mkdirSync(beside, { recursive: true })
    return { path: makePrivate(beside, account), temporary: false }
  }
  const temporary = [tmpdir(), '/tmp'].find(
    (candidate) => fits(join(candidate, 'afterai-XXXXXX')) && canReach(candidate, account),
  )
  return { path: makePrivate(mkdtempSync(join(temporary ?? '/tmp', 'afterai-')), account), temporary: true }
}

/** Gives a directory to the account, closed to all others. */
export function makePrivate(directory: string, account: Account | undefined): string {
  if (account !== undefined) chownSync(directory, account.uid, account.gid)
  chmodSync(directory, 0o700)
  return directory
}

function fits(directory: string): boolean {
  return Buffer.byteLength(join(directory, `.s.PGSQL.${socketPort}`)) <= longestSocketPath
}
