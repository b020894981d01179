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
  const number = numberOf(record)
  const score = number === undefined ? verdictOf(record, name) : { name, value: number }
  if (score === undefined) return readings.reject('scoreValue')
  const reading = {
    kind: 'measure',
    ...placeOf(record, from),
    atMs: atMs || readings.nowMs,
    fingerprint: undefined,
    measurement: { isCall: false, score },
  } as const
  if (!addPlaced(reading, record, from, readings)) return
  if (atMs === 0) readings.remark('untimed')
  if (number === undefined && record.at(slots.score) !== undefined) readings.remark('scoreNumber')
}

const signs = [slots.scoreName, slots.score, slots.scoreLabel]

function numberOf(record: Facts): number | undefined {
  const value = record.number(slots.score)
  return value !== undefined && Math.abs(value) <= largestScore ? value : undefined
}

/** A verdict as a number: 1 where it was passed, under a name of its own, since another source may tell the same evaluation's numbers on another scale. */
function verdictOf(record: Facts, name: string): { name: string; value: number } | undefined {
  const verdict = record.text(slots.scoreLabel)
  return verdict === undefined ? undefined : { name: `${name}:pass`, value: passed.has(verdict) ? 1 : 0 }
}
