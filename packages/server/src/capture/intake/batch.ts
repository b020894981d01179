import type { TelemetryEvent } from '@afterai/contract'
import type { Caller } from '../../access/index.ts'
import type { SpanRecords } from '../nesting/span-records.ts'
import type { LoneStep, Reading, Rejections } from '../readings.ts'

/** The way by which a batch came. */
export type Door = 'rest' | 'traces' | 'metrics' | 'logs'

/** A client's process and the sequence number of its batch, with counts of events. */
export interface ClientBatch {
  readonly bootId: string
  readonly sequence: number
  /** Events that the process gave up since the batch before. */
  readonly dropped: number
  readonly events: number
}

/** An observation or a change that came with telemetry, at its place in the batch. */
export interface PlacedEvent {
  readonly index: number
  readonly event: Exclude<TelemetryEvent, { kind: 'measure' }>
}

/** Things of a batch that can't be taken: how many by reason, or which events. */
export interface BatchRejected {
  readonly rejections: Rejections
  readonly rejected: readonly { readonly index: number; readonly detail: string }[]
}

/** One request's worth, behind the gate. It is counted once, however often it comes. */
export interface Batch {
  readonly caller: Caller
  readonly door: Door
  /** The key of this batch among all of the tenant's, and the digest of its content. */
  readonly receipt: { readonly key: Buffer; readonly digest: Buffer }
  readonly readings: readonly Reading[]
  readonly spans: SpanRecords
  /** Things of it that were refused when it was read. */
  readonly refused: BatchRejected
  /** Steps whose tokens count by requests, of which none came with them. */
  readonly loneSteps: readonly LoneStep[]
  readonly drops: Uint32Array | undefined
  readonly client: ClientBatch | undefined
  readonly events: readonly PlacedEvent[]
}

/** The outcome of a batch, once that is durable. Of a duplicate, the rejections from when it came first. */
export interface BatchOutcome extends BatchRejected {
  readonly duplicate: boolean
}
