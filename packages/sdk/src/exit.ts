import { host } from './platform-modules.ts'

/** What wants to send the rest before the process ends. */
export interface Leaving {
  /** Hands over what there is. @returns whether there is something to wait for */
  leave(): boolean
  /** Waits a few ms for that. @returns whether there is more to wait for, within a bound that began then, in ms since 1970 */
  isLeaving(since: number): boolean
  /** Starts sending what there is, as long as the process may still wait. */
  leaveSoon(): void
}

const live = new Set<Leaving>()
let isListening = false

/** One listener for all clients of a process: one each would soon have Node warn of a leak. There is none for signals. */
export function beforeTheEnd(client: Leaving): void {
  live.add(client)
  if (isListening || host?.on === undefined) return
  isListening = true
  host.on('exit', () => {
    const since = Date.now()
    try {
      // In turns: one whose server doesn't answer takes nothing from the others.
      for (let leaving = [...live].filter((it) => it.leave()); leaving.length > 0;)
        leaving = leaving.filter((it) => it.isLeaving(since))
    } catch {
      // A host that can't wait ends without.
    }
  })
  host.on('beforeExit', () => live.forEach((it) => it.leaveSoon()))
}

export function forget(client: Leaving): void {
  live.delete(client)
}
