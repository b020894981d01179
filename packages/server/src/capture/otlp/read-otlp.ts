import { type DigestKey, Gate } from '../gate/gate.ts'
import { Readings } from '../body-readings.ts'
import { checkForm, type Encoding } from './body-form.ts'
import { readJson } from './json.ts'
import { readLogs } from './logs.ts'
import { readMetrics } from './metrics.ts'
import { readTraces } from './traces.ts'
import { Wire } from './wire.ts'

/** A signal of OTLP: the kind of telemetry that a request carries. */
export type Signal = 'traces' | 'metrics' | 'logs'

const readers = { traces: readTraces, metrics: readMetrics, logs: readLogs } as const
const lists = { traces: 'resourceSpans', metrics: 'resourceMetrics', logs: 'resourceLogs' } as const

/** Readings of a body, and the gate that they came through. */
export interface ReadBody {
  readonly readings: Readings
  readonly gate: Gate
}

/** Reads a body of OTLP through the gate. It is synchronous and keeps nothing of the body. @throws MalformedBody, OversizedBody */
export function readOtlp(
  bytes: Uint8Array,
  kind: { readonly signal: Signal; readonly encoding: Encoding },
  context: { readonly digestKey: DigestKey; readonly nowMs: number },
): ReadBody {
  const gate = new Gate(context.digestKey)
  const readings = new Readings(context.nowMs)
  checkForm(bytes, kind.encoding)
  if (kind.encoding === 'json') readJson(bytes, lists[kind.signal], gate, readings)
  else readers[kind.signal](new Wire(bytes), gate, readings)
  return { readings, gate }
}
