import type { FromSender, OutgoingEvent } from '../messages.ts'

/** An answer of the server: its status, `retry-after` header and body. */
export interface Reply {
  readonly status: number
  readonly retryAfter: string | null | undefined
  readonly text: string
}

/** A body that can be sent more than once. */
export type PackedBody = Uint8Array<ArrayBuffer> | string

/** An event with the time at which it was made, by this machine's clock. */
export interface TimedEvent {
  readonly event: OutgoingEvent
  readonly time: number
}

/** Where events wait that shall outlive the process. */
export interface Spool {
  /** @returns whether it is kept */
  add(event: TimedEvent): boolean
  remove(id: string): void
  /** Loads the events that an earlier process left behind. */
  load(): TimedEvent[]
}

/** Services that the sender needs of the run time that it is in. */
export interface Platform {
  /** Makes a body small, once. */
  pack(text: string): PackedBody
  /** Posts a body, or gets. Rejects where there is no answer within 5 s. */
  request(path: string, body?: PackedBody): Promise<Reply>
  /** Tells the host's side. */
  tell(message: FromSender): void
  readonly spool?: Spool
}

/** How long an answer may take. */
export const timeoutMs = 5_000

/** No answer of ours is longer. */
export const longestReply = 1 << 20
