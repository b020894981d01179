import type { Configuration } from '@afterai/contract'
import type { Measurement } from '@afterai/evidence'
import type { SpanRecords } from './nesting/span-records.ts'
import type { RequestKind } from './request-kind.ts'

/** Where and when something was measured. */
interface Placed {
  readonly system: string
  /** Undefined where none was told: it counts as the default. */
  readonly environment: string | undefined
  readonly route: string | undefined
  readonly atMs: number
}

/** The configuration of a call: what it was made with and what served it, as names, numbers and keyed digests. */
export interface CallConfiguration {
  readonly provider: string | undefined
  readonly requestedModel: string | undefined
  /** Undefined where the provider, or the library between, didn't say. */
  readonly servedModel: string | undefined
  readonly systemFingerprint: string | undefined
  readonly inference: Configuration['inference'] | undefined
  readonly prompt: string | undefined
  readonly tools: string | undefined
  /** Told only with a version: by its name alone an agent is a route. */
  readonly agent: VersionedName | undefined
  /** The template that the prompt was made of. */
  readonly promptTemplate: VersionedName | undefined
  readonly flag: (VersionedName & { readonly variant: string | undefined }) | undefined
}

/** Something with a version, and perhaps a name. */
export interface VersionedName {
  readonly name: string | undefined
  readonly version: string | undefined
}

/** One request to a model. */
export interface CallReading extends Placed {
  readonly kind: 'call'
  readonly request: RequestKind
  /** The records of its body's spans, and the place of its own; -1 for a span without ids. */
  readonly spans: SpanRecords
  readonly span: number
  readonly measurement: Measurement
  readonly configuration: CallConfiguration
  /** What was deployed: a commit, a run of a pipeline, a deployment. */
  readonly revision: string | undefined
  /** Whether it is only what a request within another one lacks: figures that count, of a request that doesn't and isn't watched. */
  readonly isRest?: true
}

/** An agent that was at work: what it ran with, and nothing that counts. */
export interface AgentReading extends Placed {
  readonly kind: 'agent'
  readonly configuration: CallConfiguration
  readonly revision: string | undefined
}

/** A score, or what a client's own measurement said. `fingerprint` where the client names its configuration. */
export interface MeasureReading extends Placed {
  readonly kind: 'measure'
  readonly measurement: Measurement
  readonly fingerprint: string | undefined
}

/** Requests that were counted and summed before they came here. */
export interface SummaryReading extends Placed {
  readonly kind: 'summary'
  readonly quantity: 'latencyMs' | 'inputTokens' | 'outputTokens'
  readonly n: number
  readonly sum: number
}

/** A running total of a metric's stream, counted and summed since it began: of it, only what is new since the one before counts. */
export interface RunningReading extends Placed {
  readonly kind: 'running'
  readonly quantity: SummaryReading['quantity']
  readonly n: number
  readonly sum: number
  /** Tells the stream from any other of the tenant: a keyed digest, in hexadecimal, of what names it and of when it began. */
  readonly series: string
  /** When it began; 0 where it doesn't say. */
  readonly startMs: number
}

/** A reading that can be added up as it is, as a running total can't. */
export type SettledReading = CallReading | AgentReading | MeasureReading | SummaryReading
/** A reading of any kind: settled, or a running total that is settled against the one before. */
export type Reading = SettledReading | RunningReading

/** How far a clock may be ahead, and how late something may be told. */
export const futureToleranceMs = 5 * 60_000
/** How late something may be told, in milliseconds. */
export const lateToleranceMs = 7 * 24 * 3_600_000

/** Why a thing can't be taken: spans, data points or log records. */
export type RejectionReason =
  | 'future'
  | 'late'
  /** Its service or its environment is told by what is no name: it would count as another's. */
  | 'service'
  | 'environment'
  /** A time that is told and is none. */
  | 'time'
  /** It carries what a request does, and names no operation that is known. */
  | 'operation'
  /** It isn't what the door takes. */
  | 'shape'
  /** A point of a stream of running totals beyond the limit. */
  | 'overSeries'
  /** A count or a sum that no requests could have. */
  | 'outOfRange'
  /** A point that counts requests and doesn't say what they come to. */
  | 'noSum'
  /** Neither new nor a running total. */
  | 'temporality'
  /** A point of a metric that is read, in another form than a histogram's. */
  | 'metricKind'
  /** Tokens of which it isn't known which way they went. */
  | 'tokenType'
  /** A duration in a unit that isn't known. */
  | 'unit'
  /** A score whose name is none that can be kept. */
  | 'scoreName'
  /** A score with neither a number nor a verdict. */
  | 'scoreValue'
  /** A record with a score that isn't the event of one. */
  | 'scoreEvent'
  /** A record of a request that its span tells, or whose event isn't known. */
  | 'requestEvent'

/** The part of a thing that is taken, or of a body, that isn't kept. */
export type Remark =
  | 'route'
  | 'model'
  | 'tokens'
  | 'duration'
  | 'status'
  | 'ids'
  | 'spanScore'
  | 'member'
  /** Beyond the limits of systems and environments: it counts under a name that many share. */
  | 'sharedSystem'
  | 'sharedEnvironment'
  /** Tokens of a step around requests, none of which came with it. */
  | 'step'
  | 'stepPoint'
  /** Tokens of a request around others, of which one tells none. */
  | 'nestedTokens'
  /** Tokens of which it isn't known which way they went. */
  | 'totalTokens'
  /** The number of a score that counts by its verdict: it is none, or too large. */
  | 'scoreNumber'
  /** When it was, or how long it took. */
  | 'untimed'

/** How many things can't be taken, or not whole, by the reason. */
export type Rejections = { readonly [K in RejectionReason | Remark]?: number }

/** A step that tells tokens, without a request in its body that they could count by. */
export interface LoneStep {
  readonly remark: 'step' | 'stepPoint'
  readonly system: string
}
