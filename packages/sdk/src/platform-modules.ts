import type * as crypto from 'node:crypto'
import type * as https from 'node:https'
import type * as tls from 'node:tls'
import type * as threads from 'node:worker_threads'

/** Modules of Node that a run time may have. */
interface Modules {
  readonly 'node:worker_threads': typeof threads
  readonly 'node:crypto': typeof crypto
  readonly 'node:https': typeof https
  readonly 'node:tls': typeof tls
}

interface Host {
  getBuiltinModule?: (name: string) => unknown
  /** The resources that keep the process alive, by Node's names. */
  getActiveResourcesInfo?: () => string[]
  on?: (event: 'exit' | 'beforeExit', listener: () => void) => unknown
  listeners?: (event: 'exit') => readonly unknown[]
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
