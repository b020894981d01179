import type { Measurement } from '../types.ts'
import {
  absent,
  flag,
  flagValues,
  invalid,
  invalidText,
  longestName,
  numberAt,
  numbersPerRow,
  ringRows,
  rowsAtOnce,
  textsPerNames,
} from './layout.ts'

/** Rows on their way to the sender. */
export interface Rows {
  readonly type: 'rows'
  readonly rows: number
  readonly numbers: Float64Array
  /** Their names, once where rows that follow each other share them. */
  readonly texts: readonly (string | undefined)[]
  /** The number of the first of these names. */
  readonly firstNames: number
}

/**
 * Measurements on their way out of the host's thread, in memory that is used again and again. Appending reads numbers and short texts into
 * their places, and does nothing else: no object, no string, no JSON is made.
 */
export class Ring {
  // What each call needs stands first, and in this object itself: the host's own work has pushed all of it out of the nearest caches.
  #rows = 0
  #next = 0
  #clockMs = 0
  /** How many rows may take the time of the one before them; -1 outside a burst, when each reads the clock. 0 begins one. */
  sharing = -1
  /** Of the last row. Names are numbered as they come. */
  #names = 0
  readonly #numbers = new Float64Array(ringRows * numbersPerRow)
  /** The names of the rows that are here. */
  readonly #texts: (string | undefined)[] = []
  #left = 0

  /** Rows that are here. */
  get rows(): number {
    return this.#rows
  }

  /** Rows that were ever appended. */
  get appended(): number {
    return this.#left + this.#rows
  }

  /** @returns how many rows are here now; where there is no room for another one, some must be dropped before the next */
  append(context: number, it: Measurement): number {
    if (typeof it !== 'object') throw new TypeError()
    // All is read before anything is written: a getter may throw, or come here itself.
    const at = it.at
    const time = at == null ? this.#now() : number(at instanceof Date ? +at : at)
    const latencyMs = number(it.latencyMs)
    const inputTokens = number(it.inputTokens)
    const outputTokens = number(it.outputTokens)
    const costUsd = number(it.costUsd)
    const flags = bit(it.error) + 4 * bit(it.refused) + 16 * bit(it.agreed)
    const route = text(it.route)
    const finishReason = text(it.finishReason)
    const fingerprint = text(it.fingerprint)
    const scored = it.score
    const score = scored == null ? absent : number(scored.value)
    const scoreName = scored == null ? undefined : (text(scored.name) ?? invalidText)

    const texts = this.#texts
    const t = texts.length - textsPerNames
    const isNamed =
      t >= 0 &&
      texts[t] === route &&
      texts[t + 1] === finishReason &&
      texts[t + 2] === scoreName &&
      texts[t + 3] === fingerprint
    if (!isNamed) {
      texts.push(route, finishReason, scoreName, fingerprint)
      this.#names += 1
    }
    const place = this.#next
    const numbers = this.#numbers
    const n = place * numbersPerRow
    numbers[n] = time
    numbers[n + 1] = context
    numbers[n + 2] = latencyMs
    numbers[n + 3] = inputTokens
    numbers[n + 4] = outputTokens
    numbers[n + 5] = costUsd
    numbers[n + 6] = score
    numbers[n + 7] = flags + this.#names * flagValues
    this.#next = (place + 1) & (ringRows - 1)
    return (this.#rows += 1)
  }

  // Reading the clock takes longer than all else here. In a burst, one reading is for 8.
  #now(): number {
    if (this.sharing > 0) this.sharing -= 1
    else {
      this.#clockMs = Date.now()
      if (this.sharing === 0) this.sharing = 7
    }
    return this.#clockMs
  }

  /** Takes out the oldest rows, `rowsAtOnce` at most, or undefined if there are none. */
  take(): Rows | undefined {
    const rows = this.#together
    if (rows === 0) return undefined
    const first = this.#first
    const firstNames = this.#namesAt(first)
    const taken = {
      type: 'rows' as const,
      rows,
      numbers: this.#numbers.slice(first * numbersPerRow, (first + rows) * numbersPerRow),
      texts: this.#texts.slice(0, (this.#namesAt(first + rows - 1) - firstNames + 1) * textsPerNames),
      firstNames,
    }
    this.drop()
    return taken
  }

  /** Drops what `take` would take. @returns how many rows */
  drop(): number {
    const rows = this.#together
    const firstNames = this.#namesAt(this.#first)
    this.#left += rows
    this.#rows -= rows
    if (this.#rows > 0) this.#texts.splice(0, (this.#namesAt(this.#first) - firstNames) * textsPerNames)
    else {
      // The next rows come where the last ones were, which is nearer than where none were for long. And a name may keep a longer text alive.
      this.#next = 0
      this.#texts.length = 0
    }
    return rows
  }

  /** How many of the oldest rows can be taken as they lie. */
  get #together(): number {
    return Math.min(this.#rows, rowsAtOnce, ringRows - this.#first)
  }

  get #first(): number {
    return (this.#next - this.#rows) & (ringRows - 1)
  }

  #namesAt(row: number): number {
    return Math.floor((this.#numbers[row * numbersPerRow + numberAt.marks] ?? 0) / flagValues)
  }
}

function number(value: unknown): number {
  if (value == null) return absent
  return typeof value === 'number' && value === value ? value : invalid
}

function text(value: unknown): string | undefined {
  if (value == null) return undefined
  return typeof value === 'string' && value.length <= longestName ? value : invalidText
}

function bit(value: unknown): number {
  if (value == null) return flag.absent
  return value === true ? flag.yes : value === false ? flag.no : flag.invalid
}
