type Cells = readonly string[]

/** So many records below the first one show what its columns hold. */
export const RECORDS_BELOW = 20

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?%?$/i
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * Whether the first record of a table is one of its rows, and no header: each of its cells is a number above numbers, an id above ids of its form, or a
 * word that its column has again, and one is a number at the least. Numbers in a row (`0,1,2`, `2023,2024`) may be names, unless those below go on counting.
 */
export function isRow(first: Cells, below: readonly Cells[]): boolean {
  const cells = first.map((cell) => cell.trim())
  const rows = below.filter((row) => row.length === first.length)
  if (rows.length === 0 || !cells.some((cell) => NUMBER.test(cell))) return false
  const isLikeBelow = (cell: string, index: number): boolean =>
    rows.some((row) => isAlike(cell, (row[index] ?? '').trim()))
  return cells.every(isLikeBelow) && !areNames(cells, rows)
}

function isAlike(one: string, other: string): boolean {
  if (one === '' || other === '') return false
  if (NUMBER.test(one)) return NUMBER.test(other)
  if (UUID.test(one)) return UUID.test(other)
  return one === other || (/\d/.test(one) && formOf(one) === formOf(other))
}

/** An id without its numbers: of `case-7` and `case-12` it is the same. */
function formOf(id: string): string {
  return id.replaceAll(/\d+/g, '0')
}

function areNames(cells: Cells, rows: readonly Cells[]): boolean {
  const numbers = cells.map(Number)
  const start = numbers[0] ?? 0
  const areCounted = cells.length > 1 && numbers.every((it, index) => it === start + index)
  return areCounted && !rows.every((row, index) => Number(row[0]) === start + index + 1)
}
