import type { ToSender } from '../messages.ts'

/** The way from the host's side to the sender. */
export interface Link {
  readonly send: (message: ToSender) => void
  /** Whether the sender keeps up: rows that it hasn't taken in wait in the ring, which is bounded. */
  hasRoom(): boolean
  /** Whether the host's thread can wait for the sender while the process ends. */
  readonly canWait: boolean
  /** Ends the sender. */
  end(): Promise<void>
}
