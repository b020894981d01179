import type { Gate } from '../gate/gate.ts'
import type { Facts } from '../gate/slots.ts'
import type { Readings } from '../body-readings.ts'
import { readAttribute } from './attributes.ts'
import { type Wire, wireLength } from './wire.ts'

// Fields that ResourceSpans, ResourceMetrics and ResourceLogs share, and those of Resource and InstrumentationScope.
const resourceField = 1
const scopesField = 2
const schemaUrl = 3
/** Where versions of OTLP between 0.15 and 0.19 also had the scopes of before, then called instrumentation libraries. */
const librariesField = 1000
const resourceAttributes = 1
const resourceDropped = 2
const entityRefs = 3
const scopeField = 1
const scopeAttributes = 3

/** The bytes of the resource and of the scope that are being read. */
export interface Origin {
  resource: Uint8Array
  scope: Uint8Array
}

/** How the items below a resource and a scope are read. */
export interface ResourceReader {
  /** Taken by the resource's attributes. */
  readonly facts: Facts
  /** The field of the scope's message that holds items. */
  readonly items: number
  readonly readItem: (wire: Wire, start: number, end: number, gate: Gate, readings: Readings) => void
  readonly readings: Readings
  /** Told what is being read, where that matters. */
  readonly origin?: Origin
}

/** Reads the message that the wire has just come past: one resource with its scopes and their items. */
export function readResource(wire: Wire, gate: Gate, reader: ResourceReader): void {
  const { start, end, at } = wire
  gate.size.item()
  reader.facts.clear()
  // The resource may stand behind what it describes, so it is looked for first.
  let [resourceStart, resourceEnd] = [start, start]
  wire.at = start
  while (wire.next(end)) {
    if (wire.field === resourceField && wire.type === wireLength) [resourceStart, resourceEnd] = [wire.start, wire.end]
    else if (wire.field > schemaUrl && wire.field !== librariesField) gate.drops.field('unknown_field')
  }
  if (reader.origin !== undefined) reader.origin.resource = wire.bytes.subarray(resourceStart, resourceEnd)
  readResourceAttributes(wire, resourceStart, resourceEnd, gate, reader.facts)
  wire.at = start
  while (wire.next(end)) {
    if ((wire.field !== scopesField && wire.field !== librariesField) || wire.type !== wireLength) continue
    const after = wire.at
    readScope(wire, wire.start, wire.end, gate, reader)
    wire.at = after
  }
  wire.at = at
}

function readResourceAttributes(wire: Wire, start: number, end: number, gate: Gate, facts: Facts): void {
  wire.at = start
  while (wire.next(end)) {
    const { at } = wire
    if (wire.field === resourceAttributes && wire.type === wireLength) {
      gate.size.attribute()
      readAttribute(wire, wire.start, wire.end, gate, facts)
      wire.at = at
    } else if (wire.field === entityRefs) gate.drops.field('entity_refs')
    else if (wire.field !== resourceDropped) gate.drops.field('unknown_field')
  }
}

function readScope(wire: Wire, start: number, end: number, gate: Gate, reader: ResourceReader): void {
  gate.size.item()
  if (reader.origin !== undefined) reader.origin.scope = bytesOfScope(wire, start, end)
  wire.at = start
  while (wire.next(end)) {
    const { at } = wire
    if (wire.field === reader.items && wire.type === wireLength) {
      reader.readItem(wire, wire.start, wire.end, gate, reader.readings)
    } else if (wire.field === scopeField && wire.type === wireLength) countScope(wire, wire.start, wire.end, gate)
    else if (wire.field > schemaUrl) gate.drops.field('unknown_field')
    wire.at = at
  }
}

// Like the resource, it may stand behind what came from it.
function bytesOfScope(wire: Wire, start: number, end: number): Uint8Array {
  let scope = wire.bytes.subarray(start, start)
  wire.at = start
  while (wire.next(end)) {
    if (wire.field === scopeField && wire.type === wireLength) scope = wire.bytes.subarray(wire.start, wire.end)
  }
  return scope
}

function countScope(wire: Wire, start: number, end: number, gate: Gate): void {
  wire.at = start
  while (wire.next(end)) if (wire.field === scopeAttributes) gate.drops.field('scope.attributes')
}
