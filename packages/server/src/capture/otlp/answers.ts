import type { Rejections, RejectionReason } from '../readings.ts'
import type { Encoding, Signal } from './read-otlp.ts'

// Field numbers of ExportXServiceResponse, ExportXPartialSuccess and google.rpc.Status.
const partialSuccess = 1
const rejectedCount = 1
const errorMessage = 2
const statusCode = 1
const statusMessage = 2

const rejectedNames = { traces: 'rejectedSpans', metrics: 'rejectedDataPoints', logs: 'rejectedLogRecords' } as const

/** The answer to a request that was taken, in the encoding in which it came. All of it taken: an empty message. */
export function exportResponse(rejections: Rejections, signal: Signal, encoding: Encoding): string | Buffer {
  const rejected = Object.values(rejections).reduce((sum, count) => sum + count, 0)
  if (rejected === 0) return encoding === 'json' ? '{}' : Buffer.alloc(0)
  const message = rejectionMessage(rejections)
  if (encoding === 'json') {
    return JSON.stringify({ partialSuccess: { [rejectedNames[signal]]: String(rejected), errorMessage: message } })
  }
  return lengthField(
    partialSuccess,
    Buffer.concat([varintField(rejectedCount, rejected), textField(errorMessage, message)]),
  )
}

const reasons: Readonly<Record<RejectionReason, string>> = {
  future: 'lie more than 5 minutes in the future: check the clock',
  late: 'are older than 7 days',
  overSeries:
    'are running totals of more streams than are kept: drop attributes, or set OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta',
  outOfRange: 'have a count or a sum that no requests could have',
  unit: 'are durations in another unit than s, ms, us or ns',
  scoreName: 'are scores whose gen_ai.evaluation.name is not up to three words of letters, digits and ._:@/-',
}

function rejectionMessage(rejections: Rejections): string {
  const told = Object.entries(reasons).map(
    ([reason, words]) => [rejections[reason as RejectionReason] ?? 0, words] as const,
  )
  return told
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`)
    .join('; ')
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
