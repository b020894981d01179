import type { Gate } from '../gate/gate.ts'
import { Facts } from '../gate/slots.ts'
import type { Readings } from '../body-readings.ts'
import { readAttribute } from './attributes.ts'
import { isTextAt } from './interned-text.ts'
import { addPoint, type DurationUnit, durationUnitOf, type Metric, operationDuration, tokenUsage } from './point.ts'
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
const startField = 2

/** The two kinds of histogram differ in where the attributes and the exemplars lie. */
const layouts: ReadonlyMap<number, { attributes: number; exemplars: number }> = new Map([
  [histogram, { attributes: 9, exemplars: 8 }],
  [exponentialHistogram, { attributes: 1, exemplars: 11 }],
])

const longestUnit = 2

const resource = new Facts()
const facts = new Facts()
const none = new Uint8Array(0)
const origin: Origin = { resource: none, scope: none }

/** Reads the token and duration histograms of an ExportMetricsServiceRequest. @throws MalformedBody */
export function readMetrics(wire: Wire, gate: Gate, readings: Readings): void {
  const end = wire.bytes.length
  wire.at = 0
  try {
    while (wire.next(end)) {
      if (wire.field !== 1 || wire.type !== wireLength) gate.drops.field('unknown_field')
      else readResource(wire, gate, { facts: resource, items: metricsOfScope, readItem: readMetric, readings, origin })
    }
    readings.findLoneSteps()
  } finally {
    // They are parts of the body, which would be kept until the next one.
    origin.resource = none
    origin.scope = none
  }
}

function readMetric(wire: Wire, start: number, end: number, gate: Gate, readings: Readings): void {
  gate.size.item()
  let [name, kind, dataStart, dataEnd, isMetric] = ['', 0, 0, 0, true]
  let unit: DurationUnit | undefined = ''
  wire.at = start
  while (wire.next(end)) {
    const { field, type } = wire
    if (field === metricName && type === wireLength) name = knownName(wire)
    else if (field === metricUnit && type === wireLength) unit = unitIn(wire)
    else if (metricKinds.has(field) && type === wireLength) [kind, dataStart, dataEnd] = [field, wire.start, wire.end]
    // A log record has its time where a metric has its name, a span its beginning among the kinds.
    else if (field === metricName || metricKinds.has(field)) isMetric = false
  }
  const layout = layouts.get(kind)
  if (!isMetric) readings.reject('shape')
  else if (name === '') gate.drops.field('metric.other')
  else if (layout === undefined) {
    gate.drops.field('metric.kind')
    readings.reject('metricKind', countPoints(wire, dataStart, dataEnd))
  } else readHistogram(wire, dataStart, dataEnd, gate, { metric: { name, unit }, layout, readings })
}

/** How many points lie in data of any kind. */
function countPoints(wire: Wire, start: number, end: number): number {
  let count = 0
  wire.at = start
  while (wire.next(end)) if (wire.field === points && wire.type === wireLength) count += 1
  return count
}

function knownName({ bytes, start, end }: Wire): string {
  if (isTextAt(tokenUsage, bytes, start, end)) return tokenUsage
  return isTextAt(operationDuration, bytes, start, end) ? operationDuration : ''
}

function unitIn({ bytes, start, end }: Wire): DurationUnit | undefined {
  return end - start > longestUnit ? undefined : durationUnitOf(String.fromCharCode(...bytes.subarray(start, end)))
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
  let [startMs, atMs, n] = [0, 0, 0]
  let sum: number | undefined
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
    else if (field === startField || field === timeField) atMs = Number.NaN
    else if (field === countField || field === sumField) n = Number.NaN
  }
  addPoint(facts, resource, { startMs, atMs, n, sum, temporality: kind, identity }, metric, { gate, readings })
}
