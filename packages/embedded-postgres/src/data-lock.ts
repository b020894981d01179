import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { processStart } from './process-identity.ts'

/** How long an owner that was told to stop may take to be gone: a restart overlaps for a moment. */
const patienceMs = 2_000

/** Lets go of the directory; safe to call twice. */
export type ReleaseLock = () => void

/**
 * Claims a directory for this process with the file `afterai.lock`, which names its owner.
 * A lock whose owner has died (kill -9, power cut) is taken over. PostgreSQL's own interlock stands behind this one.
 *
 * @throws EmbeddedPostgresError `data_in_use`
 */
export async function lockDirectory(directory: string): Promise<ReleaseLock> {
  const path = join(directory, 'afterai.lock')
  const mine = JSON.stringify({ pid: process.pid, started: processStart(process.pid), id: randomUUID() })
  const deadline = Date.now() + patienceMs
  while (!tryCreate(path, mine)) {
    const theirs = readIfPresent(path)
    if (theirs === undefined) continue
    const owner = liveOwner(theirs)
    if (owner === undefined) setAside(path, theirs)
    else if (Date.now() > deadline) throw inUse(directory, owner)
    else await sleep(50)
  }
  return () => {
    if (readIfPresent(path) === mine) rmSync(path, { force: true })
  }
}

function tryCreate(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw error
  }
}

/** Removes a dead owner's lock by renaming it first: of two processes that found it dead, only one gets to remove it. */
function setAside(path: string, dead: string): void {
  const aside = `${path}.${randomUUID()}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return
    throw error
  }
  const moved = readIfPresent(aside)
  if (moved !== undefined && moved !== dead) tryCreate(path, moved)
  rmSync(aside, { force: true })
}

function liveOwner(content: string): number | undefined {
  const owner = parseOwner(content)
  if (owner === undefined) return undefined
  return processStart(owner.pid) === owner.started ? owner.pid : undefined
}

/** A file cut short by a power cut has no owner. */
function parseOwner(content: string): { pid: number; started: string } | undefined {
  try {
    const parsed: unknown = JSON.parse(content)
    if (typeof parsed !== 'object' || parsed === null || !('pid' in parsed) || !('started' in parsed)) return undefined
    const { pid, started } = parsed
    return typeof pid === 'number' && typeof started === 'string' ? { pid, started } : undefined
  } catch {
    return undefined
  }
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function inUse(directory: string, pid: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'data_in_use',
    `Another AfterAI (process ${pid}) is using ${directory}. Stop it first, or set AFTERAI_DATA_DIR to another directory.`,
  )
}
