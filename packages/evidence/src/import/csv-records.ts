import { LIMITS } from './source.ts'

/** One record of a CSV file. `line` is that of its end. */
export interface CsvRecord {
  readonly cells: readonly string[]
  readonly line: number
}

/** What ends the reading of a CSV file before its end. */
export interface CsvFault {
  readonly fault: 'too_large' | 'malformed'
  readonly text: string
  readonly line: number
}

const QUOTE = 0x22
const LINE_FEED = 0x0a
const RETURN = 0x0d

/** A record as scanned, and where the next one begins. */
interface Scanned {
  readonly cells: string[]
  readonly end: number
  readonly lines: number
}

type Scan = Scanned | 'unfinished' | 'after_quote'

/**
 * Reads records one by one, holding no more text than one piece and the record that it ends in. Quoted as RFC 4180 says; any of `\n`,
 * `\r\n` and `\r` ends a record, and a quote within an unquoted cell stands for itself. Lines without a character are skipped.
 */
export function* readRecords(pieces: Iterable<string>, separator: string): Generator<CsvRecord | CsvFault> {
  const scan = scanner(separator.charCodeAt(0))
  let rest = ''
  let line = 1
  /** Reads what is whole of `text`, and answers where the rest begins, or the fault. */
  function* readWhole(text: string, isLast: boolean): Generator<CsvRecord, number | CsvFault> {
    let start = 0
    while (start < text.length) {
      const scanned = scan(text, start, isLast)
      if (scanned === 'unfinished') break
      if (scanned === 'after_quote') return { fault: 'malformed', text: 'text after a closing quote', line }
      if (scanned.end - start > LIMITS.recordSize) return tooLarge(line)
      line += scanned.lines
      start = scanned.end
      if (scanned.cells.length > 1 || scanned.cells[0] !== '') yield { cells: scanned.cells, line: line - 1 }
    }
    return start
  }
  for (const piece of pieces) {
    const text = rest + piece
    const read = yield* readWhole(text, false)
    if (typeof read !== 'number') return yield read
    rest = text.slice(read)
    if (rest.length > LIMITS.recordSize) return yield tooLarge(line)
  }
  const read = yield* readWhole(rest, true)
  if (typeof read !== 'number') yield read
  else if (read < rest.length) yield { fault: 'malformed', text: 'a quote that is opened and not closed', line }
}

function tooLarge(line: number): CsvFault {
  return { fault: 'too_large', text: `a record is larger than ${LIMITS.recordSize} characters`, line }
}

function scanner(separator: number): (text: string, start: number, isLast: boolean) => Scan {
  return (text, start, isLast) => {
    const cells: string[] = []
    let at = start
    let lines = 1
    for (;;) {
      if (text.charCodeAt(at) === QUOTE) {
        const closing = closingQuote(text, at)
        if (closing === -1 || (closing + 1 === text.length && !isLast)) return 'unfinished'
        const cell = text.slice(at + 1, closing)
        lines += lineEndsIn(cell)
        cells.push(cell.includes('"') ? cell.replaceAll('""', '"') : cell)
        at = closing + 1
        if (at < text.length && !endsCell(text.charCodeAt(at), separator)) return 'after_quote'
      } else {
        const from = at
        while (at < text.length && !endsCell(text.charCodeAt(at), separator)) at += 1
        cells.push(text.slice(from, at))
      }
      if (at >= text.length) return isLast ? { cells, end: at, lines } : 'unfinished'
      if (text.charCodeAt(at) !== separator) {
        // A return at the end of what is there may be half of a line's end.
        if (text.charCodeAt(at) === RETURN && at + 1 === text.length && !isLast) return 'unfinished'
        const isPair = text.charCodeAt(at) === RETURN && text.charCodeAt(at + 1) === LINE_FEED
        return { cells, end: at + (isPair ? 2 : 1), lines }
      }
      at += 1
    }
  }
}

function endsCell(code: number, separator: number): boolean {
  return code === separator || code === LINE_FEED || code === RETURN
}

/** Where the quote stands that closes the one at `open`; -1 if it isn't there. */
function closingQuote(text: string, open: number): number {
  let at = text.indexOf('"', open + 1)
  while (at !== -1 && text.charCodeAt(at + 1) === QUOTE) at = text.indexOf('"', at + 2)
  return at
}

function lineEndsIn(cell: string): number {
  return cell.match(/\r\n|\n|\r/g)?.length ?? 0
}
