import { callOf, dividesRequests, type SpanFrame, systemOf } from '../call.ts'
import type { Gate } from '../gate/gate.ts'
import { type Facts, slots } from '../gate/slots.ts'
import type { SpanIds, SpanSource } from '../nesting/span-records.ts'
import type { Readings } from '../readings.ts'

/** What a span says besides its attributes, its ids, and who tells of it. */
export interface SpanOutline extends Omit<SpanFrame, 'span' | 'spans'> {
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
  { ids, source, ...frame }: SpanOutline,
  { gate, readings }: { readonly gate: Gate; readonly readings: Readings },
): void {
  const { spans } = readings
  const span = spans.add(ids, systemOf(from))
  const call = callOf(facts, from, { ...frame, spans, span }, readings.nowMs)
  if (call === undefined) {
    if (tellsTokens(facts)) gate.drops.field('span.tokens')
    if (span >= 0 && dividesRequests(facts)) spans.divides(span)
  } else if (readings.add(call) && span >= 0) spans.request(span, call, source)
}

function tellsTokens(facts: Facts): boolean {
  return facts.number(slots.inputTokens) !== undefined || facts.number(slots.outputTokens) !== undefined
}
