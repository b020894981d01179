import { agentOf, callOf, dividesRequests, type SpanFrame, systemOf } from '../call.ts'
import type { Gate } from '../gate/gate.ts'
import type { Facts } from '../gate/slots.ts'
import type { SpanIds, SpanSource } from '../nesting/span-records.ts'
import type { Readings } from '../body-readings.ts'
import { addCall, addPlaced, tellUncounted } from './placed.ts'

/** A span without its attributes: its times, its ids, and the source that tells of it. */
export interface SpanOutline extends Omit<SpanFrame, 'span' | 'spans'> {
  /** Whether it has the form of a span, and isn't another signal's item. */
  readonly isSpan: boolean
  readonly ids: SpanIds
  readonly source: SpanSource
}

/** Nanoseconds in two halves, as hundredths of a millisecond without what is above their 32 bits. */
export function ticksOf(high: number, low: number): number {
  return Math.floor((high * 4_294_967_296 + low) / 1e4) >>> 0
}

/** Takes what a span tells: the request that it is, or what may lie between requests. */
export function takeSpan(
  facts: Facts,
  from: Facts,
  { isSpan, ids, source, startMs, endMs, durationMs, failed }: SpanOutline,
  { gate, readings }: { readonly gate: Gate; readonly readings: Readings },
): void {
  const { spans } = readings
  const system = systemOf(from)
  const span = spans.add(ids, system)
  // Written out: to copy what is left of an object costs more than reading the span's attributes.
  const frame = { startMs, endMs, durationMs, failed, spans, span }
  const call = callOf(facts, from, frame, readings.nowMs)
  if (call !== undefined) {
    if (addCall(call, frame, { facts, from, readings }) && span >= 0) spans.request(span, call, source)
  } else if (isSpan) {
    tellUncounted(facts, { span, system }, gate, readings)
    const agent = agentOf(facts, from, endMs || startMs || readings.nowMs)
    if (agent !== undefined) addPlaced(agent, facts, from, readings)
    if (span >= 0 && dividesRequests(facts)) spans.divides(span)
  } else readings.reject('shape')
}
