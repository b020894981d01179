import { add, get, type Shared } from '../shared/memory.ts'
import type { Measurement } from '../types.ts'
import { isFielded } from '../unknown-field.ts'
import {
  absent,
  chunksAway,
  chunksInAll,
  flag,
  flagValues,
  invalid,
  invalidText,
  longestName,
  numbersPerChunk,
  numbersPerRow,
  rowsPerChunk,
} from './layout.ts'
import { isMeasured, measurementFields, scoreFields } from './measurement-fields.ts'
import type { Notices } from '../notices.ts'
import * as count from '../shared/counts.ts'
import * as word from '../shared/words.ts'

/** Rows on their way to the sender: their numbers lie in the memory that both threads see, in a chunk that is the sender's until it gives it back. */
export interface Rows {
  readonly type: 'rows'
  readonly chunk: number
  readonly rows: number
  /** Their names, once where rows that follow each other share them. */
  texts: readonly (string | undefined)[]
  /** Pairs: up to which row, and the time of those before it that have none of their own. */
  readonly times: readonly number[]
}

/**
 * Measurements on their way out of the host's thread, in chunks of memory that are used again and again. Appending reads numbers and short
 * texts into their places, and does nothing else: no object, no string, no JSON is made.
 */
export class Ring {
  // What each call needs stands first, and in this object itself: the host's own work has pushed all of it out of the nearest caches.
  /** Rows that are here. */
  rows = 0
  #place = 0
  #end = numbersPerChunk
  /** Which of its chunk's names are those of the last row, and these names. -1 in a chunk without rows. */
  #names = -1
  #route: string | undefined
  #finishReason: string | undefined
  #scoreName: string | undefined
  #fingerprint: string | undefined
  readonly #numbers: Float64Array
  #texts: (string | undefined)[] = []
  #times: number[] = []

  /** Whether rows had to go for others. */
  hasDropped = false
  readonly #shared: Shared
  readonly #notices: Pick<Notices, 'unknown'>
  /** Rows that went from here, or were dropped. */
  left = 0
  /** Full ones, the oldest first, and how many of these keep nothing alive but themselves. */
  readonly #full: Rows[] = []
  #kept = 0
  /** With the sender, in the order in which they went. */
  readonly #away: number[] = []
  /** The sender's count of chunks given back, as of when it was last looked at. */
  #back: number
  /** The one that was used last is the last, and nearest. */
  readonly #free = Array.from({ length: chunksInAll - 1 }, (_, n) => n + 1)

  constructor(shared: Shared, notices: Pick<Notices, 'unknown'>) {
    this.#shared = shared
    this.#notices = notices
    this.#numbers = shared.rows
    this.#back = get(shared, word.givenBack)
  }

  /** @returns how many rows are here now */
  append(context: number, it: Measurement): number {
    if (typeof it !== 'object') throw new TypeError()
    // All is read before anything is written: a getter may throw, or come here itself.
    const at = it.at
    const time = number(at instanceof Date ? +at : at)
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

    if (!isFielded(it)) this.#notices.unknown('measurement', 'length', measurementFields)
    else for (const field in it) if (!isMeasured(field)) this.#notices.unknown('measurement', field, measurementFields)
    if (scored != null && typeof scored === 'object' && isFielded(scored)) this.#lookInto(scored)

    if (this.#place === this.#end) this.#turn(1)
    if (
      this.#names < 0 ||
      this.#route !== route ||
      this.#finishReason !== finishReason ||
      this.#scoreName !== scoreName ||
      this.#fingerprint !== fingerprint
    ) {
      this.#texts.push(route, finishReason, scoreName, fingerprint)
      this.#route = route
      this.#finishReason = finishReason
      this.#scoreName = scoreName
      this.#fingerprint = fingerprint
      this.#names += 1
    }
    const numbers = this.#numbers
    const n = this.#place
    numbers[n] = time
    numbers[n + 1] = context
    numbers[n + 2] = latencyMs
    numbers[n + 3] = inputTokens
    numbers[n + 4] = outputTokens
    numbers[n + 5] = costUsd
    numbers[n + 6] = score
    numbers[n + 7] = flags + this.#names * flagValues
    this.#place = n + numbersPerRow
    return (this.rows += 1)
  }

  #lookInto(score: object): void {
    for (const field in score)
      if (field !== 'name' && field !== 'value') this.#notices.unknown('score', field, scoreFields)
  }

  // Goes on in another chunk. Where none is free but so many, the oldest that waits is it.
  #turn(spare: number): void {
    this.takeBack(false)
    const rows = this.#stamp()
    const chunk = this.#end / numbersPerChunk - 1
    this.#full.push({ type: 'rows', chunk, rows, texts: this.#texts, times: this.#times })
    let next = this.#free.length > spare ? this.#free.pop() : undefined
    if (next === undefined) {
      const dropped = this.#shift()
      add(this.#shared, count.overflow, dropped.rows)
      this.hasDropped = true
      next = dropped.chunk
    }
    this.#place = next * numbersPerChunk
    this.#end = this.#place + numbersPerChunk
    this.#texts = []
    this.#times = []
    this.#names = -1
  }

  /** Takes out the oldest rows, or undefined if there are none, or if the sender has no room for them. The last ones before an end go without. */
  take(isLast: boolean): Rows | undefined {
    this.takeBack(false)
    if (this.rows === 0 || (!isLast && this.#away.length >= chunksAway)) return undefined
    // One is spared for this.
    if (this.#full.length === 0) this.#turn(0)
    const taken = this.#shift()
    this.#away.push(taken.chunk)
    return taken
  }

  // Reading the clock takes longer than all else that a call does. Rows are counted by the hour: one reading is for all since the last one.
  #stamp(): number {
    const rows = rowsPerChunk - (this.#end - this.#place) / numbersPerRow
    if (this.#times.at(-2) !== rows) this.#times.push(rows, Date.now())
    return rows
  }

  /** Gives rows that wait their time, and texts of their own as names: as a part of a longer text, each would keep that alive. */
  keep(): void {
    this.#stamp()
    for (; this.#kept < this.#full.length; this.#kept += 1) {
      const waiting = this.#full[this.#kept] as Rows
      waiting.texts = structuredClone(waiting.texts)
    }
    this.#texts = structuredClone(this.#texts)
  }

  #shift(): Rows {
    const oldest = this.#full.shift() as Rows
    this.#kept &&= this.#kept - 1
    this.left += oldest.rows
    this.rows -= oldest.rows
    return oldest
  }

  /** Takes back the chunks that the sender gave back, or all of them, if it is gone with what it had. */
  takeBack(isAll: boolean): void {
    const back = get(this.#shared, word.givenBack)
    // It is a count in 32 bits, which comes round.
    this.#free.push(...this.#away.splice(0, isAll ? chunksInAll : (back - this.#back) | 0))
    this.#back = back
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
