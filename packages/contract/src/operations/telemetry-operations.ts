import type { ServedModel, TelemetryClient, TelemetrySeries, TelemetryWindow } from '../telemetry.ts'
import { at, digests, ids, pageOf, pageParameters } from './example-values.ts'
import type { Operation, Operations } from './operation.ts'
import { configurationAfter } from './system-operations.ts'

const nothing: TelemetryWindow['latencyMs'] = {
  n: 0,
  sum: 0,
  sumSquares: 0,
  logN: 0,
  logSum: 0,
  logSumSquares: 0,
  p50: null,
  p95: null,
  p99: null,
}
const window: TelemetryWindow = {
  system: 'support-bot',
  environment: 'production',
  fingerprint: digests.after,
  route: 'answer',
  source: 'calls',
  hour: '2026-11-24T09:00:00.000Z',
  calls: 2,
  errors: 0,
  refusals: 0,
  agreed: 0,
  disagreed: 0,
  unidentified: 0,
  unpriced: 0,
  latencyMs: {
    n: 2,
    sum: 1750,
    sumSquares: 1_532_500,
    logN: 2,
    logSum: 13.5,
    logSumSquares: 91.2,
    p50: 850,
    p95: 900,
    p99: 900,
  },
  inputTokens: nothing,
  outputTokens: nothing,
  costUsd: nothing,
  scores: {},
  finishReasons: { stop: 2 },
  distinct: 1,
  priceVersion: null,
}
const series: TelemetrySeries = {
  system: 'support-bot',
  environment: 'production',
  bucketHours: 1,
  wholeFrom: '2026-11-24T09:00:00.000Z',
  points: [
    { at: '2026-11-24T09:00:00.000Z', calls: 412, error_rate: 0.01 },
    { at: '2026-11-24T10:00:00.000Z', calls: null, error_rate: null },
  ],
  markers: [{ at: '2026-11-24T09:12:00.000Z', changeId: ids.change, title: 'acme-large → acme-small' }],
}
const client: TelemetryClient = {
  bootId: ids.boot,
  accountId: ids.service,
  batches: 12,
  lastSequence: 11,
  missing: 0,
  events: 340,
  dropped: 0,
  firstSeenAt: at.opened,
  lastSeenAt: at.assessed,
}
const servedModel: ServedModel = {
  system: 'support-bot',
  environment: 'production',
  provider: 'acme',
  requestedModel: 'acme-small',
  verdict: 'breached',
  identities: [
    {
      servedModel: 'acme-small-2026-03',
      systemFingerprint: null,
      baseline: true,
      changeId: null,
      firstSeenAt: at.opened,
      lastSeenAt: at.opened,
    },
    {
      servedModel: 'acme-small-2026-10',
      systemFingerprint: null,
      baseline: false,
      changeId: ids.change,
      firstSeenAt: at.assessed,
      lastSeenAt: at.assessed,
    },
  ],
}

function otlp(id: string, what: string, example: string): Operation {
  return {
    id,
    tag: 'Telemetry',
    summary: `Take OpenTelemetry ${what}`,
    description:
      'OTLP over HTTP, as JSON or protobuf, packed or not; answers are in the encoding of the request. Attributes that aren’t on the list of docs/reference/telemetry.md are dropped at the edge and counted. The same bytes, or the same `Idempotency-Key`, count once.',
    once: true,
    bodies: { 'application/json': example, 'application/x-protobuf': undefined },
    answers: { 'application/json': '{}', 'application/x-protobuf': undefined },
    errors: 'otlp',
    problems: ['malformed_body', 'payload_too_large', 'unsupported_media_type', 'idempotency_conflict'],
  }
}

/** Descriptions of the operations of telemetry, by route. */
export const telemetryOperations: Operations = {
  'POST /v1/telemetry': {
    id: 'sendTelemetry',
    tag: 'Telemetry',
    summary: 'Send a batch of an SDK’s events',
    description:
      'A process takes a new `bootId` when it starts and numbers its batches from 0; a retry repeats the number and the bytes, and counts once. What is accepted is durable. The body may be packed with gzip.',
    body: {
      bootId: ids.boot,
      sequence: 0,
      sentAt: at.opened,
      dropped: 0,
      events: [
        { kind: 'measure', system: 'support-bot', at: at.opened, latencyMs: 850, inputTokens: 312, outputTokens: 96 },
        { kind: 'observation', id: ids.observation, system: 'support-bot', configuration: configurationAfter },
      ],
    },
    answer: { accepted: 2, rejected: [], duplicate: false, serverTime: at.opened },
    problems: ['idempotency_conflict'],
  },
  'POST /v1/traces': otlp('sendTraces', 'traces', '{"resourceSpans":[]}'),
  'POST /v1/metrics': otlp('sendMetrics', 'metrics', '{"resourceMetrics":[]}'),
  'POST /v1/logs': otlp('sendLogs', 'log records', '{"resourceLogs":[]}'),
  'GET /v1/telemetry/clients': {
    id: 'listTelemetryClients',
    tag: 'Telemetry',
    summary: 'List the processes that send batches, and what they lost',
    parameters: pageParameters,
    answer: pageOf(client),
  },
  'GET /v1/telemetry/windows': {
    id: 'listTelemetryWindows',
    tag: 'Telemetry',
    summary: 'Read what the hours of a system brought',
    parameters: { ...pageParameters, system: 'support-bot', environment: 'production', since: at.opened },
    answer: pageOf(window),
  },
  'GET /v1/telemetry/series': {
    id: 'getTelemetrySeries',
    tag: 'Telemetry',
    summary: 'Read measures of an environment over time, and the changes that began to run meanwhile',
    description:
      'At most 400 points, each of as many hours as that takes, folded over routes and configurations. `measures` are named with commas between them; all, where it is left out.',
    parameters: {
      system: 'support-bot',
      environment: 'production',
      measures: 'calls,error_rate',
      from: '2026-11-24T09:00:00.000Z',
      to: '2026-11-24T11:00:00.000Z',
    },
    answer: series,
    problems: ['not_found'],
  },
  'GET /v1/telemetry/served-models': {
    id: 'listServedModels',
    tag: 'Telemetry',
    summary: 'List the models asked for, and what was served',
    parameters: { ...pageParameters, system: 'support-bot' },
    answer: pageOf(servedModel),
  },
  'GET /v1/telemetry/dropped': {
    id: 'listDroppedTelemetry',
    tag: 'Telemetry',
    summary: 'List what was dropped at the edge, by door and name',
    parameters: pageParameters,
    answer: pageOf({ door: 'traces', name: 'gen_ai.input.messages', count: 340, lastSeenAt: at.assessed }),
  },
}
