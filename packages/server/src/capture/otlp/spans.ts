import { callOf, dividesRequests, type SpanFrame, systemOf } from '../call.ts'
import type { Gate } from '../gate/gate.ts'
import { type Facts, slots } from '../gate/slots.ts'
import type { SpanIds } from '../nesting/span-records.ts'
import type { Readings } from '../readings.ts'

/** What a span says besides its attributes, and its ids. */
export interface SpanOutline extends Omit<SpanFrame, 'span' | 'spans'> {
  readonly ids: SpanIds
}

/** Takes what a span tells: the request that it is, or what may lie between requests. */
export function takeSpan(
  facts: Facts,
  from: Facts,
  { ids, ...frame }: SpanOutline,
  { gate, readings }: { readonly gate: Gate; readonly readings: Readings },
): void {
  const { spans } = readings
  const span = spans.add(ids, systemOf(from))
  const call = callOf(facts, from, { ...frame, spans, span }, readings.nowMs)
  if (call === undefined) {
    if (tellsTokens(facts)) gate.drops.field('span.tokens')
    if (span >= 0 && dividesRequests(facts)) spans.divides(span)
  } else if (readings.add(call) && span >= 0) spans.request(span, call)
}

function tellsTokens(facts: Facts): boolean {
  return facts.number(slots.inputTokens) !== undefined || facts.number(slots.outputTokens) !== undefined
}
