import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Check, quoteForShell } from './check.ts'
import type { Configuration } from '../../platform/configuration.ts'

const oldestNode = 24
const mebibyte = 2 ** 20
/** A clock before this is wrong: nothing that runs here was made earlier. */
const earliestTime = Date.parse('2026-01-01T00:00:00Z')

/** Checks what a server needs of this machine to start, the ports aside. */
export function checkMachine(configuration: Configuration): Check[] {
  return [
    checkDataDir(configuration),
    checkDiskSpace(configuration),
    checkKeys(configuration),
    ...checkAccount(configuration),
  ]
}

/** Whether this Node can run the server's TypeScript. */
export function checkNode(version: string): Check {
  const name = 'Node.js'
  if (Number.parseInt(version, 10) >= oldestNode) return { name, state: 'ok', found: version }
  return { name, state: 'fail', found: version, fix: `Install Node.js ${oldestNode} or later.` }
}

/** Whether this machine's clock is anywhere near. */
export function checkClock(now: Date): Check {
  const name = 'clock'
  const found = now.toISOString()
  if (now.getTime() >= earliestTime) return { name, state: 'ok', found }
  const fix = 'Set the clock; records carry its time. Let it be kept by NTP.'
  return { name, state: 'fail', found, fix, commands: ['timedatectl set-ntp true'] }
}

function checkDataDir({ dataDir }: Configuration): Check {
  const name = 'data directory'
  const variable = 'AFTERAI_DATA_DIR'
  const directory = nearestExisting(dataDir)
  const fail = (found: string, fix: string, command: string): Check => {
    return { name, state: 'fail', found, fix, commands: [command], variable }
  }
  const elsewhere = 'export AFTERAI_DATA_DIR=/var/lib/afterai'
  if (!statSync(directory).isDirectory())
    return fail(`${directory} is no directory`, 'Set AFTERAI_DATA_DIR to another path.', elsewhere)
  if (directory === dataDir && (statSync(directory).mode & 0o022) !== 0) {
    const fix = 'Take the right to write away from others: they could replace the database or the keys.'
    return fail(`other accounts may write in ${directory}`, fix, `chmod go-w ${quoteForShell(directory)}`)
  }
  try {
    accessSync(directory, constants.W_OK | constants.X_OK)
    return { name, state: 'ok', found: directory === dataDir ? dataDir : `${dataDir}, to be made` }
  } catch {
    const fix = 'Let this account write there, or set AFTERAI_DATA_DIR to another path.'
    return fail(`${directory} can't be written`, fix, `chown "$(id -u)" ${quoteForShell(directory)}`)
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
  const variable = 'AFTERAI_DATA_DIR'
  if (freeBytes < 256 * mebibyte) return { name, state: 'fail', found, fix, variable }
  return freeBytes < 1024 * mebibyte ? { name, state: 'warn', found, fix, variable } : { name, state: 'ok', found }
}

function checkKeys({ keyDir, mode }: Configuration): Check {
  const name = 'keys'
  const variable = 'AFTERAI_KEY_DIR'
  if (!existsSync(keyDir) || readdirSync(keyDir).length === 0) return missingKeys(keyDir, mode)
  try {
    const paths = [keyDir, ...readdirSync(keyDir).map((file) => join(keyDir, file))]
    for (const path of paths.slice(1)) readFileSync(path)
    const open = paths.filter((path) => (statSync(path).mode & 0o077) !== 0)
    if (open.length > 0) {
      const command = `chmod go-rwx ${open.map(quoteForShell).join(' ')}`
      const found = `others have rights on ${open.join(', ')}`
      return { name, state: 'fail', found, fix: `Run: ${command}`, commands: [command], variable }
    }
    const own = process.getuid?.()
    const foreign = paths.filter((path) => ![own, 0].includes(statSync(path).uid))
    if (foreign.length > 0) {
      const command = `chown "$(id -u)" ${foreign.map(quoteForShell).join(' ')}`
      const found = `another account owns ${foreign.join(', ')}`
      return { name, state: 'fail', found, fix: `Run: ${command}`, commands: [command], variable }
    }
    return { name, state: 'ok', found: `${paths.length - 1} files in ${keyDir}, for their owner alone` }
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error)
    return { name, state: 'fail', found, fix: 'Let this account read the keys.', variable }
  }
}

// In production keys are made when somebody asks for them, so that a volume that isn't mounted never becomes a new instance.
function missingKeys(keyDir: string, mode: Configuration['mode']): Check {
  const name = 'keys'
  if (mode === 'trial') return { name, state: 'ok', found: `${keyDir}, to be made at the first start` }
  return {
    name,
    state: 'fail',
    found: `there are none in ${keyDir}`,
    fix: 'Make them once, before the first start: afterai keys init. If there were keys before, restore them from your backup.',
    commands: ['afterai keys init'],
    variable: 'AFTERAI_KEY_DIR',
  }
}

function checkAccount({ mode }: Configuration): Check[] {
  if (mode === 'trial' || process.getuid?.() !== 0) return []
  const fix = 'Run it as an account of its own: nothing that it does needs root.'
  return [{ name: 'account', state: 'warn', found: 'it runs as root', fix, commands: ['useradd --system afterai'] }]
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path))
}
