import type { FromSender, ToSender } from '../messages.ts'

/** The way from the host's side to the sender. */
export interface Link {
  readonly send: (message: ToSender) => void
  /** Whether the host's thread can wait for the sender while the process ends. */
  readonly canWait: boolean
  /** Ends the sender. */
  end(): Promise<void>
}

/** Who hears of the sender. */
export interface Listener {
  readonly tell: (message: FromSender) => void
  /** It ended with what it held; the next one starts, if there is one. */
  readonly lost: (fresh: Link | undefined) => void
}
