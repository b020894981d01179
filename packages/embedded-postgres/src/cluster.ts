import { spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { syncDirectory, writeWhole } from './whole-file.ts'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import type { Place } from './place.ts'
import { makePrivate } from './place.ts'

/** The name of the database's superuser, whose password never leaves the data directory. */
export const superuser = 'postgres'

const majorVersion = '18'
const unfinished = '.postgres-unfinished-'

/**
 * Makes sure that a cluster of the right version and owner exists. Returns whether it was created now.
 * It is made under another name and renamed when complete, so a crash in between leaves nothing half done.
 *
 * @throws EmbeddedPostgresError `data_wrong_version`, `data_not_ours`, `create_failed`
 */
export async function prepareCluster(place: Place, binaries: Binaries): Promise<boolean> {
  removeUnfinished(place)
  if (existsSync(place.clusterDir)) {
    checkExisting(place)
    return false
  }
  await createCluster(place, binaries)
  // A predecessor that was killed a moment ago may have written once more while it died; by now it is gone.
  removeUnfinished(place)
  return true
}

function removeUnfinished({ dir }: Place): void {
  for (const name of readdirSync(dir)) {
    if (!name.startsWith(unfinished)) continue
    rmSync(join(dir, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 20 })
  }
}

/** The superuser's password of this cluster. */
export function readPassword(place: Place): string {
  return readFileSync(passwordFile(place), 'utf8')
}

function passwordFile({ dir }: Place): string {
  return join(dir, 'postgres-password')
}

function checkExisting({ clusterDir, account }: Place): void {
  const owner = statSync(clusterDir).uid
  if (account === undefined && owner !== process.getuid?.()) {
    throw new EmbeddedPostgresError(
      'data_not_ours',
      `${clusterDir} belongs to user ${owner}. Start AfterAI as that user, or give it away with "chown -R".`,
    )
  }
  // Restored from a backup by root: PostgreSQL insists on owning its files.
  if (account !== undefined && owner === 0) giveAway(clusterDir, account)
  const found = existsSync(join(clusterDir, 'PG_VERSION'))
    ? readFileSync(join(clusterDir, 'PG_VERSION'), 'utf8').trim()
    : 'none'
  if (found === majorVersion) return
  throw new EmbeddedPostgresError(
    'data_wrong_version',
    `${clusterDir} was written by PostgreSQL ${found}, but this AfterAI runs PostgreSQL ${majorVersion}. Start the AfterAI that wrote it, take a backup there, and restore it here.`,
  )
}

function giveAway(path: string, { uid, gid }: Account): void {
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) chownSync(join(path, name), uid, gid)
  chownSync(path, uid, gid)
}

async function createCluster(place: Place, binaries: Binaries): Promise<void> {
  const partial = join(place.dir, `${unfinished}${randomUUID()}`)
  const password = randomBytes(32).toString('base64url')
  mkdirSync(partial)
  makePrivate(partial, place.account)
  const passwordCopy = join(place.dir, `${unfinished}password`)
  writeFileSync(passwordCopy, password, { mode: 0o600 })
  if (place.account !== undefined) chownSync(passwordCopy, place.account.uid, place.account.gid)
  writeWhole(passwordFile(place), password)
  try {
    await runInitdb({ place, binaries, partial, passwordCopy })
    renameSync(partial, place.clusterDir)
    syncDirectory(place.dir)
  } finally {
    rmSync(passwordCopy, { force: true })
    rmSync(partial, { recursive: true, force: true })
  }
}

/**
 * Runs a command that doesn't outlive this process: when the pipe closes, the whole process group is killed, and with it the backends
 * that initdb started.
 */
const attached = `
"$@" 3<&- &
job=$!
{ read -r _ <&3; kill -KILL 0; } 2>/dev/null &
watcher=$!
wait $job
status=$?
kill -KILL $watcher 2>/dev/null
exit $status
`

async function runInitdb(job: {
  place: Place
  binaries: Binaries
  partial: string
  passwordCopy: string
}): Promise<void> {
  const settings = [
    `--pgdata=${job.partial}`,
    `--username=${superuser}`,
    `--pwfile=${job.passwordCopy}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ]
  const child = spawn('/bin/sh', ['-c', attached, 'afterai-initdb', job.binaries.initdb, ...settings], {
    ...job.place.account,
    cwd: job.partial,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  const errors: string[] = []
  child.stderr?.setEncoding('utf8').on('data', (text: string) => errors.push(text))
  const code = await new Promise<number | string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', resolve)
  })
  if (code === 0) return
  const reason = errors.join('').trim() || `it ended with ${String(code)}`
  const nameless = reason.includes('user does not exist')
  throw new EmbeddedPostgresError(
    'create_failed',
    `PostgreSQL couldn't create ${job.place.clusterDir}: ${reason}${nameless ? namelessRemedy : ''}`,
  )
}

const namelessRemedy =
  '. PostgreSQL needs a name for the account it runs under: add one to /etc/passwd, run AfterAI as another user, or set AFTERAI_DATABASE_URL.'
