import { mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CommandFailure } from '../command-failure.ts'

/** A lock this old was left behind by a process that died: what is done under it takes a second or two. */
const STALE_MS = 90_000
const WAIT_MS = 100_000

/**
 * Runs `work` while no other process holds the lock at `path`.
 * @throws {CommandFailure} `failed` if it can't be had
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await acquire(path)
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function acquire(path: string): Promise<void> {
  const giveUpAt = Date.now() + WAIT_MS
  while (!(await tryCreate(path))) {
    if (Date.now() > giveUpAt)
      throw new CommandFailure('failed', 'Another command holds the credentials.', {
        remedy: `If none runs, remove ${path}.`,
      })
    const held = await stat(path).catch(() => undefined)
    if (held && Date.now() - held.mtimeMs > STALE_MS) await rm(path, { force: true })
    else await sleep(40)
  }
}

async function tryCreate(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    await file.close()
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}
