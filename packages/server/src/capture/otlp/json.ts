import { attributeIdOf } from '../gate/attribute-index.ts'
import { bodyLimits, OversizedBody } from '../gate/body-size.ts'
import type { Gate } from '../gate/gate.ts'
import { Facts } from '../gate/slots.ts'
import type { Readings } from '../readings.ts'
import { readJsonValue } from './json-value.ts'
import { addScore, scoreEvent } from './logs.ts'
import { MalformedBody } from './malformed.ts'
import { addPoint, durationUnitOf, operationDuration, tokenUsage } from './metrics.ts'
import { readJsonIds } from './json-ids.ts'
import { takeSpan, ticksOf } from './spans.ts'
import { toMs } from './traces.ts'

type Json = Readonly<Record<string, unknown>>

const deepest = 64
const resource = new Facts()
const facts = new Facts()
/** The texts of the resource and the scope whose metrics are being read. */
let origin: readonly string[] = []
/** The name of the scope whose spans are being read. */
let scopeName = ''

/** The three kinds of body, by the name that their list of resources has. */
export type JsonSignal = 'resourceSpans' | 'resourceMetrics' | 'resourceLogs'

const layouts = {
  resourceSpans: { scopes: 'scopeSpans', items: 'spans', read: readSpan },
  resourceMetrics: { scopes: 'scopeMetrics', items: 'metrics', read: readMetric },
  resourceLogs: { scopes: 'scopeLogs', items: 'logRecords', read: readRecord },
} as const

/** Reads an OTLP request in JSON to the same readings as its protobuf form. @throws MalformedBody */
export function readJson(bytes: Uint8Array, signal: JsonSignal, gate: Gate, readings: Readings): void {
  inspect(bytes)
  const body = parse(bytes)
  for (const name of Object.keys(body)) if (name !== signal) gate.drops.field('unknown_field')
  try {
    readResources(listOf(body, signal), signal, gate, readings)
  } finally {
    // Texts of the body, which would be kept until the next one.
    origin = []
    scopeName = ''
  }
}

function readResources(resources: readonly Json[], signal: JsonSignal, gate: Gate, readings: Readings): void {
  const layout = layouts[signal]
  for (const it of resources) {
    gate.size.item()
    resource.clear()
    const about = objectOf(it['resource'])
    readAttributes(about, gate, resource)
    for (const scope of listOf(it, layout.scopes)) {
      gate.size.item()
      for (const _ of listOf(objectOf(scope['scope']), 'attributes')) gate.drops.field('scope.attributes')
      scopeName = textOf(objectOf(scope['scope'])['name'])
      if (signal === 'resourceMetrics') origin = [JSON.stringify(about), JSON.stringify(scope['scope'] ?? null)]
      for (const item of listOf(scope, layout.items)) {
        gate.size.item()
        facts.clear()
        layout.read(item, gate, readings)
      }
    }
  }
}

function readSpan(span: Json, gate: Gate, readings: Readings): void {
  readAttributes(span, gate, facts)
  const status = objectOf(span['status'])
  if (span['traceState']) gate.drops.field('span.trace_state')
  for (const _ of listOf(span, 'events')) gate.drops.field('span.events')
  for (const _ of listOf(span, 'links')) gate.drops.field('span.links')
  if (status['message']) gate.drops.field('span.status.message')
  const [start, end] = [halvesOf(span['startTimeUnixNano']), halvesOf(span['endTimeUnixNano'])]
  const outline = {
    ids: readJsonIds(span),
    source: { startTicks: ticksOf(...start), endTicks: ticksOf(...end), scope: scopeName },
    startMs: toMs(...start),
    endMs: toMs(...end),
    durationMs: ((end[0] - start[0]) * 4_294_967_296 + (end[1] - start[1])) / 1e6,
    failed: status['code'] === 2 || status['code'] === 'STATUS_CODE_ERROR',
  }
  takeSpan(facts, resource, outline, { gate, readings })
}

function readRecord(record: Json, gate: Gate, readings: Readings): void {
  readAttributes(record, gate, facts)
  if (Object.keys(objectOf(record['body'])).length > 0) gate.drops.field('log.body')
  const atMs = toMs(...halvesOf(record['timeUnixNano'])) || toMs(...halvesOf(record['observedTimeUnixNano']))
  const isScore = textOf(record['eventName']) === scoreEvent
  addScore(facts, resource, { isScore, atMs }, gate, readings)
}

function readMetric(metric: Json, gate: Gate, readings: Readings): void {
  const { name } = metric
  if (name !== tokenUsage && name !== operationDuration) return gate.drops.field('metric.other')
  const data = metric['histogram'] ?? metric['exponentialHistogram']
  if (data === undefined) return gate.drops.field('metric.kind')
  const unit = durationUnitOf(textOf(metric['unit']))
  const temporality = temporalityOf(objectOf(data)['aggregationTemporality'])
  for (const point of listOf(objectOf(data), 'dataPoints')) {
    gate.size.item()
    facts.clear()
    readAttributes(point, gate, facts)
    for (const _ of listOf(point, 'exemplars')) gate.drops.field('metric.exemplars')
    const [high, low] = halvesOf(point['count'])
    const it = {
      startMs: toMs(...halvesOf(point['startTimeUnixNano'])),
      atMs: toMs(...halvesOf(point['timeUnixNano'])),
      n: high * 4_294_967_296 + low,
      sum: sumOf(point['sum']),
      temporality,
      identity: [...origin, JSON.stringify(point['attributes'] ?? null)],
    }
    addPoint(facts, resource, it, { name, unit }, { gate, readings })
  }
}

/** A double, which JSON writes as a number or as text. */
function sumOf(value: unknown): number {
  if (value === undefined || value === null) return 0
  const isText = typeof value === 'string' && /^(?:NaN|-?(?:Infinity|[\d.]+(?:e[+-]?\d+)?))$/i.test(value)
  if (typeof value !== 'number' && !isText) throw new MalformedBody('a sum is no number')
  return Number(value)
}

function temporalityOf(value: unknown): number {
  const named = { AGGREGATION_TEMPORALITY_DELTA: 1, AGGREGATION_TEMPORALITY_CUMULATIVE: 2 }
  if (typeof value === 'string' && Object.hasOwn(named, value)) return named[value as keyof typeof named]
  return typeof value === 'number' ? value : 0
}

function readAttributes(it: Json, gate: Gate, into: Facts): void {
  for (const { key, value } of listOf(it, 'attributes')) {
    gate.size.attribute()
    const id = attributeIdOf(textOf(key))
    if (id < 0) gate.drops.attribute(-1 - id)
    else if (gate.isPresence(id)) gate.present(id, into)
    else readJsonValue(objectOf(value), gate, { id, facts: into })
  }
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
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
  } catch {
    // The parser's own message quotes the body.
    throw new MalformedBody('it is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new MalformedBody('it is no object')
  return value as Json
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function listOf(it: Json, name: string): readonly Json[] {
  const list = Object.hasOwn(it, name) ? it[name] : undefined
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) throw new MalformedBody(`a list is none`)
  return list.map(objectOf)
}

/** An unsigned integer of 64 bits, which JSON writes as text or as a number, in two halves. */
function halvesOf(value: unknown): [high: number, low: number] {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || !/^\d{1,20}$/.test(text)) return [0, 0]
  const whole = BigInt.asUintN(64, BigInt(text))
  return [Number(whole >> 32n), Number(whole & 0xffff_ffffn)]
}
