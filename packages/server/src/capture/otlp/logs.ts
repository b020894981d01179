import { placeOf } from '../call.ts'
import type { Gate } from '../gate/gate.ts'
import { Facts, slots } from '../gate/slots.ts'
import type { Readings } from '../readings.ts'
import { readAttribute } from './attributes.ts'
import { isTextAt } from './interned-text.ts'
import { readResource } from './resource.ts'
import { toMs } from './traces.ts'
import { type Wire, wireFixed64, wireLength } from './wire.ts'

// Fields of ScopeLogs and LogRecord (opentelemetry/proto/logs/v1).
const recordsOfScope = 2
const time = 1
const body = 5
const attributes = 6
const observedTime = 11
const eventName = 12
const lastKnown = 12

/** The one event that is read: the score of an evaluation. */
export const scoreEvent = 'gen_ai.evaluation.result'
/** Where a score without a name is counted. */
const unnamed = 'score'
const largestScore = 1e9

const resource = new Facts()
const facts = new Facts()

/** Reads the scores in an ExportLogsServiceRequest. Every other record is counted and left unread. @throws MalformedBody */
export function readLogs(wire: Wire, gate: Gate, readings: Readings): void {
  const end = wire.bytes.length
  wire.at = 0
  while (wire.next(end)) {
    if (wire.field !== 1 || wire.type !== wireLength) gate.drops.field('unknown_field')
    else readResource(wire, gate, { facts: resource, items: recordsOfScope, readItem: readRecord, readings })
  }
}

function readRecord(wire: Wire, start: number, end: number, gate: Gate, readings: Readings): void {
  gate.size.item()
  facts.clear()
  let [at, observedAt, isScore] = [0, 0, false]
  wire.at = start
  while (wire.next(end)) {
    const { field, type, at: after } = wire
    if (field === attributes && type === wireLength) {
      gate.size.attribute()
      readAttribute(wire, wire.start, wire.end, gate, facts)
      wire.at = after
    } else if (field === time && type === wireFixed64) at = toMs(wire.high, wire.low)
    else if (field === observedTime && type === wireFixed64) observedAt = toMs(wire.high, wire.low)
    else if (field === body) gate.drops.field('log.body')
    else if (field === eventName && type === wireLength) {
      isScore = isTextAt(scoreEvent, wire.bytes, wire.start, wire.end)
    } else if (field > lastKnown) gate.drops.field('unknown_field')
  }
  addScore(facts, resource, { isScore, atMs: at || observedAt }, gate, readings)
}

/** Adds the score that a log record's facts tell of, where they do. */
export function addScore(
  record: Facts,
  from: Facts,
  event: { readonly isScore: boolean; readonly atMs: number },
  gate: Gate,
  readings: Readings,
): void {
  const value = record.number(slots.score)
  if (!event.isScore && record.text(slots.eventName) !== scoreEvent) return gate.drops.field('log.event')
  if (value === undefined || Math.abs(value) > largestScore) return gate.drops.field('wrong_form')
  const name = record.at(slots.scoreName) ?? unnamed
  if (typeof name === 'number') return readings.reject('scoreName')
  readings.add({
    kind: 'measure',
    ...placeOf(record, from),
    atMs: event.atMs || readings.nowMs,
    fingerprint: undefined,
    measurement: { isCall: false, score: { name, value } },
  })
}
