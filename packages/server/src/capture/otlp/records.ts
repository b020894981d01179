import type { Gate } from '../gate/gate.ts'
import { type Facts, slots } from '../gate/slots.ts'
import type { Readings } from '../body-readings.ts'
import { addRequestEvent, looksLikeRequest, requestEvent } from './request-event.ts'
import { addScore, looksLikeScore, scoreEvent } from './score.ts'

/** The events that are read. Of another one not even the name is. */
export const knownEvents: readonly string[] = [scoreEvent, requestEvent]

/** A log record without its attributes. */
export interface RecordOutline {
  /** The event that it is named as; empty for one that isn't known. An attribute may name it as well. */
  readonly event: string
  /** NaN where its time is none. */
  readonly atMs: number
  /** Whether it came from within a span. */
  readonly hasSpan: boolean
}

/** Takes what a log record tells. Every other one than those of the known events is counted. */
export function takeRecord(
  facts: Facts,
  from: Facts,
  { event, atMs, hasSpan }: RecordOutline,
  { gate, readings }: { readonly gate: Gate; readonly readings: Readings },
): void {
  const known = event || facts.text(slots.eventName)
  if (known === scoreEvent) addScore(facts, from, atMs, readings)
  else if (known === requestEvent) addRequestEvent(facts, from, { atMs, hasSpan }, readings)
  else if (looksLikeScore(facts)) readings.reject('scoreEvent')
  else if (looksLikeRequest(facts)) readings.reject('requestEvent')
  else gate.drops.field('log.event')
}
