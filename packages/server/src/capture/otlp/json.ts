import { lookAtJson } from '@afterai/evidence'
import { bodyLimits, OversizedBody } from '../gate/body-size.ts'
import type { Gate } from '../gate/gate.ts'
import { Facts } from '../gate/slots.ts'
import type { Readings } from '../body-readings.ts'
import {
  halvesOf,
  isForeign,
  isTwice,
  type Json,
  listOf,
  memberOf,
  objectOf,
  tellOthers,
  textOf,
} from './json-shapes.ts'
import { readAttributes, readResourceOf, refuseMembers } from './json-attributes.ts'
import { hasFailed } from './json-status.ts'
import { isTimeOfSpan, readTimes, times } from './json-times.ts'
import { MalformedBody } from './malformed.ts'
import { addPoint, durationUnitOf, operationDuration, tokenUsage } from './point.ts'
import { readJsonIds } from './json-ids.ts'
import { knownEvents, takeRecord } from './records.ts'
import { scoreEvent } from './score.ts'
import { takeSpan, ticksOf } from './spans.ts'
import { toMs } from './traces.ts'

const deepest = 64
const resource = new Facts()
const facts = new Facts()
/** The texts of the resource and the scope whose metrics are being read. */
let origin: readonly string[] = []
/** The name of the scope whose spans are being read. */
let scopeName = ''

/** The three kinds of body, by the name that their list of resources has. */
export type JsonSignal = 'resourceSpans' | 'resourceMetrics' | 'resourceLogs'

/** How each is written, today and before version 0.16 of OTLP, and by which members an item is known. */
const layouts = {
  resourceSpans: {
    door: '/v1/traces',
    scopes: ['scopeSpans', 'instrumentationLibrarySpans'],
    items: ['spans'],
    members: ['traceId', 'spanId', 'parentSpanId', 'name', 'kind', 'startTimeUnixNano', 'attributes', 'status'],
    read: readSpan,
  },
  resourceMetrics: {
    door: '/v1/metrics',
    scopes: ['scopeMetrics', 'instrumentationLibraryMetrics'],
    items: ['metrics'],
    members: ['name', 'description', 'unit', 'gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'],
    read: readMetric,
  },
  resourceLogs: {
    door: '/v1/logs',
    scopes: ['scopeLogs', 'instrumentationLibraryLogs'],
    items: ['logRecords', 'logs'],
    members: [
      'timeUnixNano',
      'observedTimeUnixNano',
      'severityNumber',
      'severityText',
      'body',
      'attributes',
      'eventName',
    ],
    read: readRecord,
  },
} as const
type Layout = (typeof layouts)[JsonSignal]

/** Reads an OTLP request in JSON to the same readings as its protobuf form. @throws MalformedBody */
export function readJson(bytes: Uint8Array, signal: JsonSignal, gate: Gate, readings: Readings): void {
  inspect(bytes)
  const body = parse(bytes)
  checkRoot(body, signal, gate, readings)
  try {
    for (const it of listOf(body, signal)) readResource(it, layouts[signal], gate, readings)
    readings.findLoneSteps()
  } finally {
    // Texts of the body, which would be kept until the next one.
    origin = []
    scopeName = ''
  }
}

/** Refuses a body that holds something and nothing for this door. */
function checkRoot(body: Json, signal: JsonSignal, gate: Gate, readings: Readings): void {
  for (const name of Object.keys(body)) if (isForeign({ [name]: 1 }, [signal])) gate.drops.field('unknown_field')
  if (isTwice(body, signal)) throw new MalformedBody(`it holds ${signal} in two spellings: send one list`)
  if (memberOf(body, signal) !== undefined) return tellOthers(body, [signal], readings)
  for (const [other, { door }] of Object.entries(layouts)) {
    if (memberOf(body, other) !== undefined) throw new MalformedBody(`it holds ${other}, which go to ${door}`)
  }
  if (Object.keys(body).length > 0) throw new MalformedBody(`it has members, and ${signal} is none of them`)
}

