import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A group of processes that the kernel gives so much memory and no more, as it does for a container. */
export interface MemoryLimit {
  /** Begins a command line whose process is in the group, with all that it starts. */
  readonly enter: readonly [string, ...string[]]
  /** How many of its processes the kernel killed. */
  readonly killed: () => number
  /** Removes the group, which must be empty. */
  readonly remove: () => void
}

/** Makes a group with a limit in bytes; undefined where this account may not, or the kernel has none. */
export function limitMemory(bytes: number): MemoryLimit | undefined {
  return makeGroup('/sys/fs/cgroup/memory', bytes, versionOne) ?? makeGroup('/sys/fs/cgroup', bytes, versionTwo)
}

/** The files of a limit in one of two versions of the kernel's interface; memory that is swapped out would not count. */
interface Files {
  readonly limits: (bytes: number) => readonly (readonly [file: string, value: string, isNeeded: boolean])[]
  readonly killed: readonly [file: string, pattern: RegExp]
}

const versionOne: Files = {
  limits: (bytes) => [
    ['memory.limit_in_bytes', String(bytes), true],
    ['memory.memsw.limit_in_bytes', String(bytes), false],
  ],
  killed: ['memory.oom_control', /^oom_kill (\d+)$/m],
}

const versionTwo: Files = {
  limits: (bytes) => [
    ['memory.max', String(bytes), true],
    ['memory.swap.max', '0', false],
  ],
  killed: ['memory.events', /^oom_kill (\d+)$/m],
}

function makeGroup(root: string, bytes: number, files: Files): MemoryLimit | undefined {
  const directory = join(root, `afterai-test-${randomUUID()}`)
  const [file, pattern] = files.killed
  try {
    mkdirSync(directory)
  } catch {
    return undefined
  }
  const remove = (): void => rmdirSync(directory)
  try {
    for (const [name, value, isNeeded] of files.limits(bytes)) {
      const path = join(directory, name)
      if (isNeeded || existsSync(path)) writeFileSync(path, value, { flag: 'r+' })
    }
  } catch {
    remove()
    return undefined
  }
  return {
    enter: ['/bin/sh', '-c', `echo $$ > ${join(directory, 'cgroup.procs')}; exec "$@"`, 'sh'],
    killed: () => Number(pattern.exec(readFileSync(join(directory, file), 'utf8'))?.[1]),
    remove,
  }
}
