import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Every other process whose command line or environment names `text`, such as a directory of the test's own. */
export function processesNaming(text: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).filter((pid) => pid !== process.pid && (commandLine(pid) + environment(pid)).includes(text))
}

/** Waits until no process names `text`, as long as an orderly shutdown may take. Answers whether it came to that. */
export async function processesGone(text: string): Promise<boolean> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (processesNaming(text).length === 0) return true
    await sleep(50)
  }
  return false
}

/** The command line of a process, its arguments divided by NUL; empty if there is no such process. */
export function commandLine(pid: number): string {
  return readOrNothing(`/proc/${pid}/cmdline`)
}

function environment(pid: number): string {
  return readOrNothing(`/proc/${pid}/environ`)
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
