import { host } from './platform-modules.ts'

/** What wants to send the rest before the process ends. */
export interface Leaving {
  /** Sends what there is, within a bound, and returns. */
  leave(): void
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
  host.on('exit', () => live.forEach((it) => it.leave()))
  host.on('beforeExit', () => live.forEach((it) => it.leaveSoon()))
}

export function forget(client: Leaving): void {
  live.delete(client)
}
