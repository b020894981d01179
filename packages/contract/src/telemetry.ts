import { z } from 'zod'
import { createChangeRequest } from './change.ts'
import { id, instant, modelName, name, pageQuery, sha256 } from './primitives.ts'
import { observation } from './system.ts'

/** A count of tokens, of one request. */
const tokens = z.number().int().min(0).max(1_000_000_000)

/** The outcome of one request to a model, as numbers and names alone. */
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
/** A measurement of a call. */
export type MeasureEvent = z.infer<typeof measureEvent>

/** A system was seen to run with a configuration. `id` makes it idempotent. */
export const observationEvent = observation.extend({ kind: z.literal('observation'), id })

/** A change that people or a pipeline made known. `id` makes it idempotent. */
export const changeEvent = createChangeRequest.omit({ makeSystem: true }).extend({ kind: z.literal('change'), id })

/** An event of the SDK: a measurement, a report of what runs, or a change. */
export const telemetryEvent = z.discriminatedUnion('kind', [measureEvent, observationEvent, changeEvent])
/** An event of the SDK: a measurement, a report of what runs, or a change. */
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
/** Events that are sent together. */
export type TelemetryBatch = z.infer<typeof telemetryBatch>

/** The answer comes after the commit: what is accepted is durable. A rejected event is never worth a retry. */
export const telemetryAnswer = z.object({
  accepted: z.number().int(),
  rejected: z.array(z.object({ index: z.number().int(), detail: z.string() })),
  duplicate: z.boolean(),
  serverTime: instant,
})
/** What came of a batch: how much is kept, and what is not. */
export type TelemetryAnswer = z.infer<typeof telemetryAnswer>

/** A process that sends batches. `missing` counts the numbers below its highest that never arrived. */
export const telemetryClientView = z
  .object({
    bootId: id,
    accountId: id,
    batches: z.number().int(),
    lastSequence: z.number().int(),
    missing: z.number().int(),
    events: z.number().int(),
    dropped: z.number().int().meta({ description: 'Events that the process says it gave up.' }),
    firstSeenAt: instant,
    lastSeenAt: instant,
  })
  .meta({ id: 'TelemetryClient' })
/** A client of telemetry as the server saw it. */
export type TelemetryClient = z.infer<typeof telemetryClientView>

/** Numbers of one quantity of a window. Quantiles are right to 1 % of their value; sums of logarithms are of the `logN` numbers above 0. */
export const distributionView = z.object({
  n: z.number().int(),
  sum: z.number(),
  sumSquares: z.number(),
  logN: z.number().int(),
  logSum: z.number(),
  logSumSquares: z.number(),
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
})
/** Quantiles of a quantity, in its own unit. */
export type DistributionView = z.infer<typeof distributionView>

/**
 * The telemetry of an hour for a system, a configuration and a route. `fingerprint` and `route` are `overflow` where the tenant's limits
 * on distinct ones are reached (`distinct` then tells about how many share it) and `none` where none is known.
 */
export const telemetryWindowView = z
  .object({
    system: name,
    environment: name,
    fingerprint: z.string(),
    route: z.string(),
    source: z.enum(['calls', 'metrics']),
    hour: instant,
    calls: z.number().int(),
    errors: z.number().int(),
    refusals: z.number().int(),
    agreed: z.number().int(),
    disagreed: z.number().int(),
    unidentified: z.number().int().meta({ description: 'Calls whose provider named no served model.' }),
    unpriced: z.number().int().meta({ description: 'Calls with tokens for which no price is known.' }),
    latencyMs: distributionView,
    inputTokens: distributionView,
    outputTokens: distributionView,
    costUsd: distributionView,
    scores: z.record(z.string(), distributionView),
    finishReasons: z.record(z.string(), z.number().int()),
    distinct: z.number().int(),
    priceVersion: z.string().nullable(),
  })
  .meta({ id: 'TelemetryWindow' })
/** An hour of a system's telemetry, as numbers; null where nothing was told. */
export type TelemetryWindow = z.infer<typeof telemetryWindowView>

/** Whose windows are asked for, and since when. */
export const telemetryWindowQuery = pageQuery.extend({
  system: name,
  environment: name.optional(),
  since: instant.optional(),
})

/** Measures that a series may have. */
export const seriesMeasures = [
  'calls',
  'error_rate',
  'refusal_rate',
  'latency_mean_ms',
  'latency_p95_ms',
  'cost_per_request_usd',
  'input_tokens_mean',
  'output_tokens_mean',
] as const
/** A measure that a series may have. */
export type SeriesMeasure = (typeof seriesMeasures)[number]

/** Of what a series is asked for: some measures, named one after the other with commas, of an environment over some time. */
export const telemetrySeriesQuery = z.strictObject({
  system: name,
  environment: name,
  measures: z
    .string()
    .max(200)
    .default(seriesMeasures.join(','))
    .transform((text) => [...new Set(text.split(','))])
    .pipe(z.array(z.enum(seriesMeasures))),
  from: instant,
  to: instant,
})

const measured = z.number().nullable().optional()

/** Measures of an environment over time, folded over its routes and configurations, and the changes that began to run meanwhile. */
export const telemetrySeriesView = z
  .object({
    system: name,
    environment: name,
    /** How many hours each point is of. */
    bucketHours: z.number().int(),
    /** The first point that all of it was read for: what is earlier is null, since there is more than is read at once. */
    wholeFrom: instant,
    /** 400 at most. A measure is null where nothing tells it. */
    points: z.array(
      z.object({
        at: instant,
        calls: measured,
        error_rate: measured,
        refusal_rate: measured,
        latency_mean_ms: measured,
        latency_p95_ms: measured,
        cost_per_request_usd: measured,
        input_tokens_mean: measured,
        output_tokens_mean: measured,
      } satisfies Record<SeriesMeasure | 'at', z.ZodType>),
    ),
    /** The newest hundred, in the order in which they began; none for who may not read changes. */
    markers: z.array(z.object({ at: instant, changeId: id, title: z.string() })),
  })
  .meta({ id: 'TelemetrySeries' })
/** Measures of an environment over time. */
export type TelemetrySeries = z.infer<typeof telemetrySeriesView>

/** A count of what was dropped at the edge, by door and by name. */
export const droppedView = z.object({
  door: z.string(),
  name: z.string(),
  count: z.number().int(),
  lastSeenAt: instant,
})
/** A count of what was dropped at the edge, by door and by name. */
export type DroppedTelemetry = z.infer<typeof droppedView>

/**
 * A model that a system asks for, and what it got. `clear`: what is served now was served from the start; `breached`: something new has
 * been served since; `undetermined`: the provider never said.
 */
export const servedModelView = z
  .object({
    system: name,
    environment: name,
    provider: z.string().nullable(),
    requestedModel: modelName,
    verdict: z.enum(['breached', 'clear', 'undetermined']),
    identities: z.array(
      z.object({
        servedModel: modelName,
        systemFingerprint: name.nullable(),
        baseline: z.boolean(),
        changeId: id.nullable(),
        firstSeenAt: instant,
        lastSeenAt: instant,
      }),
    ),
  })
  .meta({ id: 'ServedModel' })
/** A model that a system asks for, and what it got. */
export type ServedModel = z.infer<typeof servedModelView>
/** Whose models are asked for, and how many. */
export const servedModelQuery = pageQuery.extend({ system: name.optional() })
