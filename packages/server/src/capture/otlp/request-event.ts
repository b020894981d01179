import { callOf } from '../call.ts'
import { type Facts, slots } from '../gate/slots.ts'
import type { Readings } from '../body-readings.ts'
import { addCall } from './placed.ts'

/** The event that tells of a request to a model (opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-events). */
export const requestEvent = 'gen_ai.client.inference.operation.details'

/** The event without its attributes: its time, NaN where that is none, and whether a span that is exported tells the same. */
export interface RequestEventFrame {
  readonly atMs: number
  readonly hasSpan: boolean
}

/** Adds the request that the event tells of, unless its span does: that has its duration, and lies among others. */
export function addRequestEvent(
  record: Facts,
  from: Facts,
  { atMs, hasSpan }: RequestEventFrame,
  readings: Readings,
): void {
  if (hasSpan) return readings.reject('requestEvent')
  const frame = { startMs: 0, endMs: atMs, durationMs: 0, failed: false, spans: readings.spans, span: -1 }
  const call = callOf(record, from, frame, readings.nowMs)
  if (call !== undefined) addCall(call, { ...frame, isEvent: true }, { facts: record, from, readings })
  else readings.reject('operation')
}

/** Whether a record that isn't this event tells what was used or served in a request. */
export function looksLikeRequest(record: Facts): boolean {
  return signs.some((slot) => record.at(slot) !== undefined)
}

const signs = [slots.inputTokens, slots.outputTokens, slots.totalTokens, slots.servedModel]
