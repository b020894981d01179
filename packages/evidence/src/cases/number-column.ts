import { growingArray } from './growing-array.ts'
import { growingPlaces, type Places } from './place-column.ts'

/**
 * A number for each row, NaN where there is none, bit by bit as it was given. A million cases measure few different numbers, small
 * whole ones or scores of a few decimals, far more often than a million different fractions: then a row takes a byte or two, not eight.
 */
export interface NumberColumn {
  /** By place, or by row where `of` is null. */
  readonly numbers: Float64Array
  /** By row: the place of its number. */
  readonly of: Places | null
}

/** A column of numbers under construction. */
export interface GrowingNumbers {
  readonly add: (value: number) => void
  readonly at: (index: number) => number
  /** The numbers in another order. What was under construction is let go. */
  readonly finish: (order: Uint32Array) => NumberColumn
}

/** A column with so many different numbers lists them. */
const FEW = 256
/** The place of NaN among whole numbers, each of which is its own place. */
const NOTHING = 65_535

/** Most decimals of numbers that are their own places once they are made whole. */
const MOST_DECIMALS = 6

const counted: (Float64Array | undefined)[] = []

/** Numbers from 0 in steps of a tenth to the power of `decimals`, then NaN: what columns of them share. Each is the one that its decimal text is read as. */
function countedNumbers(decimals: number): Float64Array {
  const scale = 10 ** decimals
  return (counted[decimals] ??= Float64Array.from({ length: NOTHING + 1 }, (_, index) =>
    index === NOTHING ? Number.NaN : index / scale,
  ))
}

/** How many rows a column has. */
export function numberCount({ numbers, of }: NumberColumn): number {
  return of === null ? numbers.length : of.length
}

/** The number of a row; NaN where nothing was measured. */
export function numberAt({ numbers, of }: NumberColumn, row: number): number {
  return numbers[of === null ? row : (of[row] ?? -1)] ?? Number.NaN
}

/** Whether every number of a column passes; each different one is asked about once where it is listed. */
export function everyNumber(column: NumberColumn, holds: (value: number) => boolean): boolean {
  const { numbers, of } = column
  if (of === null || !counted.includes(numbers)) return numbers.every(holds)
  for (let row = 0; row < of.length; row += 1) if (!holds(numberAt(column, row))) return false
  return true
}

/** A column of some numbers. */
export function numberColumn(values: ArrayLike<number>): NumberColumn {
  const column = growingNumbers()
  for (let row = 0; row < values.length; row += 1) column.add(values[row] ?? Number.NaN)
  return column.finish(Uint32Array.from({ length: values.length }, (_, row) => row))
}

/** An empty column of numbers: in the form that takes the least of those that hold all of them, whatever order they came in. */
export function growingNumbers(): GrowingNumbers {
  let form: GrowingForm = fewNumbers()
  let count = 0
  return {
    add(value) {
      while (!form.put(count, value)) form = widened(form, count)
      count += 1
    },
    at: (row) => form.at(row),
    finish: (order) => form.finish(order),
  }
}

interface GrowingForm extends Omit<GrowingNumbers, 'add'> {
  /** Whether the form can hold the number; it does then. */
  readonly put: (row: number, value: number) => boolean
  readonly release: () => void
  /** How many decimals the numbers of the next wider form have; undefined where only the plain one is wider. */
  readonly next: number | undefined
}

/** The same rows in the next form that holds what they have. */
function widened(form: GrowingForm, count: number): GrowingForm {
  for (let decimals = form.next ?? MOST_DECIMALS + 1; ; decimals += 1) {
    const wider = decimals <= MOST_DECIMALS ? countedColumn(decimals) : plainColumn()
    let row = 0
    while (row < count && wider.put(row, form.at(row))) row += 1
    if (row === count) {
      form.release()
      return wider
    }
    wider.release()
  }
}

/** Numbers by their place in a list. */
function fewNumbers(): GrowingForm {
  const places = growingPlaces()
  // A map takes 0 and -0 for one: it stands beside it.
  const placeOf = new Map<number | '-0', number>()
  const numbers: number[] = []
  return {
    put(row, value) {
      const key = Object.is(value, -0) ? '-0' : value
      let place = placeOf.get(key)
      if (place === undefined) {
        if (numbers.length >= FEW) return false
        place = numbers.push(value) - 1
        placeOf.set(key, place)
      }
      places.set(row, place)
      return true
    },
    at: (row) => numbers[places.at(row)] ?? Number.NaN,
    next: 0,
    release: () => places.release(),
    finish(order) {
      const sorted = Float64Array.from(numbers).toSorted()
      const rename = new Uint32Array(numbers.length)
      sorted.forEach((value, index) => {
        rename[placeOf.get(Object.is(value, -0) ? '-0' : value) ?? 0] = index
      })
      return { numbers: sorted, of: places.finish(order, rename) }
    },
  }
}

/** Small numbers of so many decimals at most: each is its own place once it is made whole. */
function countedColumn(decimals: number): GrowingForm {
  const places = growingPlaces()
  const numbers = countedNumbers(decimals)
  const scale = 10 ** decimals
  return {
    put(row, value) {
      const place = Number.isNaN(value) ? NOTHING : Math.round(value * scale)
      if (!(place >= 0 && place <= NOTHING) || !Object.is(numbers[place], value)) return false
      places.set(row, place)
      return true
    },
    at: (row) => numbers[places.at(row)] ?? Number.NaN,
    finish: (order) => ({ numbers, of: places.finish(order, null) }),
    release: () => places.release(),
    next: decimals + 1,
  }
}

function plainColumn(): GrowingForm {
  const column = growingArray(Float64Array)
  return {
    put(row, value) {
      column.reserve(row + 1)
      column.array()[row] = value
      return true
    },
    at: (row) => column.array()[row] ?? Number.NaN,
    next: undefined,
    finish(order) {
      const [unsorted, sorted] = [column.array(), new Float64Array(order.length)]
      for (let row = 0; row < order.length; row += 1) sorted[row] = unsorted[order[row] ?? 0] ?? Number.NaN
      column.release()
      return { numbers: sorted, of: null }
    },
    release: () => column.release(),
  }
}
