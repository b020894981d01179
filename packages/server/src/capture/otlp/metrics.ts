import { isOtherOperation, placeOf } from '../call.ts'
import type { Gate } from '../gate/gate.ts'
import { Facts, slots } from '../gate/slots.ts'
import type { Readings, SummaryReading } from '../readings.ts'
import { readAttribute } from './attributes.ts'
import { isTextAt } from './interned-text.ts'
import { type Origin, readResource } from './resource.ts'
import { toMs } from './traces.ts'
import { type Wire, wireFixed64, wireLength, wireVarint } from './wire.ts'

// Fields of ScopeMetrics, Metric, Histogram and HistogramDataPoint (opentelemetry/proto/metrics/v1).
const metricsOfScope = 2
const metricName = 1
const metricUnit = 3
const histogram = 9
const exponentialHistogram = 10
const metricKinds: ReadonlySet<number> = new Set([5, 7, 9, 10, 11])
const points = 1
const temporality = 2
const timeField = 3
const countField = 4
const sumField = 5
const delta = 1
const cumulative = 2
const startField = 2

/** The two kinds of histogram differ in where the attributes and the exemplars lie. */
const layouts: ReadonlyMap<number, { attributes: number; exemplars: number }> = new Map([
  [histogram, { attributes: 9, exemplars: 8 }],
  [exponentialHistogram, { attributes: 1, exemplars: 11 }],
])

/** The metrics that are read: `gen_ai.client.*` of OpenTelemetry. */
export const tokenUsage = 'gen_ai.client.token.usage'
export const operationDuration = 'gen_ai.client.operation.duration'

/** Most requests that a point may stand for, and most that each of them may have of a quantity. */
const mostRequests = 1e12
const most = { latencyMs: 86_400_000, inputTokens: 1e9, outputTokens: 1e9 } as const

/** Milliseconds of a unit of durations, by its sign in UCUM. Without one it is OpenTelemetry's own, seconds. */
const msOf = { '': 1e3, s: 1e3, ms: 1, us: 1e-3, ns: 1e-6 } as const
type DurationUnit = keyof typeof msOf
const longestUnit = 2

/** A metric by its name, and its unit; `undefined` for one that isn't known. */
export interface Metric {
  readonly name: string
  readonly unit: DurationUnit | undefined
}

const resource = new Facts()
const facts = new Facts()
const none = new Uint8Array(0)
const origin: Origin = { resource: none, scope: none }

/** One data point of a histogram. */
export interface Point {
  readonly startMs: number
  readonly atMs: number
  readonly n: number
  readonly sum: number
  /** `aggregationTemporality` of OTLP: 1 for what is new, 2 for a running total. */
  readonly temporality: number
  /** What tells its stream from others: the resource, the scope and its attributes as they came. Only a keyed digest of them is made. */
  readonly identity: readonly (Uint8Array | string)[]
}

/** Reads the token and duration histograms of an ExportMetricsServiceRequest. @throws MalformedBody */
export function readMetrics(wire: Wire, gate: Gate, readings: Readings): void {
  const end = wire.bytes.length
  wire.at = 0
  try {
    while (wire.next(end)) {
      if (wire.field !== 1 || wire.type !== wireLength) gate.drops.field('unknown_field')
      else readResource(wire, gate, { facts: resource, items: metricsOfScope, readItem: readMetric, readings, origin })
    }
  } finally {
    // They are parts of the body, which would be kept until the next one.
    origin.resource = none
    origin.scope = none
  }
}

function readMetric(wire: Wire, start: number, end: number, gate: Gate, readings: Readings): void {
  gate.size.item()
  let [name, kind, dataStart, dataEnd] = ['', 0, 0, 0]
  let unit: DurationUnit | undefined = ''
  wire.at = start
  while (wire.next(end)) {
    const { field, type } = wire
    if (field === metricName && type === wireLength) name = knownName(wire)
    else if (field === metricUnit && type === wireLength) unit = unitIn(wire)
    else if (metricKinds.has(field) && type === wireLength) [kind, dataStart, dataEnd] = [field, wire.start, wire.end]
  }
  const layout = layouts.get(kind)
  if (name === '') gate.drops.field('metric.other')
  else if (layout === undefined) gate.drops.field('metric.kind')
  else readHistogram(wire, dataStart, dataEnd, gate, { metric: { name, unit }, layout, readings })
}

