import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Spool, TimedEvent } from '../sender/platform.ts'

const mostFiles = 1_000
const fileName = /^[0-9a-f-]{36}\.json$/

/** Keeps each event in a file of its own, named after its id. Several processes may share a folder: the server counts an id once. */
export function fileSpool(folder: string, failed: () => void): Spool {
  let files = 0
  const attempt = <T>(act: () => T): T | undefined => {
    try {
      return act()
    } catch {
      failed()
      return undefined
    }
  }
  return {
    add(timed) {
      if (files >= mostFiles) {
        failed()
        return false
      }
      return (
        attempt(() => {
          const path = join(folder, `${timed.event.id}.json`)
          writeFileSync(`${path}.new`, JSON.stringify(timed), { mode: 0o600 })
          renameSync(`${path}.new`, path)
          files += 1
          return true
        }) ?? false
      )
    },
    remove(id) {
      files -= 1
      attempt(() => rmSync(join(folder, `${id}.json`), { force: true }))
    },
    load() {
      const left = attempt(() => {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        return readdirSync(folder)
          .filter((name) => fileName.test(name))
          .toSorted()
      })
      const events = (left ?? []).slice(0, 200).flatMap((name) => {
        const timed = attempt(() => readEvent(join(folder, name)))
        return timed?.event.id === name.slice(0, 36) ? [timed] : []
      })
      files = left?.length ?? 0
      return events
    },
  }
}

function readEvent(path: string): TimedEvent | undefined {
  try {
    const read = JSON.parse(readFileSync(path, 'utf8')) as TimedEvent
    if (typeof read.event.id === 'string' && Number.isFinite(read.time)) return read
  } catch (error) {
    // Another process sent it and took it away.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
  }
  rmSync(path, { force: true })
  return undefined
}
