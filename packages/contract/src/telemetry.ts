import { z } from 'zod'
import { createChangeRequest } from './change.ts'
import { id, instant, name, sha256 } from './primitives.ts'
import { observation } from './system.ts'

/** A count of tokens, of one request. */
const tokens = z.number().int().min(0).max(1_000_000_000)

/** What came of one request to a model, as numbers and names alone. */
export const measureEvent = z.strictObject({
  kind: z.literal('measure'),
  system: name,
  environment: name.default('production'),
  /** Of the configuration it ran with; left out, it is counted under the environment's current one. */
  fingerprint: sha256.optional(),
  /** The route, feature or slice of the system. */
  route: name.optional(),
  at: instant,
  latencyMs: z.number().min(0).max(86_400_000).optional(),
  inputTokens: tokens.optional(),
  outputTokens: tokens.optional(),
  costUsd: z.number().min(0).max(1_000_000).optional(),
  /** A quality score; `name` tells scorers apart. */
  score: z.strictObject({ name, value: z.number().min(-1e9).max(1e9) }).optional(),
  finishReason: name.optional(),
  error: z.boolean().optional(),
  refused: z.boolean().optional(),
  /** Whether a judge or a second model agreed. */
  agreed: z.boolean().optional(),
})
export type MeasureEvent = z.infer<typeof measureEvent>

/** A system was seen to run with a configuration. `id` makes it idempotent. */
export const observationEvent = observation.extend({ kind: z.literal('observation'), id })

/** A change that people or a pipeline made known. `id` makes it idempotent. */
export const changeEvent = createChangeRequest.extend({ kind: z.literal('change'), id })

export const telemetryEvent = z.discriminatedUnion('kind', [measureEvent, observationEvent, changeEvent])
export type TelemetryEvent = z.infer<typeof telemetryEvent>

/**
 * One batch of a client's process: `POST /v1/telemetry`. A process that boots takes a new `bootId` and numbers its batches from 0 without
 * a gap; a retry repeats the number and the bytes, and counts once. `dropped` counts the events that this process gave up since the
 * batch before.
 */
export const telemetryBatch = z.strictObject({
  bootId: id,
  sequence: z.number().int().min(0),
  sentAt: instant,
  dropped: z.number().int().min(0).default(0),
  events: z.array(telemetryEvent).max(1000),
})
export type TelemetryBatch = z.infer<typeof telemetryBatch>

/** The answer comes after the commit: what is accepted is durable. A rejected event is never worth a retry. */
export const telemetryAnswer = z.object({
  accepted: z.number().int(),
  rejected: z.array(z.object({ index: z.number().int(), detail: z.string() })),
  duplicate: z.boolean(),
  serverTime: instant,
})
export type TelemetryAnswer = z.infer<typeof telemetryAnswer>