function readResource(it: Json, layout: Layout, gate: Gate, readings: Readings): void {
  gate.size.item()
  resource.clear()
  const about = readResourceOf(it, { gate, into: resource, readings })
  tellOthers(it, ['resource', ...layout.scopes], readings)
  for (const scope of layout.scopes.flatMap((name) => listOf(it, name))) {
    gate.size.item()
    const named = scope['scope'] ?? memberOf(scope, 'instrumentationLibrary') ?? null
    for (const _ of listOf(objectOf(named), 'attributes')) gate.drops.field('scope.attributes')
    scopeName = textOf(objectOf(named)['name'])
    if (layout.read === readMetric) origin = [JSON.stringify(about), JSON.stringify(named)]
    tellOthers(scope, ['scope', 'instrumentationLibrary', ...layout.items], readings)
    for (const item of layout.items.flatMap((name) => listOf(scope, name))) {
      gate.size.item()
      facts.clear()
      if (Object.keys(item).length === 0 || isForeign(item, layout.members)) readings.reject('shape')
      else layout.read(item, gate, readings)
    }
  }
}

const spanMembers = [
  ...layouts.resourceSpans.members,
  'endTimeUnixNano',
  'traceState',
  'flags',
  'events',
  'links',
  'droppedAttributesCount',
  'droppedEventsCount',
  'droppedLinksCount',
]

function readSpan(span: Json, gate: Gate, readings: Readings): void {
  refuseMembers(span, gate, facts)
  readAttributes(span, { gate, into: facts, readings })
  tellOthers(span, spanMembers, readings, isTimeOfSpan)
  if (memberOf(span, 'traceState')) gate.drops.field('span.trace_state')
  for (const { name } of listOf(span, 'events')) {
    gate.drops.field('span.events')
    if (name === scoreEvent) readings.remark('spanScore')
  }
  for (const _ of listOf(span, 'links')) gate.drops.field('span.links')
  if (objectOf(span['status'])['message']) gate.drops.field('span.status.message')
  const failed = hasFailed(span)
  if (failed === undefined) readings.remark('status')
  const [start, end] = readTimes(span, times.start, times.end)
  const { ids, areRead } = readJsonIds(span)
  if (!areRead) readings.remark('ids')
  const outline = {
    isSpan: true,
    ids,
    source: { startTicks: ticksOf(...start), endTicks: ticksOf(...end), scope: scopeName },
    startMs: toMs(...start),
    endMs: toMs(...end),
    durationMs: ((end[0] - start[0]) * 4_294_967_296 + (end[1] - start[1])) / 1e6,
    failed: failed === true,
  }
  takeSpan(facts, resource, outline, { gate, readings })
}

function readRecord(record: Json, gate: Gate, readings: Readings): void {
  refuseMembers(record, gate, facts)
  readAttributes(record, { gate, into: facts, readings })
  if (Object.keys(objectOf(record['body'])).length > 0) gate.drops.field('log.body')
  const [at, observedAt] = msOf(readTimes(record, times.at, times.observed))
  const atMs = Number.isNaN(at + observedAt) ? Number.NaN : at || observedAt
  const named = textOf(memberOf(record, 'eventName'))
  const hasSpan = textOf(memberOf(record, 'spanId')) !== ''
  const event = knownEvents.find((it) => it === named) ?? ''
  takeRecord(facts, resource, { event, atMs, hasSpan }, { gate, readings })
}

