import { growingArray, type GrowingArray } from './growing-array.ts'

/** Places in a list, one a row, in the narrowest array that holds the largest. */
export type Places = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>

/** Places under construction. */
export interface GrowingPlaces {
  /** Puts a place at a row; rows that are left out hold 0. */
  readonly set: (row: number, place: number) => void
  readonly at: (row: number) => number
  /** The places in another order, each as `rename` calls it. What was under construction is let go. */
  readonly finish: (order: Uint32Array, rename: Uint32Array | null) => Places
  readonly release: () => void
}

const widths = [Uint8Array, Uint16Array, Uint32Array] as const

/** So many zeros, in an array that can hold places up to `largest`. */
export function emptyPlaces(rows: number, largest: number): Places {
  return new widths[widthOf(largest)](rows)
}

/** No places yet. */
export function growingPlaces(): GrowingPlaces {
  let width: 0 | 1 | 2 = 0
  let column: GrowingArray<Places> = growing(width)
  let length = 0
  return {
    set(row, place) {
      const needed = widthOf(place)
      if (needed > width) {
        const wider = growing(needed)
        wider.reserve(length)
        wider.array().set(column.array().subarray(0, length))
        column.release()
        ;[column, width] = [wider, needed]
      }
      length = Math.max(length, row + 1)
      column.reserve(length)
      column.array()[row] = place
    },
    at: (row) => column.array()[row] ?? 0,
    finish(order, rename) {
      const unsorted = column.array()
      const sorted = new widths[width](order.length)
      for (let row = 0; row < order.length; row += 1) {
        const place = unsorted[order[row] ?? 0] ?? 0
        sorted[row] = rename === null ? place : (rename[place] ?? 0)
      }
      column.release()
      return sorted
    },
    release: () => column.release(),
  }
}

function widthOf(place: number): 0 | 1 | 2 {
  if (place > 0xffff) return 2
  return place > 0xff ? 1 : 0
}

function growing(width: 0 | 1 | 2): GrowingArray<Places> {
  return growingArray<Places>(widths[width])
}
