import { createHash } from 'node:crypto'
import type { TelemetryAnswer, TelemetryBatch } from '@afterai/contract'
import type { Measurement } from '@afterai/evidence'
import type { Caller } from '../../access/index.ts'
import { isRefusal } from '../gate/finish-reasons.ts'
import { Readings } from '../body-readings.ts'
import type { Batch, BatchOutcome, PlacedEvent } from './batch.ts'

type MeasureEvent = Extract<TelemetryBatch['events'][number], { kind: 'measure' }>

/** Turns a checked request into a batch. @param body its bytes, unpacked */
export function readTelemetryBatch(wanted: TelemetryBatch, body: Uint8Array, caller: Caller, nowMs: number): Batch {
  const readings = new Readings(nowMs)
  const rejected: { index: number; detail: string }[] = []
  const events: PlacedEvent[] = []
  for (const [index, event] of wanted.events.entries()) {
    if (event.kind !== 'measure') {
      events.push({ index, event })
      continue
    }
    const { future = 0, late = 0 } = readings.rejections
    readings.add(readingOf(event))
    const isFuture = (readings.rejections.future ?? 0) > future
    if (!isFuture && (readings.rejections.late ?? 0) === late) continue
    const detail = isFuture ? 'lies in the future; check the clock' : 'is older than 7 days'
    rejected.push({ index, detail })
  }
  const { bootId, sequence, dropped } = wanted
  return {
    caller,
    door: 'rest',
    receipt: {
      key: createHash('sha256').update(`rest ${bootId} ${sequence}`).digest(),
      digest: createHash('sha256').update(body).digest(),
    },
    readings: readings.list,
    spans: readings.spans,
    refused: { rejections: {}, rejected },
    loneSteps: [],
    drops: undefined,
    client: { bootId, sequence, dropped, events: wanted.events.length },
    events,
  }
}

function readingOf(event: MeasureEvent): Parameters<Readings['add']>[0] {
  const { system, environment, route, at, fingerprint, latencyMs, inputTokens, outputTokens, costUsd } = event
  const { score, finishReason, error, refused, agreed } = event
  const judged = score !== undefined || agreed !== undefined
  const isCall =
    !judged ||
    [latencyMs, inputTokens, outputTokens, costUsd, finishReason, error, refused].some((it) => it !== undefined)
  const measurement: Measurement = {
    isCall,
    latencyMs,
    inputTokens,
    outputTokens,
    costUsd,
    score,
    finishReason,
    error,
    // A host that hands on the reason needn't say what it means.
    refused: refused ?? (finishReason === undefined ? undefined : isRefusal(finishReason)),
    agreed,
  }
  return { kind: 'measure', system, environment, route, fingerprint, atMs: Date.parse(at), measurement }
}

/** The answer to a batch, once it is durable. */
export function answerOf(outcome: BatchOutcome, eventCount: number, now: Date): TelemetryAnswer {
  const all = outcome.rejected.toSorted((a, b) => a.index - b.index)
  return {
    accepted: eventCount - all.length,
    rejected: all,
    duplicate: outcome.duplicate,
    serverTime: now.toISOString(),
  }
}