function readMetric(metric: Json, gate: Gate, readings: Readings): void {
  const { name } = metric
  if (name !== tokenUsage && name !== operationDuration) return gate.drops.field('metric.other')
  const data = metric['histogram'] ?? memberOf(metric, 'exponentialHistogram')
  if (data === undefined) {
    gate.drops.field('metric.kind')
    const other = metric['gauge'] ?? metric['sum'] ?? metric['summary']
    return readings.reject('metricKind', Math.max(1, listOf(objectOf(other), 'dataPoints').length))
  }
  const unit = durationUnitOf(textOf(metric['unit']))
  const temporality = temporalityOf(memberOf(objectOf(data), 'aggregationTemporality'))
  tellOthers(objectOf(data), ['dataPoints', 'aggregationTemporality'], readings)
  for (const point of listOf(objectOf(data), 'dataPoints')) {
    gate.size.item()
    facts.clear()
    refuseMembers(point, gate, facts)
    readAttributes(point, { gate, into: facts, readings })
    for (const _ of listOf(point, 'exemplars')) gate.drops.field('metric.exemplars')
    const n = countOf(point)
    if (n === undefined) {
      readings.reject('outOfRange')
      continue
    }
    const [startMs, atMs] = msOf(readTimes(point, times.start, times.at))
    const it = {
      startMs,
      atMs,
      n,
      sum: sumOf(point['sum']),
      temporality,
      identity: [...origin, JSON.stringify(point['attributes'] ?? null)],
    }
    addPoint(facts, resource, it, { name, unit }, { gate, readings })
  }
}

/** How many requests a point stands for: its count, or what its buckets come to. Undefined where it says neither and yet holds something. */
function countOf(point: Json): number | undefined {
  if (point['count'] !== undefined && point['count'] !== null) return wholeOf(point['count'])
  const buckets = memberOf(point, 'bucketCounts')
  if (Array.isArray(buckets) && buckets.length > 0) return buckets.reduce((sum: number, it) => sum + wholeOf(it), 0)
  return point['sum'] === undefined ? 0 : undefined
}

function wholeOf(value: unknown): number {
  const [high, low] = halvesOf(value)
  return high * 4_294_967_296 + low
}

function msOf([one, other]: ReturnType<typeof readTimes>): [number, number] {
  return [toMs(...one), toMs(...other)]
}

/** A double, which JSON writes as a number or as text. */
function sumOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  const isText = typeof value === 'string' && /^(?:NaN|-?(?:Infinity|[\d.]+(?:e[+-]?\d+)?))$/i.test(value)
  if (typeof value !== 'number' && !isText) throw new MalformedBody('a sum is no number')
  return Number(value)
}

function temporalityOf(value: unknown): number {
  const named = { AGGREGATION_TEMPORALITY_DELTA: 1, AGGREGATION_TEMPORALITY_CUMULATIVE: 2, '1': 1, '2': 2 }
  if (typeof value === 'string' && Object.hasOwn(named, value)) return named[value as keyof typeof named]
  return typeof value === 'number' ? value : 0
}

/** Refuses nesting that would use up the stack, and more parts than can be read at once, before anything is parsed. */
function inspect(bytes: Uint8Array): void {
  let [depth, parts, inText] = [0, 0, false]
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]
    if (inText) {
      if (byte === 0x5c) index += 1
      else if (byte === 0x22) inText = false
    } else if (byte === 0x22) inText = true
    else if (byte === 0x7b || byte === 0x5b) {
      parts += 1
      if (++depth > deepest) throw new MalformedBody('it is nested too deeply')
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1
    else if (byte === 0x2c) parts += 1
  }
  if (parts > bodyLimits.jsonParts) {
    throw new OversizedBody(
      `at most ${bodyLimits.jsonParts} lists, objects and commas in one request; send smaller batches`,
    )
  }
}

function parse(bytes: Uint8Array): Json {
  let value: unknown
  // A byte order mark says nothing that isn't known.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString()
    .replace(/^\uFEFF/, '')
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's own message quotes the body.
    const look = lookAtJson(text)
    const where = look === undefined ? '' : ` (line ${look.line}, column ${look.column}: ${look.text})`
    throw new MalformedBody(`it is not JSON${where}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new MalformedBody('it is no object')
  return value as Json
}
