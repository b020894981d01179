import { flag, flagValues, numberAt } from '../capture/layout.ts'
import { InvalidField } from '../names.ts'
import type { Context } from './contexts.ts'
import type { RowNames } from './row-names.ts'

/** The last instant that an RFC 3339 timestamp can tell. */
const lastInstant = 253_402_300_799_999

/** Writes rows as the events that the contract asks for. */
export class RowEncoder {
  #second = -1
  #upToSecond = ''

  /**
   * The row whose numbers begin at `n`.
   * @throws {InvalidField} that keeps it from being an event
   */
  encode(numbers: Float64Array, n: number, names: RowNames, context: Context | undefined, skewMs: number): string {
    const value = (field: keyof typeof numberAt): number => numbers[n + numberAt[field]] as number
    if (context === undefined) throw new InvalidField('system')
    if (names.invalid !== undefined) throw new InvalidField(names.invalid)
    const { fingerprint = context.fingerprint, scoreName } = names
    const marks = value('marks') % flagValues
    return (
      `{"kind":"measure",${context.json},"at":"${this.#instant(value('time') + skewMs)}"${names.json}` +
      (fingerprint === undefined ? '' : `,"fingerprint":"${fingerprint}"`) +
      (scoreName === undefined ? '' : `,"score":{"name":"${scoreName}"${scoreOf(value('score'))}}`) +
      numberOf('latencyMs', value('latencyMs'), 86_400_000) +
      wholeOf('inputTokens', value('inputTokens'), 1_000_000_000) +
      wholeOf('outputTokens', value('outputTokens'), 1_000_000_000) +
      numberOf('costUsd', value('costUsd'), 1_000_000) +
      flagOf('error', marks) +
      flagOf('refused', marks >> 2) +
      flagOf('agreed', marks >> 4) +
      '}'
    )
  }

  // Most rows are of the same second as the one before.
  #instant(time: number): string {
    if (!(time >= 0 && time <= lastInstant)) throw new InvalidField('at')
    const second = Math.floor(time / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#upToSecond = new Date(second * 1000).toISOString().slice(0, -4)
    }
    return `${this.#upToSecond}${String(Math.floor(time) % 1000).padStart(3, '0')}Z`
  }
}

function numberOf(field: string, value: number, most: number): string {
  if (Number.isNaN(value)) return ''
  if (!(value >= 0 && value <= most)) throw new InvalidField(field)
  return `,"${field}":${value}`
}

function wholeOf(field: string, value: number, most: number): string {
  if (!Number.isNaN(value) && !Number.isInteger(value)) throw new InvalidField(field)
  return numberOf(field, value, most)
}

function scoreOf(value: number): string {
  if (!(Math.abs(value) <= 1e9)) throw new InvalidField('score')
  return `,"value":${value}`
}

function flagOf(field: string, marks: number): string {
  const digit = marks & 3
  if (digit === flag.invalid) throw new InvalidField(field)
  return digit === flag.absent ? '' : `,"${field}":${digit === flag.yes}`
}
