import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { growingNames } from './name-column.ts'
import { everyNumber, numberAt, numberColumn, numberCount, type NumberColumn } from './number-column.ts'
import { textAt } from './text-column.ts'

const inOrder = (rows: number): Uint32Array => Uint32Array.from({ length: rows }, (_, row) => row)
const rowsOf = (column: NumberColumn): number[] => [...inOrder(numberCount(column))].map((row) => numberAt(column, row))
const bytesARow = ({ of }: NumberColumn): number => of?.BYTES_PER_ELEMENT ?? 8

const odd = fc.constantFrom(0, -0, 1, Number.NaN, 65_534, 65_535, 0.1, -1, Infinity, Number.MIN_VALUE, 2 ** 53)
const decimal = fc.tuple(fc.nat(70_000), fc.nat(7)).map(([whole, decimals]) => whole / 10 ** decimals)
const some = fc.oneof(odd, fc.nat(70_000), decimal, fc.double())

test('a column gives back every number bit by bit, whatever form it took', () => {
  const many = fc.nat(400).map((rows) => Array.from({ length: rows }, (_, row) => row))
  const values = fc.oneof(
    fc.array(some),
    fc.tuple(fc.array(some), many, fc.array(some)).map((parts) => parts.flat()),
  )
  fc.assert(
    fc.property(values, (given) => {
      const column = numberColumn(given)
      expect(rowsOf(column).map((value) => [value])).toEqual(given.map((value) => [value]))
      const seen = new Set<number>()
      everyNumber(column, (value) => seen.add(value) !== undefined)
      expect(seen).toEqual(new Set(given))
    }),
    { numRuns: 200, seed: 3 },
  )
})

test('the form depends on the numbers alone, not on their order', () => {
  const mixed = Array.from({ length: 300 }, (_, row) => (row % 3 === 0 ? row : row / 7))
  const whole = Array.from({ length: 300 }, (_, row) => (row === 7 ? Number.NaN : row * 200))
  const scores = Array.from({ length: 300 }, (_, row) =>
    row % 50 === 0 ? row / 2 : row / (row % 7 === 0 ? 100 : 1000),
  )
  for (const given of [
    mixed,
    whole,
    scores,
    [...scores, 70],
    [...scores, -1],
    [...whole, -0],
    [...whole, 65_535],
    mixed.slice(0, 256),
    [0, -0, Number.NaN],
  ]) {
    const [there, back] = [numberColumn(given), numberColumn(given.toReversed())]
    expect(bytesARow(back)).toBe(bytesARow(there))
    expect(rowsOf(back).toReversed()).toEqual(rowsOf(there))
    expect(back.of?.toReversed()).toEqual(there.of ?? undefined)
  }
})

test('few numbers take a byte a row, small whole ones and scores of a few decimals two, others eight', () => {
  const rows = (of: (row: number) => number): NumberColumn =>
    numberColumn(Array.from({ length: 1000 }, (_, row) => of(row)))
  expect(bytesARow(rows((row) => row % 2))).toBe(1)
  expect(bytesARow(rows((row) => (row % 97) / 1000))).toBe(1)
  expect(bytesARow(rows((row) => (row === 0 ? Number.NaN : row)))).toBe(2)
  expect(bytesARow(rows((row) => row / 10_000))).toBe(2)
  expect(bytesARow(rows((row) => (row === 0 ? Number.NaN : row / 1_000_000)))).toBe(2)
  expect(bytesARow(rows((row) => row / 10_000_000))).toBe(8)
  expect(bytesARow(rows((row) => (row === 0 ? 7 : row / 10_000)))).toBe(8)
  expect(bytesARow(rows((row) => -row))).toBe(8)
  expect(bytesARow(rows((row) => row / 3))).toBe(8)
})

test('names are told apart in as many bytes as they need, and rows without one have none', () => {
  for (const [names, bytes] of [
    [255, 1],
    [256, 2],
    [65_535, 2],
    [65_536, 4],
  ] as const) {
    const growing = growingNames()
    for (let row = 0; row < names; row += 1) growing.add(`name-${row}`)
    growing.add(undefined)
    const column = growing.finish(inOrder(names + 1))
    if (column === null) throw new Error('there are names')
    expect(column.of.BYTES_PER_ELEMENT).toBe(bytes)
    const back = [...column.of].map((place) => (place === 0 ? undefined : textAt(column.names, place - 1)))
    expect(back.every((name, row) => name === (row === names ? undefined : `name-${row}`))).toBe(true)
  }
})
