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

/** Rows on their way from one thread to the other. */
export interface Rows {
  readonly rows: number
  readonly numbers: Float64Array
  /** The names of the rows, each once where rows that follow each other share them. */
  readonly texts: readonly (string | undefined)[]
  /** The place of the first of them. */
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
  #isBurst = false
  readonly #numbers = new Float64Array(ringRows * numbersPerRow)
  /** Whether the last row's names are here to be shared, which they are at `#names`, and besides in these four. */
  #isNamed = false
  #names = 0
  #route: string | undefined
  #finishReason: string | undefined
  #scoreName: string | undefined
  #fingerprint: string | undefined
  // It grows with what is written, and so has no holes: an array with holes is cloned far more slowly.
  readonly #texts: (string | undefined)[] = []
  #nextNames = 0
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

    if (
      !this.#isNamed ||
      route !== this.#route ||
      finishReason !== this.#finishReason ||
      scoreName !== this.#scoreName ||
      fingerprint !== this.#fingerprint
    )
      this.#rename(route, finishReason, scoreName, fingerprint)
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

  // As many names as there are rows, at most.
  #rename(
    route: string | undefined,
    finishReason: string | undefined,
    scoreName: string | undefined,
    fingerprint: string | undefined,
  ): void {
    const names = this.#nextNames
    const texts = this.#texts
    const t = names * textsPerNames
    texts[t] = this.#route = route
    texts[t + 1] = this.#finishReason = finishReason
    texts[t + 2] = this.#scoreName = scoreName
    texts[t + 3] = this.#fingerprint = fingerprint
    this.#names = names
    this.#nextNames = (names + 1) & (ringRows - 1)
    this.#isNamed = true
  }

  // Reading the clock takes longer than all else here. In a burst, one reading is for 8.
  #now(): number {
    if (!this.#isBurst || (this.#rows & 7) === 0) this.#clockMs = Date.now()
    return this.#clockMs
  }

  /** Until rows are next taken out, time doesn't pass that a host's thread could have noticed. */
  startBurst(): void {
    this.#isBurst = true
  }

  /** Takes out the oldest rows, `rowsAtOnce` at most, or undefined if there are none. */
  take(): Rows | undefined {
    this.#isBurst = false
    const rows = this.#together
    if (rows === 0) return undefined
    const first = this.#first
    const firstNames = this.#namesAt(first)
    const lastNames = this.#namesAt(first + rows - 1)
    const texts = this.#texts
    const taken = {
      rows,
      numbers: this.#numbers.slice(first * numbersPerRow, (first + rows) * numbersPerRow),
      texts:
        firstNames <= lastNames
          ? texts.slice(firstNames * textsPerNames, (lastNames + 1) * textsPerNames)
          : [...texts.slice(firstNames * textsPerNames), ...texts.slice(0, (lastNames + 1) * textsPerNames)],
      firstNames,
    }
    this.drop()
    return taken
  }

  /** Drops the oldest rows, `rowsAtOnce` at most. @returns how many */
  drop(): number {
    const rows = this.#together
    if (rows === 0) return 0
    const first = this.#first
    this.#left += rows
    this.#rows -= rows
    this.#letGo(this.#namesAt(first), this.#rows === 0 ? this.#nextNames : this.#namesAt(this.#first))
    if (this.#rows === 0) this.#startAgain()
    return rows
  }

  get #first(): number {
    return (this.#next - this.#rows) & (ringRows - 1)
  }

  /** How many of the oldest rows can be taken as they lie. */
  get #together(): number {
    return Math.min(this.#rows, rowsAtOnce, ringRows - this.#first)
  }

  #namesAt(row: number): number {
    return Math.floor((this.#numbers[row * numbersPerRow + numberAt.marks] ?? 0) / flagValues)
  }

  // A text may be a slice that keeps a far longer one alive.
  #letGo(from: number, to: number): void {
    const texts = this.#texts
    if (from <= to) texts.fill(undefined, from * textsPerNames, to * textsPerNames)
    else texts.fill(undefined, from * textsPerNames).fill(undefined, 0, to * textsPerNames)
  }

  // The next rows come where the last ones were, which is nearer than where none were for long.
  #startAgain(): void {
    this.#next = this.#nextNames = 0
    this.#isNamed = false
    this.#route = this.#finishReason = this.#scoreName = this.#fingerprint = undefined
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
