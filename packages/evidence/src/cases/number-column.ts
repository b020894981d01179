import { growingArray } from './growing-array.ts'

/** A column of numbers under construction. */
export interface GrowingNumbers {
  readonly add: (value: number) => void
  readonly at: (index: number) => number
  /** The numbers in another order. What was under construction is let go. */
  readonly finish: (order: Uint32Array) => Float64Array
}

/** An empty column of numbers. */
export function growingNumbers(): GrowingNumbers {
  const column = growingArray(Float64Array)
  let count = 0
  return {
    add(value) {
      column.reserve(count + 1)
      column.array()[count] = value
      count += 1
    },
    at: (index) => column.array()[index] ?? Number.NaN,
    finish(order) {
      const [unsorted, sorted] = [column.array(), new Float64Array(order.length)]
      for (let index = 0; index < order.length; index += 1) sorted[index] = unsorted[order[index] ?? 0] ?? Number.NaN
      column.release()
      return sorted
    },
  }
}
