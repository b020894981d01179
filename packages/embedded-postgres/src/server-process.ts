import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Binaries } from './binaries.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import type { Place, SocketDir } from './place.ts'
import { processCommand } from './process-identity.ts'

/** A running PostgreSQL server. */
export interface ServerProcess {
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>
  /** Shuts it down without waiting for clients ("fast"); resolves when it has ended. */
  stop(): Promise<void>
}

/** Directories, binaries and settings to start a server with. */
export interface ServerOptions {
  readonly place: Pick<Place, 'clusterDir' | 'account'>
  readonly binaries: Pick<Binaries, 'postgres'>
  readonly socketDir: SocketDir
  /** Configuration parameters of PostgreSQL. */
  readonly settings: Readonly<Record<string, string>>
  /** Where its libraries are, if it can't tell by itself. */
  readonly libraryPath?: string
  readonly log: (line: string) => void
}

/**
 * The parent of PostgreSQL. It holds the reading end of a pipe to this process: when the pipe closes, be it by `stop()` or because this
 * process was killed, it shuts PostgreSQL down, at once if it takes longer than ten seconds. It ignores the signals of a terminal and
 * of a service manager, which reach this process too and are answered here. Arguments: a directory that is this start's alone and is
 * removed at its end (or nothing: what a successor may be using already must stay), then the command.
 */
const watchdog = `
trap '' HUP INT QUIT TERM
own=$1; shift
"$@" </dev/null >&2 3<&- &
server=$!
echo $server
{
  read -r _ <&3
  kill -INT $server
  for second in 1 2 3 4 5 6 7 8 9 10; do kill -0 $server || exit; sleep 1; done
  kill -QUIT $server
} 2>/dev/null &
watcher=$!
wait $server
status=$?
kill -KILL $watcher 2>/dev/null
if [ -n "$own" ]; then rm -f "$own"/.s.PGSQL.*; rmdir "$own" 2>/dev/null; fi
exit $status
`

/** Messages of a server that meets a predecessor which is just going down. */
const predecessorMessages = [
  'pre-existing shared memory block',
  'lock file "postmaster.pid" already exists',
  'is another postmaster',
]
const patienceMs = 20_000

/**
 * Starts PostgreSQL and waits until it takes connections, giving a predecessor that is shutting down time to go.
 *
 * @throws EmbeddedPostgresError `start_failed`
 */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const attempt = launch(options)
    if (await becomesReady(attempt, options.place)) return attempt
    const reason = attempt.lastWords()
    const waiting = predecessorMessages.some((message) => reason.includes(message))
    if (!waiting || Date.now() > deadline) {
      throw new EmbeddedPostgresError(
        'start_failed',
        `PostgreSQL didn't start on ${options.place.clusterDir}: ${reason || 'it said nothing'}`,
      )
    }
    await sleep(50)
  }
}

interface Attempt extends ServerProcess {
  /** PostgreSQL's own process, a child of the watchdog; undefined until the watchdog has told. */
  pid(): number | undefined
  hasEnded(): boolean
  lastWords(): string
}

function launch({ place, binaries, socketDir, settings, libraryPath, log }: ServerOptions): Attempt {
  const parameters = Object.entries({ ...settings, unix_socket_directories: quoteListItem(socketDir.path) }).flatMap(
    ([name, value]) => ['-c', `${name}=${value}`],
  )
  const libraries = libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath }
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      watchdog,
      'afterai-postgres',
      socketDir.temporary ? socketDir.path : '',
      binaries.postgres,
      '-D',
      place.clusterDir,
      ...parameters,
    ],
    {
      ...place.account,
      cwd: place.clusterDir,
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...libraries, ...strangerInPidFile(place) },
      // Its own session: Ctrl-C in the terminal must not reach PostgreSQL before the server has let go of it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    },
  )
  const words = collectWords(child, log)
  let pid: number | undefined
  child.stdout?.once('data', (told: Buffer) => (pid = Number(told)))
  let over = false
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => words.push(error.message))
    for (const event of ['error', 'exit']) {
      child.once(event, () => {
        over = true
        resolve()
      })
    }
  })
  return {
    ended,
    pid: () => pid,
    hasEnded: () => over,
    lastWords: () => words.join('\n'),
    stop: () => shutDown({ child, ended, pid: () => pid }),
  }
}

/** One item of a list in PostgreSQL's configuration, where a comma would end it. */
function quoteListItem(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

/** Passes PostgreSQL's lines on and keeps the last few, which say why a start failed. */
function collectWords(child: ChildProcess, log: (line: string) => void): string[] {
  const words: string[] = []
  if (child.stderr === null) return words
  createInterface({ input: child.stderr }).on('line', (line) => {
    words.push(line)
    if (words.length > 20) words.shift()
    log(`postgres: ${line}`)
  })
  return words
}

async function shutDown({
  child,
  ended,
  pid,
}: {
  child: ChildProcess
  ended: Promise<void>
  pid: () => number | undefined
}): Promise<void> {
  const pipe = child.stdio[3]
  if (pipe !== null && pipe !== undefined) pipe.destroy()
  await ended
  // Somebody may have killed the watchdog; then PostgreSQL is still there.
  const server = pid()
  if (server === undefined) return
  while (isPostgres(server)) {
    process.kill(server, 'SIGINT')
    await sleep(50)
  }
}

/** PostgreSQL writes `ready` into the eighth line of `postmaster.pid` once it takes connections; that is what pg_ctl waits for too. */
async function becomesReady(attempt: Attempt, place: ServerOptions['place']): Promise<boolean> {
  while (!attempt.hasEnded()) {
    const [pid, , , , , , , status] = readPidFile(place)
    if (status?.trim() === 'ready' && Number(pid) === attempt.pid()) return true
    await sleep(5)
  }
  return false
}

/**
 * After a crash the number in `postmaster.pid` may belong to any other process by now, which PostgreSQL would take for its predecessor
 * and refuse to start. This variable, made for pg_ctl, names a process that isn't one. Removing the file instead would also remove
 * PostgreSQL's check that no process of its predecessor still writes to the data.
 */
function strangerInPidFile(place: ServerOptions['place']): { PG_GRANDPARENT_PID?: string } {
  const pid = Number(readPidFile(place)[0])
  return pid > 0 && !isPostgres(pid) ? { PG_GRANDPARENT_PID: String(pid) } : {}
}

/** Where the socket of a server is that runs on this cluster and takes connections, whoever started it. */
export function runningSocketDir(place: ServerOptions['place']): string | undefined {
  const [pid, , , , socketDir, , , status] = readPidFile(place)
  return status?.trim() === 'ready' && isPostgres(Number(pid)) ? socketDir : undefined
}

function isPostgres(pid: number): boolean {
  return processCommand(pid)?.includes('postgres') === true
}

function readPidFile({ clusterDir }: ServerOptions['place']): string[] {
  try {
    return readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return []
  }
}