function knownName({ bytes, start, end }: Wire): string {
  if (isTextAt(tokenUsage, bytes, start, end)) return tokenUsage
  return isTextAt(operationDuration, bytes, start, end) ? operationDuration : ''
}

function unitIn({ bytes, start, end }: Wire): DurationUnit | undefined {
  return end - start > longestUnit ? undefined : durationUnitOf(String.fromCharCode(...bytes.subarray(start, end)))
}

/** The unit of durations that a text names. */
export function durationUnitOf(text: string): DurationUnit | undefined {
  return Object.hasOwn(msOf, text) ? (text as DurationUnit) : undefined
}

interface HistogramReader {
  readonly metric: Metric
  readonly layout: { readonly attributes: number; readonly exemplars: number }
  readonly readings: Readings
}

function readHistogram(wire: Wire, start: number, end: number, gate: Gate, reader: HistogramReader): void {
  // The temporality may stand behind the points.
  let kind = 0
  wire.at = start
  while (wire.next(end)) {
    if (wire.field === temporality && wire.type === wireVarint) kind = wire.low
  }
  wire.at = start
  while (wire.next(end)) {
    if (wire.field !== points || wire.type !== wireLength) continue
    const after = wire.at
    readPoint(wire, wire.start, wire.end, gate, { ...reader, temporality: kind })
    wire.at = after
  }
}

function readPoint(
  wire: Wire,
  start: number,
  end: number,
  gate: Gate,
  { metric, layout, readings, temporality: kind }: HistogramReader & { temporality: number },
): void {
  gate.size.item()
  facts.clear()
  let [startMs, atMs, n, sum] = [0, 0, 0, 0]
  const identity: Uint8Array[] = [origin.resource, origin.scope]
  wire.at = start
  while (wire.next(end)) {
    const { field, type, at } = wire
    if (field === layout.attributes && type === wireLength) {
      gate.size.attribute()
      identity.push(wire.bytes.subarray(wire.start, wire.end))
      readAttribute(wire, wire.start, wire.end, gate, facts)
      wire.at = at
    } else if (field === layout.exemplars && type === wireLength) gate.drops.field('metric.exemplars')
    else if (field === startField && type === wireFixed64) startMs = toMs(wire.high, wire.low)
    else if (field === timeField && type === wireFixed64) atMs = toMs(wire.high, wire.low)
    else if (field === countField && type === wireFixed64) n = wire.high * 4_294_967_296 + wire.low
    else if (field === sumField && type === wireFixed64) sum = wire.double()
  }
  addPoint(facts, resource, { startMs, atMs, n, sum, temporality: kind, identity }, metric, { gate, readings })
}

/** Adds what a data point of one of the metrics above tells of. */
export function addPoint(
  point: Facts,
  from: Facts,
  { startMs, atMs, n, sum, temporality: kind, identity }: Point,
  { name, unit }: Metric,
  { gate, readings }: { gate: Gate; readings: Readings },
): void {
  if (isOtherOperation(point)) return gate.drops.field('metric.operation')
  const quantity = quantityOf(name, point)
  const isTotal = kind === cumulative
  const isWellFormed = n >= 1 && sum >= 0
  if (quantity === undefined || !isWellFormed || !(isTotal || kind === delta)) return gate.drops.field('wrong_form')
  if (quantity === 'latencyMs' && unit === undefined) return readings.reject('unit')
  const scaled = quantity === 'latencyMs' ? sum * msOf[unit ?? ''] : sum
  if (n > mostRequests || scaled > n * most[quantity]) return readings.reject('outOfRange')
  const told = { ...placeOf(point, from), atMs: atMs || readings.nowMs, quantity, n, sum: scaled }
  if (!isTotal) return void readings.add({ kind: 'summary', ...told })
  const series = gate.digestSeries([name, String(startMs), ...identity])
  readings.add({ kind: 'running', ...told, series, startMs })
}

function quantityOf(metric: string, point: Facts): SummaryReading['quantity'] | undefined {
  if (metric === operationDuration) return 'latencyMs'
  const type = point.text(slots.tokenType)
  if (type === 'input') return 'inputTokens'
  return type === 'output' || type === 'completion' ? 'outputTokens' : undefined
}
