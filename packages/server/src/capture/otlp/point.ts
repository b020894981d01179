import { isOtherOperation, placeOf, systemOf } from '../call.ts'
import type { Gate } from '../gate/gate.ts'
import { type Facts, slots } from '../gate/slots.ts'
import type { Readings } from '../body-readings.ts'
import type { RejectionReason, SummaryReading } from '../readings.ts'
import { addPlaced } from './placed.ts'

/** The metrics that are read: `gen_ai.client.*` of OpenTelemetry. */
export const tokenUsage = 'gen_ai.client.token.usage'
/** The metric of how long operations took, whose unit the point names. */
export const operationDuration = 'gen_ai.client.operation.duration'

const delta = 1
const cumulative = 2

/** Most requests that a point may stand for, and most that each of them may have of a quantity. */
const mostRequests = 1e12
const most = { latencyMs: 86_400_000, inputTokens: 1e9, outputTokens: 1e9 } as const

/** Milliseconds of a unit of durations, by its sign in UCUM. Without one it is OpenTelemetry's own, seconds. */
const msOf = { '': 1e3, s: 1e3, ms: 1, us: 1e-3, ns: 1e-6 } as const
/** A unit of durations that is read, by its sign in UCUM; empty where none is named. */
export type DurationUnit = keyof typeof msOf

/** The unit of durations that a text names. */
export function durationUnitOf(text: string): DurationUnit | undefined {
  return Object.hasOwn(msOf, text) ? (text as DurationUnit) : undefined
}

/** A metric by its name, and its unit; `undefined` for one that isn't known. */
export interface Metric {
  readonly name: string
  readonly unit: DurationUnit | undefined
}

/** One data point of a histogram. A number that is there and is none is NaN. */
export interface Point {
  readonly startMs: number
  readonly atMs: number
  readonly n: number
  /** Undefined where the point has none: what its requests come to isn't known. */
  readonly sum: number | undefined
  /** `aggregationTemporality` of OTLP: 1 for what is new, 2 for a running total. */
  readonly temporality: number
  /** The identity of its stream among others: the resource, the scope and its attributes as they came. Only a keyed digest of them is made. */
  readonly identity: readonly (Uint8Array | string)[]
}

/** Adds what a data point of one of the metrics above tells of. */
export function addPoint(
  point: Facts,
  from: Facts,
  it: Point,
  metric: Metric,
  { gate, readings }: { gate: Gate; readings: Readings },
): void {
  // No requests at all: there is nothing to lose.
  if (it.n === 0) return gate.drops.field('wrong_form')
  // One whose name isn't known may be a request's.
  if (point.isUnread(slots.operation)) return readings.reject('operation')
  if (isOtherOperation(point)) {
    if (metric.name === tokenUsage) readings.stepPoint(systemOf(from))
    return gate.drops.field('metric.operation')
  }
  const quantity = quantityOf(metric.name, point)
  if (quantity === undefined) return readings.reject('tokenType')
  const scale = quantity === 'latencyMs' ? msOf[metric.unit ?? ''] : 1
  const [n, sum] = [it.n, it.sum === undefined ? undefined : it.sum * scale]
  const fault = faultOf(it, metric, quantity, sum)
  if (fault !== undefined || sum === undefined) return readings.reject(fault ?? 'noSum')
  const told = { ...placeOf(point, from), atMs: it.atMs || readings.nowMs, quantity, n, sum }
  const reading =
    it.temporality === delta
      ? ({ kind: 'summary', ...told } as const)
      : ({ kind: 'running', ...told, series: seriesOf(it, metric, gate), startMs: it.startMs } as const)
  if (addPlaced(reading, point, from, readings) && it.atMs === 0) readings.remark('untimed')
}

function seriesOf({ startMs, identity }: Point, { name }: Metric, gate: Gate): string {
  return gate.digestSeries([name, String(startMs), ...identity])
}

function faultOf(
  { startMs, atMs, n, temporality }: Point,
  { unit }: Metric,
  quantity: SummaryReading['quantity'],
  sum: number | undefined,
): RejectionReason | undefined {
  if (Number.isNaN(startMs + atMs)) return 'time'
  if (temporality !== delta && temporality !== cumulative) return 'temporality'
  if (quantity === 'latencyMs' && unit === undefined) return 'unit'
  if (sum === undefined) return 'noSum'
  return n >= 1 && n <= mostRequests && sum >= 0 && sum <= n * most[quantity] ? undefined : 'outOfRange'
}

function quantityOf(metric: string, point: Facts): SummaryReading['quantity'] | undefined {
  if (metric === operationDuration) return 'latencyMs'
  const type = point.text(slots.tokenType)
  if (type === 'input') return 'inputTokens'
  return type === 'output' || type === 'completion' ? 'outputTokens' : undefined
}
