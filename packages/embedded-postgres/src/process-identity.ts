import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * When a process started, as an opaque string, or undefined when no such process runs.
 * Together with the pid it tells a process from a later one that was given the same number.
 */
export function processStart(pid: number): string | undefined {
  if (process.platform !== 'linux') return askPs(pid, 'lstart=')
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name stands in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** The command line of a process, or undefined when no such process runs. */
export function processCommand(pid: number): string | undefined {
  if (process.platform !== 'linux') return askPs(pid, 'command=')
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || undefined
  } catch {
    return undefined
  }
}

function askPs(pid: number, field: string): string | undefined {
  try {
    return execFileSync('ps', ['-p', String(pid), '-o', field], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}
