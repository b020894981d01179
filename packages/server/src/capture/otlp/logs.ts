import type { Gate } from '../gate/gate.ts'
import { Facts } from '../gate/slots.ts'
import type { Readings } from '../body-readings.ts'
import { readAttribute } from './attributes.ts'
import { isTextAt } from './interned-text.ts'
import { readResource } from './resource.ts'
import { knownEvents, takeRecord } from './records.ts'
import { toMs } from './traces.ts'
import { type Wire, wireFixed64, wireLength } from './wire.ts'

// Fields of ScopeLogs and LogRecord (opentelemetry/proto/logs/v1).
const recordsOfScope = 2
const time = 1
const body = 5
const attributes = 6
const spanId = 10
const observedTime = 11
const eventName = 12
const lastKnown = 12

const resource = new Facts()
const facts = new Facts()

/** Reads the scores and the requests that an ExportLogsServiceRequest tells of. Every other record is counted and left unread. @throws MalformedBody */
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
  let [at, observedAt, event, isRecord, hasSpan] = [0, 0, '', true, false]
  wire.at = start
  while (wire.next(end)) {
    const { field, type, at: after } = wire
    if (field === attributes && type === wireLength) {
      gate.size.attribute()
      readAttribute(wire, wire.start, wire.end, gate, facts)
      wire.at = after
    } else if (field === time && type === wireFixed64) at = toMs(wire.high, wire.low)
    else if (field === observedTime && type === wireFixed64) observedAt = toMs(wire.high, wire.low)
    else if (field === time || field === observedTime) isRecord = false
    else if (field === body) gate.drops.field('log.body')
    else if (field === eventName && type === wireLength) {
      event = knownEvents.find((it) => isTextAt(it, wire.bytes, wire.start, wire.end)) ?? ''
    } else if (field === spanId && type === wireLength) hasSpan = wire.end > wire.start
    else if (field > lastKnown) gate.drops.field('unknown_field')
  }
  // A span has its trace where a record has its time, a metric its name.
  if (isRecord) takeRecord(facts, resource, { event, atMs: at || observedAt, hasSpan }, { gate, readings })
  else readings.reject('shape')
}
