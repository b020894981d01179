import { growingBuffer } from './growing-buffer.ts'

/** A column of numbers under construction. */
export interface GrowingNumbers {
  readonly add: (value: number) => void
  readonly at: (index: number) => number
  /** The numbers in another order. */
  readonly finish: (order: Uint32Array) => Float64Array
}

/** An empty column of numbers. */
export function growingNumbers(): GrowingNumbers {
  const { buffer, reserve } = growingBuffer()
  const column = new Float64Array(buffer)
  let count = 0
  return {
    add(value) {
      reserve((count + 1) * 8)
      column[count] = value
      count += 1
    },
    at: (index) => column[index] ?? Number.NaN,
    finish(order) {
      const sorted = new Float64Array(order.length)
      for (let index = 0; index < order.length; index += 1) sorted[index] = column[order[index] ?? 0] ?? Number.NaN
      buffer.resize(0)
      return sorted
    },
  }
}
