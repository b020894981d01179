import type { Measurement } from '../types.ts'
import {
  absent,
  chunkRows,
  chunksAtMost,
  flag,
  invalid,
  invalidText,
  longestName,
  numbersPerRow,
  textsPerRow,
} from './layout.ts'

/** Takes rows over: as they are, before this returns. */
export type TakeRows = (numbers: Float64Array, texts: readonly (string | undefined)[], rows: number) => void

interface Chunk {
  readonly numbers: Float64Array
  readonly texts: (string | undefined)[]
}

/**
 * Measurements on their way out of the host's thread, in chunks that are allocated once and used again. Appending reads numbers and
 * short texts into their places, and does nothing else: no object, no string, no JSON is made.
 */
export class Ring {
  // What each call needs stands first, and in this object itself: the host's own work has pushed all of it out of the nearest caches.
  #rows = 0
  #isBurst = false
  #numbers: Float64Array
  #texts: (string | undefined)[]
  #clockMs = 0
  #left = 0
  #full: Chunk[] = []
  #free: Chunk[] = []

  constructor() {
    const { numbers, texts } = makeChunk()
    this.#numbers = numbers
    this.#texts = texts
  }

  /** Rows that are here. */
  get rows(): number {
    return this.#full.length * chunkRows + this.#rows
  }

  /** Rows that were ever appended. */
  get appended(): number {
    return this.#left + this.#rows
  }

  /** @returns how many rows the chunk has now; a full one must be rotated before the next */
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

    const rows = this.#rows
    const numbers = this.#numbers
    const n = rows * numbersPerRow
    numbers[n] = time
    numbers[n + 1] = context
    numbers[n + 2] = latencyMs
    numbers[n + 3] = inputTokens
    numbers[n + 4] = outputTokens
    numbers[n + 5] = costUsd
    numbers[n + 6] = score
    numbers[n + 7] = flags
    const texts = this.#texts
    const t = rows * textsPerRow
    texts[t] = route
    texts[t + 1] = finishReason
    texts[t + 2] = scoreName
    texts[t + 3] = fingerprint
    return (this.#rows = rows + 1)
  }

  /**
   * Sets the full chunk aside and takes another one.
   * @returns how many rows were dropped to make room
   */
  rotate(): number {
    this.#full.push({ numbers: this.#numbers, texts: this.#texts })
    const oldest = this.#full.length > chunksAtMost ? this.#full.shift() : undefined
    const { numbers, texts } = oldest ?? this.#free.pop() ?? makeChunk()
    this.#numbers = numbers
    this.#texts = texts
    this.#left += this.#rows
    this.#rows = 0
    this.#isBurst = true
    return oldest === undefined ? 0 : chunkRows
  }

  /** Hands over the full chunks, as long as there is room. */
  takeFull(take: TakeRows, hasRoom: () => boolean): void {
    this.#isBurst = false
    while (this.#full.length > 0 && hasRoom()) {
      const chunk = this.#full.shift() as Chunk
      take(chunk.numbers, chunk.texts, chunkRows)
      letGo(chunk.texts)
      this.#free.push(chunk)
    }
  }

  // Reading the clock takes longer than all else here. Where a chunk became full since the event loop last came round, one reading is for 8.
  #now(): number {
    if (!this.#isBurst || (this.#rows & 7) === 0) this.#clockMs = Date.now()
    return this.#clockMs
  }

  /** Hands over what is in the chunk that is being filled. */
  takeRest(take: TakeRows): void {
    const rows = this.#rows
    if (rows === 0) return
    take(this.#numbers.slice(0, rows * numbersPerRow), this.#texts.slice(0, rows * textsPerRow), rows)
    letGo(this.#texts)
    this.#left += rows
    this.#rows = 0
  }
}

function makeChunk(): Chunk {
  const texts: (string | undefined)[] = []
  // Pushed, so that the array has no holes: one with holes is cloned far more slowly.
  for (let n = 0; n < chunkRows * textsPerRow; n++) texts.push(undefined)
  return { numbers: new Float64Array(chunkRows * numbersPerRow), texts }
}

// A text may be a slice that keeps a far longer one alive.
function letGo(texts: (string | undefined)[]): void {
  texts.fill(undefined)
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
