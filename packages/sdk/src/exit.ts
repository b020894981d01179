import { host } from './platform-modules.ts'

/** A client that wants to send the rest before the process ends. */
export interface Leaving {
  /** Hands over what there is. @returns whether there is something to wait for */
  leave(): boolean
  /** Waits a few ms for that. @returns whether there is more to wait for, in a process that ends since then, in ms since 1970 */
  isLeaving(since: number): boolean
  /** Starts sending what there is, as long as the process may still wait. */
  leaveSoon(): void
}

/** Where the listener of whichever copy of this package came first keeps the clients of all: a process may load it by `import` and by `require`. */
const clients = Symbol.for('@afterai/sdk: clients, v1')

interface Listener {
  (): void
  readonly [clients]?: Set<Leaving>
}

/** One listener for all clients of a process: one each would soon have Node warn of a leak. There is none for signals. */
export function beforeTheEnd(client: Leaving): void {
  liveOnes()?.add(client)
}

/** Takes a client off the list of those that send the rest before the process ends. */
export function forget(client: Leaving): void {
  liveOnes()?.delete(client)
}

function liveOnes(): Set<Leaving> | undefined {
  const listeners = (host?.listeners?.('exit') ?? []) as Listener[]
  return listeners.find((it) => it[clients] !== undefined)?.[clients] ?? listen()
}

function listen(): Set<Leaving> | undefined {
  if (host?.on === undefined) return undefined
  const live = new Set<Leaving>()
  const listener: Listener = Object.assign(() => leave(live), { [clients]: live })
  host.on('exit', listener)
  host.on('beforeExit', () => live.forEach((it) => it.leaveSoon()))
  return live
}

function leave(live: ReadonlySet<Leaving>): void {
  const since = Date.now()
  try {
    // In turns: one whose server doesn't answer takes nothing from the others.
    for (let leaving = [...live].filter((it) => it.leave()); leaving.length > 0;)
      leaving = leaving.filter((it) => it.isLeaving(since))
  } catch {
    // A host that can't wait ends without.
  }
}
