import { flagValues, numberAt, numbersPerChunk, numbersPerRow } from '../capture/layout.ts'
import type { Rows } from '../capture/ring.ts'
import type { Contexts } from './contexts.ts'
import { RowEncoder } from './encode-row.ts'
import { KnownNames, type RowNames } from './row-names.ts'

/** Rows that may wait for the server: with what waits in the host's thread, 5 s of 10,000 a second, for a server that restarts. */
export const rowsAtMost = 32_768

/** Measurements that wait for the server, in memory of a fixed size: when it is full, the oldest go. */
export class RowQueue {
  readonly #numbers = new Float64Array(rowsAtMost * numbersPerRow)
  readonly #names: (RowNames | undefined)[] = []
  readonly #known = new KnownNames()
  readonly #encoder = new RowEncoder()
  #first = 0
  rows = 0

  /**
   * Copies rows out of the memory in which they came.
   * @returns how many rows were dropped to make room
   */
  push({ chunk, rows, texts, times }: Rows, memory: Float64Array): number {
    const names = this.#known.of(texts)
    let time = 0
    for (let row = 0; row < rows; row++) {
      const place = (this.#first + this.rows + row) % rowsAtMost
      const from = chunk * numbersPerChunk + row * numbersPerRow
      for (let n = 0; n < numbersPerRow; n++) this.#numbers[place * numbersPerRow + n] = memory[from + n] as number
      while (row >= (times[time] as number)) time += 2
      if (Number.isNaN(memory[from + numberAt.time]))
        this.#numbers[place * numbersPerRow + numberAt.time] = times[time + 1] as number
      this.#names[place] = names[Math.floor((memory[from + numberAt.marks] as number) / flagValues)]
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

  /**
   * Takes the oldest row, as JSON.
   * @throws {InvalidField} that makes it invalid; it is taken all the same
   */
  shift(contexts: Contexts, skewMs: number): string {
    const first = this.#first
    const context = contexts.of(this.context)
    const names = this.#names[first] as RowNames
    this.#names[first] = undefined
    this.#first = (first + 1) % rowsAtMost
    this.rows -= 1
    return this.#encoder.encode(this.#numbers, first * numbersPerRow, names, context, skewMs)
  }
}
