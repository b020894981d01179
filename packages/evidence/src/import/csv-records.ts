import { LIMITS } from './source.ts'

/** One record of a CSV file. `line` is that of its end. */
export interface CsvRecord {
  readonly cells: readonly string[]
  readonly line: number
}

/** A fault that ends the reading of a CSV file before its end. */
export interface CsvFault {
  readonly fault: 'too_large' | 'malformed'
  readonly text: string
  readonly line: number
}

const QUOTE = 0x22
const LINE_FEED = 0x0a
const RETURN = 0x0d

/**
 * Reads records one by one, holding no more text than one piece and twice the cell that it ends in. Quoted as RFC 4180 says; any of `\n`,
 * `\r\n` and `\r` ends a record, and a quote within an unquoted cell stands for itself. Lines without a character are skipped.
 */
export function* readRecords(pieces: Iterable<string>, separator: string): Generator<CsvRecord | CsvFault> {
  const reader = recordReader(separator.charCodeAt(0))
  let rest = ''
  let waiting: string[] = []
  let waitingSize = 0
  for (const piece of pieces) {
    waiting.push(piece)
    waitingSize += piece.length
    // An unfinished cell is looked at again once there is as much more of it: with each piece, a long one would be copied each time.
    if (waitingSize < rest.length && rest.length + waitingSize <= LIMITS.recordSize) continue
    const text = rest + waiting.join('')
    waiting = []
    waitingSize = 0
    const read = yield* reader.read(text, false)
    const fault = typeof read === 'number' ? reader.faultOf(text.length - read) : read
    if (fault) {
      yield fault
      return
    }
    rest = typeof read === 'number' ? text.slice(read) : ''
  }
  const text = rest + waiting.join('')
  const read = yield* reader.read(text, true)
  if (typeof read !== 'number') yield read
  else if (read < text.length) yield reader.unclosed()
}

interface RecordReader {
  /** Reads what is whole of a text, and answers where the unfinished cell begins, or the fault. */
  readonly read: (text: string, isLast: boolean) => Generator<CsvRecord, number | CsvFault>
  /** The fault of a record that has grown too large by an unfinished cell of this length. */
  readonly faultOf: (unfinished: number) => CsvFault | undefined
  readonly unclosed: () => CsvFault
}

function recordReader(separator: number): RecordReader {
  let cells: string[] = []
  let size = 0
  let line = 1
  let lines = 1
  /** How much of the unfinished cell needn't be searched again. */
  let searched = 0

  function fault(code: CsvFault['fault'], text: string): CsvFault {
    return { fault: code, text, line }
  }

  function take(cell: string): CsvFault | undefined {
    cells.push(cell)
    size += cell.length
    if (cells.length > LIMITS.columns) return fault('too_large', `more than ${LIMITS.columns} columns`)
    return faultOf(0)
  }

  function faultOf(unfinished: number): CsvFault | undefined {
    if (size + unfinished <= LIMITS.recordSize) return undefined
    return fault('too_large', `a record is larger than ${LIMITS.recordSize} characters`)
  }

  function endRecord(): CsvRecord {
    line += lines
    const record = { cells, line: line - 1 }
    cells = []
    size = 0
    lines = 1
    return record
  }

  function* read(text: string, isLast: boolean): Generator<CsvRecord, number | CsvFault> {
    let at = 0
    for (;;) {
      if (at >= text.length && !(isLast && cells.length > 0)) return text.length
      const isQuoted = text.charCodeAt(at) === QUOTE
      const from = at + Math.max(searched, isQuoted ? 1 : 0)
      const end = isQuoted ? closingQuote(text, from, isLast) : endOfCell(text, from, separator)
      const stop = isQuoted ? end + 1 : end
      if (end < 0 || (!isLast && isHalf(text, stop))) {
        searched = (end < 0 ? ~end : end) - at
        return at
      }
      searched = 0
      if (isQuoted && stop < text.length && !endsCell(text.charCodeAt(stop), separator))
        return fault('malformed', 'text after a closing quote')
      const cell = text.slice(isQuoted ? at + 1 : at, end)
      if (isQuoted) lines += lineEndsIn(cell)
      const wrong = take(isQuoted && cell.includes('"') ? cell.replaceAll('""', '"') : cell)
      if (wrong) return wrong
      at = stop + 1
      if (text.charCodeAt(stop) === separator) continue
      if (text.charCodeAt(stop) === RETURN && text.charCodeAt(at) === LINE_FEED) at += 1
      const record = endRecord()
      if (record.cells.length > 1 || record.cells[0] !== '') yield record
    }
  }

  return { read, faultOf, unclosed: () => fault('malformed', 'a quote that is opened and not closed') }
}

/** Whether what follows a cell isn't there yet: nothing, or a return that may be half of a line's end. */
function isHalf(text: string, stop: number): boolean {
  return stop >= text.length || (text.charCodeAt(stop) === RETURN && stop + 1 === text.length)
}

function endsCell(code: number, separator: number): boolean {
  return code === separator || code === LINE_FEED || code === RETURN
}

function endOfCell(text: string, from: number, separator: number): number {
  let at = from
  while (at < text.length && !endsCell(text.charCodeAt(at), separator)) at += 1
  return at
}

/** Where the quote stands that closes a cell; if it isn't there, the complement of where to go on searching. */
function closingQuote(text: string, from: number, isLast: boolean): number {
  let at = text.indexOf('"', from)
  while (at !== -1) {
    if (at + 1 === text.length) return isLast ? at : ~at
    if (text.charCodeAt(at + 1) !== QUOTE) return at
    at = text.indexOf('"', at + 2)
  }
  return ~text.length
}

function lineEndsIn(cell: string): number {
  return cell.match(/\r\n|\n|\r/g)?.length ?? 0
}
