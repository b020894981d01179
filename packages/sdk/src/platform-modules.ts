import type * as crypto from 'node:crypto'
import type * as threads from 'node:worker_threads'

/** Modules of Node that a run time may have. */
interface Modules {
  readonly 'node:worker_threads': typeof threads
  readonly 'node:crypto': typeof crypto
}

interface Host {
  getBuiltinModule?: (name: string) => unknown
  /** What keeps the process alive. */
  getActiveResourcesInfo?: () => string[]
  on?: (event: 'exit' | 'beforeExit', listener: () => void) => unknown
}

/** The host's process, where there is one. */
export const host: Host | undefined = (globalThis as { process?: Host }).process

/** A module of Node, or undefined: an import would keep this package from loading where there is none. */
export function builtin<Name extends keyof Modules>(name: Name): Modules[Name] | undefined {
  try {
    return host?.getBuiltinModule?.(name) as Modules[Name] | undefined
  } catch {
    return undefined
  }
}
