import { placeOf } from '../call.ts'
import { verdicts } from '../gate/attribute-table.ts'
import { type Facts, slots } from '../gate/slots.ts'
import type { Readings } from '../body-readings.ts'
import { addPlaced } from './placed.ts'

/** The event that is the score of an evaluation. */
export const scoreEvent = 'gen_ai.evaluation.result'
/** Where a score without a name is counted. */
const unnamed = 'score'
const largestScore = 1e9
const passed: ReadonlySet<string> = new Set(verdicts.pass)

/** Whether a record that isn't the event of a score has what one has. */
export function looksLikeScore(record: Facts): boolean {
  return signs.some((slot) => record.at(slot) !== undefined)
}

/** Adds the score that a log record's facts tell of. `atMs` is NaN where its time is none. */
export function addScore(record: Facts, from: Facts, atMs: number, readings: Readings): void {
  if (Number.isNaN(atMs)) return readings.reject('time')
  const name = record.at(slots.scoreName) ?? unnamed
  if (typeof name !== 'string') return readings.reject('scoreName')
  const score = scoreOf(record, name)
  if (score === undefined) return readings.reject('scoreValue')
  const reading = {
    kind: 'measure',
    ...placeOf(record, from),
    atMs: atMs || readings.nowMs,
    fingerprint: undefined,
    measurement: { isCall: false, score },
  } as const
  addPlaced(reading, record, from, readings)
}

const signs = [slots.scoreName, slots.score, slots.scoreLabel]

/**
 * The number of a score, or that of a verdict: 1 where it was passed, under a name of its own, since another source may tell the same
 * evaluation's numbers on another scale.
 */
function scoreOf(record: Facts, name: string): { name: string; value: number } | undefined {
  const value = record.number(slots.score)
  if (value !== undefined) return Math.abs(value) <= largestScore ? { name, value } : undefined
  const verdict = record.text(slots.scoreLabel)
  // A number that couldn't be read is no verdict.
  if (verdict === undefined || record.isUnread(slots.score)) return undefined
  return { name: `${name}:pass`, value: passed.has(verdict) ? 1 : 0 }
}
