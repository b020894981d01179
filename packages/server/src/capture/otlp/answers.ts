import type { Rejections, RejectionReason, Remark } from '../readings.ts'
import type { Encoding } from './body-form.ts'
import type { Signal } from './read-otlp.ts'

// Field numbers of ExportXServiceResponse, ExportXPartialSuccess and google.rpc.Status.
const partialSuccess = 1
const rejectedCount = 1
const errorMessage = 2
const statusCode = 1
const statusMessage = 2

const rejectedNames = { traces: 'rejectedSpans', metrics: 'rejectedDataPoints', logs: 'rejectedLogRecords' } as const

/**
 * The answer to a request that was taken, in the encoding in which it came. All of it taken, and whole: an empty message. A message without a
 * count tells what isn't kept of things that were taken, as the specification says (opentelemetry.io/docs/specs/otlp, Partial Success).
 */
export function exportResponse(rejections: Rejections, signal: Signal, encoding: Encoding): string | Buffer {
  const refused = told(rejections, reasons)
  const message = [...refused, ...told(rejections, remarks)].map(([count, words]) => `${count} ${words}`).join('; ')
  if (message === '') return encoding === 'json' ? '{}' : Buffer.alloc(0)
  const rejected = refused.reduce((sum, [count]) => sum + count, 0)
  if (encoding === 'json') {
    const counted = rejected === 0 ? {} : { [rejectedNames[signal]]: String(rejected) }
    return JSON.stringify({ partialSuccess: { ...counted, errorMessage: message } })
  }
  const counted = rejected === 0 ? [] : [varintField(rejectedCount, rejected)]
  return lengthField(partialSuccess, Buffer.concat([...counted, textField(errorMessage, message)]))
}

const aName =
  'is no name: give a text of one to four words, of 128 characters and 256 bytes at most, without line breaks and control characters'

/** Words of an answer for things that were refused, by the reason. */
export const reasons: Readonly<Record<RejectionReason, string>> = {
  future: 'lie more than 5 minutes in the future: check the clock',
  late: 'are older than 7 days',
  service: `have a service.name that ${aName}`,
  environment: `have a deployment.environment.name (or deployment.environment, langfuse.environment, or another attribute for it) that ${aName}`,
  time: 'have a time that cannot be read: give startTimeUnixNano and endTimeUnixNano (of points and records timeUnixNano) in whole nanoseconds since 1970',
  operation:
    'carry a model or tokens, but no gen_ai.operation.name or other kind of operation that is known, so they count as no requests',
  shape: 'are not what this door takes: spans go to /v1/traces, metrics to /v1/metrics, log records to /v1/logs',
  overSeries:
    'are running totals of more streams than are kept: drop attributes, or set OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta',
  outOfRange: 'have a count or a sum that no requests could have',
  noSum: 'have a count and no sum',
  temporality: 'are neither deltas nor running totals',
  metricKind: 'are points of a gen_ai.client metric in another form than a histogram',
  tokenType: 'have a gen_ai.token.type other than input and output',
  unit: 'are durations in another unit than s, ms, us or ns',
  scoreName: 'are scores whose gen_ai.evaluation.name is not up to three words of letters, digits and ._:@/-',
  scoreValue:
    'are scores without a number between -1000000000 and 1000000000 in gen_ai.evaluation.score.value, and without pass or fail in gen_ai.evaluation.score.label',
  scoreEvent: 'have attributes of gen_ai.evaluation, but are not called gen_ai.evaluation.result',
  requestEvent:
    'are events of requests to a model that belong to spans: send these to /v1/traces, by which requests count',
}

/** Words of an answer for what isn't kept, though the thing was taken. */
export const remarks: Readonly<Record<Remark, string>> = {
  route:
    'count without their route (afterai.route, gen_ai.agent.name, ai.telemetry.functionId or http.route), which is no name',
  model:
    'count without their model (gen_ai.request.model, gen_ai.response.model): give a name of letters, digits and . _ : @ / ~ + # ( ) [ ] \\ -, 256 at most',
  tokens: 'count without token counts that are no numbers, or that no request could have',
  duration: 'count without their duration: they end before they start, or last more than a day',
  status: 'count as not failed: their status has no code that OTLP knows (0, 1, 2)',
  ids: 'count each by itself: their traceId, spanId or parentSpanId is no id of 16 or 8 bytes',
  sharedSystem:
    'count under the system telemetry-overflow, which many share, and their models are not watched: the tenant has as many systems from telemetry as it may (docs/guides/telemetry.md, Limits)',
  sharedEnvironment:
    'count under the environment overflow, which many share, and their models are not watched: the system has as many environments as it may (docs/guides/telemetry.md, Limits)',
  spanScore: 'evaluations in events of spans were not read: send them as log records',
  step: 'carry tokens of an agent, a plan, a retrieval or another step, in traces that came without a request: tokens count by the spans of requests (gen_ai.operation.name chat and the like), so send these too',
  stepPoint:
    'are points with tokens of an agent or another step, and came without one of requests: tokens count by the points of requests (gen_ai.operation.name chat and the like)',
  nestedTokens:
    'tell other numbers of tokens than the requests within them, of which one tells none: tokens count as those within tell them, so theirs do not, nor do those of the one without',
  totalTokens:
    'count without tokens that are told as a total alone: give those of the input and of the output (gen_ai.usage.input_tokens, gen_ai.usage.output_tokens)',
  scoreNumber:
    'count by their gen_ai.evaluation.score.label alone: what is in gen_ai.evaluation.score.value is no number between -1000000000 and 1000000000',
  untimed:
    'tell no time, or no beginning or no end: they count at the time of their arrival where they tell none, and without a duration; give startTimeUnixNano and endTimeUnixNano (of points and records timeUnixNano)',
  member:
    'members of the body have names that OTLP does not know, and were not read: compare them with its JSON encoding',
}

function told<K extends keyof Rejections>(
  rejections: Rejections,
  table: Readonly<Record<K, string>>,
): [count: number, words: string][] {
  return Object.entries<string>(table)
    .map(([reason, words]): [number, string] => [rejections[reason as K] ?? 0, words])
    .filter(([count]) => count > 0)
}

/** Codes of google.rpc.Code for the statuses that the doors answer with. */
const rpcCodes: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  409: 10,
  413: 8,
  415: 3,
  429: 8,
  503: 14,
}
const rpcInternal = 13

/** A refusal as google.rpc.Status, in the encoding in which the request came. */
export function statusResponse(status: number, message: string, encoding: Encoding): string | Buffer {
  const code = rpcCodes[status] ?? rpcInternal
  if (encoding === 'json') return JSON.stringify({ code, message })
  return Buffer.concat([varintField(statusCode, code), textField(statusMessage, message)])
}

function varintField(field: number, value: number): Buffer {
  const bytes = [field << 3]
  let left = value
  while (left >= 0x80) {
    bytes.push((left % 0x80) | 0x80)
    left = Math.floor(left / 0x80)
  }
  return Buffer.from([...bytes, left])
}

function textField(field: number, text: string): Buffer {
  return lengthField(field, Buffer.from(text))
}

function lengthField(field: number, content: Buffer): Buffer {
  const [, ...length] = varintField(0, content.length)
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...length]), content])
}
