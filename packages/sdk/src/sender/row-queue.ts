import { flagValues, numberAt, numbersPerRow, textAt, textsPerNames } from '../capture/layout.ts'
import type { Rows } from '../capture/ring.ts'
import type { Contexts } from './contexts.ts'
import { encodeRow, type Names } from './encode-row.ts'

/** Rows that may wait for the server: with what waits in the host's thread, 5 s of 10,000 a second, for a server that restarts. */
export const rowsAtMost = 32_768

/** Measurements that wait for the server, in memory of a fixed size: when it is full, the oldest go. */
export class RowQueue {
  readonly #numbers = new Float64Array(rowsAtMost * numbersPerRow)
  readonly #texts: (string | undefined)[] = []
  readonly #known = new Map<string, string>()
  #first = 0
  rows = 0

  /** @returns how many rows were dropped to make room */
  push({ numbers, texts, rows, firstNames }: Rows): number {
    const known = texts.map((text) => this.#once(text))
    for (let row = 0; row < rows; row++) {
      const place = (this.#first + this.rows + row) % rowsAtMost
      this.#numbers.set(numbers.subarray(row * numbersPerRow, (row + 1) * numbersPerRow), place * numbersPerRow)
      const marks = numbers[row * numbersPerRow + numberAt.marks] ?? 0
      const names = Math.floor(marks / flagValues) - firstNames
      for (let n = 0; n < textsPerNames; n++) this.#texts[place * textsPerNames + n] = known[names * textsPerNames + n]
    }
    const over = Math.max(0, this.rows + rows - rowsAtMost)
    this.#first = (this.#first + over) % rowsAtMost
    this.rows += rows - over
    return over
  }

  /** The context of the oldest row. */
  get context(): number {
    return this.#numbers[this.#first * numbersPerRow + numberAt.context] ?? -1
  }

  /** Takes the oldest row, as JSON without its end, or the name of a field that makes it invalid. */
  shift(contexts: Contexts, skewMs: number): { json: string } | { invalid: string } {
    const n = this.#first * numbersPerRow
    const numbers = this.#numbers.subarray(n, n + numbersPerRow)
    const t = this.#first * textsPerNames
    const names: Names = {
      route: this.#texts[t + textAt.route],
      finishReason: this.#texts[t + textAt.finishReason],
      scoreName: this.#texts[t + textAt.scoreName],
      fingerprint: this.#texts[t + textAt.fingerprint],
    }
    const context = contexts.of(this.context)
    this.#first = (this.#first + 1) % rowsAtMost
    this.rows -= 1
    return encodeRow(numbers, names, { context, skewMs })
  }

  // The same name arrives as a new string with each message; one of them is enough.
  #once(text: string | undefined): string | undefined {
    if (text === undefined) return undefined
    const known = this.#known.get(text)
    if (known !== undefined) return known
    if (this.#known.size >= 1000) this.#known.clear()
    this.#known.set(text, text)
    return text
  }
}
