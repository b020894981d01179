import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { type Configuration, type Environment, readConfiguration } from './configuration.ts'
import type { ListenAddress } from './configuration-kinds.ts'
import { checkDatabase } from './doctor-database.ts'
import { EmbeddedPostgresError, findEmbeddedPostgres } from './embedded-postgres/index.ts'

/** One thing that was looked at. `fail` keeps the server from running well; `warn` may. */
export interface Check {
  readonly name: string
  readonly state: 'ok' | 'warn' | 'fail'
  /** What was found, as a phrase; never a secret. */
  readonly found: string
  /** What to do about it. */
  readonly fix?: string
}

const oldestNode = 24
const mebibyte = 2 ** 20
/** A clock before this is wrong: nothing that runs here was made earlier. */
const earliestTime = Date.parse('2026-01-01T00:00:00Z')

/** Looks at everything a server would need, without starting one and without changing anything. */
export async function runDoctor(options: { env: Environment; now?: () => Date }): Promise<Check[]> {
  const now = options.now ?? (() => new Date())
  const always = [checkNode(process.versions.node), checkClock(now())]
  const result = readConfiguration(options.env)
  if (!result.ok) {
    const faults = result.faults.map(({ variable, problem, fix }): Check => ({
      name: variable,
      state: 'fail',
      found: problem,
      fix,
    }))
    return [...faults, ...always]
  }
  const { configuration } = result
  const database =
    configuration.database.kind === 'embedded'
      ? [checkEmbedded()]
      : await checkDatabase(configuration.database.url, now)
  return [
    { name: 'configuration', state: 'ok', found: `${configuration.mode} mode, every value understood` },
    ...always,
    checkDataDir(configuration),
    checkDiskSpace(configuration),
    checkKeys(configuration.keyDir),
    ...database,
    await checkPort(configuration.listen),
  ]
}

/** The checks as lines for a terminal, the bad ones with their remedy. */
export function formatDoctor(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length))
  const lines = checks.flatMap(({ name, state, found, fix }) => {
    const line = `${state.padEnd(4)}  ${name.padEnd(width)}  ${found}`
    return fix === undefined ? [line] : [line, `${' '.repeat(width + 8)}${fix}`]
  })
  const bad = checks.filter(({ state }) => state === 'fail').length
  const verdict = bad === 0 ? 'Nothing keeps AfterAI from running.' : `To mend before AfterAI runs: ${bad}.`
  return `${lines.join('\n')}\n\n${verdict}\n`
}

/** Whether this Node can run the server's TypeScript. */
export function checkNode(version: string): Check {
  const name = 'Node.js'
  if (Number.parseInt(version, 10) >= oldestNode) return { name, state: 'ok', found: version }
  return { name, state: 'fail', found: version, fix: `Install Node.js ${oldestNode} or later.` }
}

function checkClock(now: Date): Check {
  const name = 'clock'
  const found = now.toISOString()
  if (now.getTime() >= earliestTime) return { name, state: 'ok', found }
  return { name, state: 'fail', found, fix: 'Set the clock; records carry its time. Let it be kept by NTP.' }
}

function checkEmbedded(): Check {
  const name = 'embedded PostgreSQL'
  try {
    return { name, state: 'ok', found: `programs in ${findEmbeddedPostgres()}` }
  } catch (error) {
    if (!(error instanceof EmbeddedPostgresError)) throw error
    return { name, state: 'fail', found: error.code.replaceAll('_', ' '), fix: error.message }
  }
}

function checkDataDir({ dataDir }: Configuration): Check {
  const name = 'data directory'
  const directory = nearestExisting(dataDir)
  if (!statSync(directory).isDirectory())
    return { name, state: 'fail', found: `${directory} is no directory`, fix: 'Set AFTERAI_DATA_DIR to another path.' }
  try {
    accessSync(directory, constants.W_OK | constants.X_OK)
    return { name, state: 'ok', found: directory === dataDir ? dataDir : `${dataDir}, to be made` }
  } catch {
    return {
      name,
      state: 'fail',
      found: `${directory} can't be written`,
      fix: `Let this account write there, or set AFTERAI_DATA_DIR to another path.`,
    }
  }
}

function checkDiskSpace({ dataDir }: Configuration): Check {
  const { bavail, bsize } = statfsSync(nearestExisting(dataDir))
  return judgeDiskSpace(bavail * bsize)
}

/** Whether so many free bytes are enough to run on. */
export function judgeDiskSpace(freeBytes: number): Check {
  const name = 'disk space'
  const found = `${Math.floor(freeBytes / mebibyte)} MiB free`
  const fix = 'Make room where the data directory is: PostgreSQL stops when its disk is full.'
  if (freeBytes < 256 * mebibyte) return { name, state: 'fail', found, fix }
  return freeBytes < 1024 * mebibyte ? { name, state: 'warn', found, fix } : { name, state: 'ok', found }
}

function checkKeys(keyDir: string): Check {
  const name = 'keys'
  if (!existsSync(keyDir)) return { name, state: 'ok', found: `${keyDir}, to be made at the first start` }
  try {
    const paths = [keyDir, ...readdirSync(keyDir).map((file) => join(keyDir, file))]
    const open = paths.filter((path) => (statSync(path).mode & 0o077) !== 0)
    for (const path of paths.slice(1)) readFileSync(path)
    if (open.length === 0)
      return { name, state: 'ok', found: `${paths.length - 1} files in ${keyDir}, for their owner alone` }
    return {
      name,
      state: 'fail',
      found: `others have rights on ${open.join(', ')}`,
      fix: `Run: chmod go-rwx ${open.join(' ')}`,
    }
  } catch (error) {
    return {
      name,
      state: 'fail',
      found: error instanceof Error ? error.message : String(error),
      fix: 'Let this account read the keys.',
    }
  }
}

async function checkPort({ host, port }: ListenAddress): Promise<Check> {
  const name = 'port'
  const found = `${host}:${port}`
  const problem = await tryToListen(host, port)
  if (problem === undefined) return { name, state: 'ok', found: `${found} is free` }
  if (problem === 'EADDRINUSE') {
    return {
      name,
      state: 'warn',
      found: `${found} is taken`,
      fix: 'If AfterAI is running, this is it. If not, set AFTERAI_LISTEN to another port.',
    }
  }
  return {
    name,
    state: 'fail',
    found: `${found}: ${problem}`,
    fix: 'Set AFTERAI_LISTEN to an address of this machine and a port from 1024 up.',
  }
}

function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path))
}
