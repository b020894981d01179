import { stripVTControlCharacters } from 'node:util'

/** A table with aligned columns; numbers stand right. An empty table is its heading alone. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string[] {
  const cells = rows.map((row) => row.map((cell) => (cell === null ? '-' : String(cell))))
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => widthOf(row[column] ?? ''))),
  )
  const isNumeric = headings.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - widthOf(cell))
        return isNumeric[column] ? space + cell : cell + space
      })
      .join('  ')
      .trimEnd()
  return [line(headings), ...cells.map(line)]
}

/** Names and values under each other; what is null or empty is left out. */
export function properties(
  pairs: readonly (readonly [name: string, value: string | number | null | undefined])[],
): string[] {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '')
  const width = Math.max(0, ...shown.map(([name]) => name.length))
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${value}`)
}

let graphemes: Intl.Segmenter | undefined

function widthOf(text: string): number {
  const shown = stripVTControlCharacters(text)
  // Making it takes 20 ms of the processor, and nearly all that is shown is of plain characters.
  if (/^[ -~]*$/.test(shown)) return shown.length
  graphemes ??= new Intl.Segmenter()
  return Array.from(graphemes.segment(shown)).length
}
