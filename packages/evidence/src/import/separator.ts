import type { SeparatorName } from './reading.ts'
import { readRecords } from './csv-records.ts'
import type { FaultList } from './faults.ts'

/** Characters that may separate cells, and how each is called. */
export const SEPARATORS: Readonly<Record<string, SeparatorName>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'pipe',
}

/** The separator of a file's cells, and whether its first line does nothing but name it (`sep=;`). */
export interface Separator {
  readonly character: string
  readonly hasOwnLine: boolean
}

/**
 * Settles a file's separator: the one that its first line declares, else the only one in its header. Where the header holds several,
 * the one under which every record has as many cells as the header; where that leaves several, none is taken.
 */
export function settleSeparator(pieces: () => Iterable<string>, faults: FaultList): Separator | undefined {
  const declared = /^sep=(.)[\r\n]/i.exec(startOf(pieces(), 6))?.[1]
  if (declared !== undefined && Object.hasOwn(SEPARATORS, declared)) return { character: declared, hasOwnLine: true }
  if (declared !== undefined)
    return faults.add('ambiguous_separator', 'the first line declares a separator that is none of , ; tab |', {
      line: 1,
    })
  const inHeader = Object.keys(SEPARATORS).filter((character) => widthOfHeader(pieces(), character) > 1)
  if (inHeader.length < 2) return { character: inHeader[0] ?? ',', hasOwnLine: false }
  const even = inHeader.filter((character) => isEven(pieces(), character))
  const [only, another] = even
  if (only !== undefined && another === undefined) return { character: only, hasOwnLine: false }
  const names = inHeader.map((character) => SEPARATORS[character]).join(', ')
  return faults.add('ambiguous_separator', `the header may be separated by ${names}`, { line: 1 })
}

/**
 * The separator of a file whose header may hold any of them in its names: the first under which every record has as many cells as the header, and several; a
 * comma where none does, whose faults tell then which record it is.
 */
export function evenSeparator(text: string): Separator {
  const declared = /^sep=([,;\t|])\r?\n/i.exec(text)?.[1]
  if (declared !== undefined) return { character: declared, hasOwnLine: true }
  const even = Object.keys(SEPARATORS).find((it) => widthOfHeader([text], it) > 1 && isEven([text], it))
  return { character: even ?? ',', hasOwnLine: false }
}

/** The first characters of a text that comes in pieces. */
export function startOf(pieces: Iterable<string>, length: number): string {
  let start = ''
  for (const piece of pieces) {
    start += piece
    if (start.length >= length) break
  }
  return start.slice(0, length)
}

/** A record without the blank cells that stand after the header's last column. */
export function trimmedTo(width: number, cells: readonly string[]): readonly string[] {
  if (cells.length <= width) return cells
  return cells.slice(width).every((cell) => cell.trim() === '') ? cells.slice(0, width) : cells
}

function widthOfHeader(pieces: Iterable<string>, separator: string): number {
  for (const record of readRecords(pieces, separator)) return 'cells' in record ? record.cells.length : 0
  return 0
}

function isEven(pieces: Iterable<string>, separator: string): boolean {
  let width: number | undefined
  for (const record of readRecords(pieces, separator)) {
    if (!('cells' in record)) return false
    width ??= record.cells.length
    if (trimmedTo(width, record.cells).length !== width) return false
  }
  return true
}
