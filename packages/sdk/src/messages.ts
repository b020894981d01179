import type { Rows } from './capture/ring.ts'
import type { DiagnosticCode } from './diagnostics.ts'

/** An observation or a change as it is sent, but for the time, which the sender corrects. */
export interface OutgoingEvent {
  readonly id: string
  readonly kind: 'observation' | 'change'
  readonly [field: string]: unknown
}

/** Options that the sender is set up with. */
export interface SenderOptions {
  readonly apiKey: string
  /** Without a slash at its end. */
  readonly endpoint: string
  /** How long a process that ends may be held. */
  readonly exitWaitMs: number
  readonly spoolFolder?: string
  readonly ca?: string
  readonly proxy?: string
}

/** An observation or a change as its host told it: read, with digests in the place of texts, but not checked. */
export interface ToldMessage {
  readonly type: 'told'
  readonly kind: OutgoingEvent['kind']
  readonly system: string
  readonly environment: string
  /** All but the configuration, as JSON. */
  readonly plain: string
  /** The configuration, as the JSON that its fingerprint is made of. */
  readonly identity: string | undefined
  readonly fingerprint: string | undefined
  readonly time: number
}

/** The context of measurements that came after the same observation on one handle. Without a fingerprint they go without. */
export interface ContextMessage {
  readonly type: 'context'
  readonly index: number
  readonly fields: { readonly system: string; readonly environment: string }
  readonly fingerprint: string | undefined
}

/** To the sender. */
export type ToSender =
  | ToldMessage
  | Rows
  | ContextMessage
  | { readonly type: 'key' }
  | { readonly type: 'flush'; readonly id: number }
  /** The host waits from now on: say how long its server was listened to. */
  | { readonly type: 'leaving' }
  /** Send what there is, try nothing twice, and say when it is done. */
  | { readonly type: 'close' }
  /** Send no more, and count no more. */
  | { readonly type: 'stop' }

/** From the sender. */
export type FromSender =
  | { readonly type: 'key' }
  /** This flush is done, and all before it. */
  | { readonly type: 'flushed'; readonly id: number }
  | { readonly type: 'diagnostic'; readonly code: DiagnosticCode; readonly detail?: string }
