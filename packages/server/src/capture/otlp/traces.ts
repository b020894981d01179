import type { Gate } from '../gate/gate.ts'
import { Facts } from '../gate/slots.ts'
import type { Readings } from '../body-readings.ts'
import { AttributeReader } from './attribute-reader.ts'
import { spanIdWords } from '../nesting/span-records.ts'
import { isTextAt } from './interned-text.ts'
import { type Origin, readResource } from './resource.ts'
import { scoreEvent } from './score.ts'
import { takeSpan, ticksOf } from './spans.ts'
import { Wire, wireFixed64, wireLength, wireVarint } from './wire.ts'

// Fields of ExportTraceServiceRequest, ResourceSpans, ScopeSpans, Span and Status (opentelemetry/proto/trace/v1).
const spansOfScope = 2
const scopeName = 1
const traceId = 1
const traceIdBytes = 16
const spanIdBytes = 8
const spanId = 2
const traceState = 3
const parentSpanId = 4
const startTime = 7
const endTime = 8
const attributes = 9
const droppedAttributes = 10
const events = 11
const eventName = 2
const links = 13
const status = 15
const lastKnown = 16
const statusMessage = 2
const statusCode = 3
const statusError = 2

const nanosecondsOfMs = 1e6
const twoTo32 = 4_294_967_296

const resource = new Facts()
const facts = new Facts()
const attributesOfSpans = new AttributeReader()
const ids = new Uint32Array(spanIdWords)
const none = new Uint8Array(0)
const origin: Origin = { resource: none, scope: none }
/** The scope whose name was read last, and the name. */
let named: Uint8Array = none
let scope = ''

/** Reads the spans of an ExportTraceServiceRequest that are requests to a model. @throws MalformedBody */
export function readTraces(wire: Wire, gate: Gate, readings: Readings): void {
  const end = wire.bytes.length
  attributesOfSpans.begin()
  wire.at = 0
  try {
    while (wire.next(end)) {
      if (wire.field !== 1 || wire.type !== wireLength) gate.drops.field('unknown_field')
      else readResource(wire, gate, { facts: resource, items: spansOfScope, readItem: readSpan, readings, origin })
    }
    readings.findLoneSteps()
  } finally {
    // They are parts of the body, which would be kept until the next one.
    origin.resource = none
    origin.scope = none
    named = none
  }
}

function readSpan(wire: Wire, start: number, end: number, gate: Gate, readings: Readings): void {
  gate.size.item()
  facts.clear()
  attributesOfSpans.next()
  ids.fill(0)
  let startHigh = 0
  let startLow = 0
  let endHigh = 0
  let endLow = 0
  let failed = false
  let isSpan = true
  wire.at = start
  while (wire.next(end)) {
    const { field, type, at } = wire
    if (field === attributes && type === wireLength) {
      attributesOfSpans.read(wire, wire.start, wire.end, gate, facts)
      wire.at = at
    } else if (field === startTime && type === wireFixed64) {
      startHigh = wire.high
      startLow = wire.low
    } else if (field === endTime && type === wireFixed64) {
      endHigh = wire.high
      endLow = wire.low
    } else if (field === status && type === wireLength) {
      failed = readStatus(wire, wire.start, wire.end, gate)
      wire.at = at
    } else if (!readOther(wire, gate, readings)) {
      isSpan = false
      if (field === startTime || field === endTime) startHigh = Number.NaN
    } else wire.at = at
  }
  const durationMs = ((endHigh - startHigh) * twoTo32 + (endLow - startLow)) / nanosecondsOfMs
  const [startMs, endMs] = [toMs(startHigh, startLow), toMs(endHigh, endLow)]
  if (origin.scope !== named) readScopeName()
  const source = { startTicks: ticksOf(startHigh, startLow), endTicks: ticksOf(endHigh, endLow), scope }
  const outline = { isSpan: isSpan || startMs > 0, ids, source, startMs, endMs, durationMs, failed }
  takeSpan(facts, resource, outline, { gate, readings })
}

/** Reads a span's ids, and counts what else it has. @returns false where it is none: a metric or a log record has something else there */
function readOther(wire: Wire, gate: Gate, readings: Readings): boolean {
  const { field, type } = wire
  if (field === traceId) return type === wireLength && readId(wire, 0, traceIdBytes)
  if (field === spanId || field === parentSpanId) {
    if (type === wireLength) readId(wire, field === spanId ? 4 : 6, spanIdBytes)
    return true
  }
  if (field === startTime || field === endTime || field === attributes || field === status) return false
  if (field === droppedAttributes) return type === wireVarint
  if (field === events) {
    gate.drops.field('span.events')
    if (type === wireLength && isScore(wire)) readings.remark('spanScore')
  } else if (field === links) gate.drops.field('span.links')
  else if (field === traceState) gate.drops.field('span.trace_state')
  else if (field > lastKnown) gate.drops.field('unknown_field')
  return true
}

/** Whether an event of a span is the score of an evaluation. Of it the name is compared, and nothing read. */
function isScore(wire: Wire): boolean {
  const { end } = wire
  wire.at = wire.start
  while (wire.next(end)) {
    if (wire.field === eventName && wire.type === wireLength) {
      return isTextAt(scoreEvent, wire.bytes, wire.start, wire.end)
    }
  }
  return false
}

/** Reads the name of the scope, of which nothing but a hash is kept. */
function readScopeName(): void {
  named = origin.scope
  scope = ''
  const wire = new Wire(named)
  while (wire.next(named.length)) {
    if (wire.field !== scopeName || wire.type !== wireLength) continue
    scope = Buffer.from(named.subarray(wire.start, wire.end)).toString()
  }
}

/** Reads an id into the words from a place. @returns false for one of another length, which is none; an empty one is the one that isn't there */
function readId(wire: Wire, place: number, length: number): boolean {
  const size = wire.end - wire.start
  for (let word = 0; word * 4 < length; word++) {
    ids[place + word] = size === length ? wire.wordAt(wire.start + word * 4) : 0
  }
  return size % length === 0
}

function readStatus(wire: Wire, start: number, end: number, gate: Gate): boolean {
  let code = 0
  wire.at = start
  while (wire.next(end)) {
    if (wire.field === statusCode && wire.type === wireVarint) code = wire.low
    else if (wire.field === statusMessage) gate.drops.field('span.status.message')
    else gate.drops.field('unknown_field')
  }
  return code === statusError
}

/**
 * Nanoseconds in two halves, as whole milliseconds. Their sum is past what a double holds exactly, and a time on a full millisecond would
 * become the one before it; so each half is divided by itself: 2³² nanoseconds are 4,294 milliseconds and 967,296 nanoseconds.
 */
export function toMs(high: number, low: number): number {
  return high * 4294 + Math.floor((high * 967_296 + low) / nanosecondsOfMs)
}
