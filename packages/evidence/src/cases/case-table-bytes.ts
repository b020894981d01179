import type { CaseTable } from './case-table.ts'
import type { NameColumn } from './name-column.ts'
import { growingNumbers, numberAt, type NumberColumn } from './number-column.ts'
import { emptyPlaces } from './place-column.ts'
import { textCount, type TextColumn } from './text-column.ts'

/** The header before the columns, as JSON: how long each column is. */
interface Header {
  readonly version: 1
  readonly rows: number
  readonly metrics: number
  readonly idBytes: number
  readonly clusters: NamesHeader | null
  readonly slices: NamesHeader | null
}

interface NamesHeader {
  readonly names: number
  readonly bytes: number
}

const headerLengthBytes = 4
/** So many numbers are written at once. */
const STEP = 8192

/**
 * A table as bytes: a header (its length in 4 bytes, then JSON), then column after column, little-endian. The same cases give the
 * same bytes, so their digest names them.
 */
export function encodeCases(table: CaseTable): Uint8Array<ArrayBuffer> {
  const parts = Array.from(casePieces(table), (piece) => piece.slice())
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** The same bytes piece by piece, for a table whose bytes nobody should hold as well. */
export function* casePieces({ rows, ids, clusters, slices, errors, values }: CaseTable): Generator<Uint8Array> {
  const header: Header = {
    version: 1,
    rows,
    metrics: values.length,
    idBytes: ids.bytes.length,
    clusters: namesHeader(clusters),
    slices: namesHeader(slices),
  }
  const head = new TextEncoder().encode(JSON.stringify(header))
  yield* numbers([head.length], 4, (view, at, value) => view.setUint32(at, value, true))
  yield head
  yield* textPieces(ids)
  yield* namePieces(clusters)
  yield* namePieces(slices)
  yield errors
  for (const column of values)
    yield* numbers(column.of ?? column.numbers, 8, (view, at, _, row) =>
      view.setFloat64(at, numberAt(column, row), true),
    )
}

/** The table that some bytes hold. @throws TypeError if they hold none */
export function decodeCases(bytes: Uint8Array): CaseTable {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headLength = bytes.length < headerLengthBytes ? 0 : view.getUint32(0, true)
  const head = bytes.subarray(headerLengthBytes, headerLengthBytes + headLength)
  const { version, rows, metrics, idBytes, clusters, slices } = JSON.parse(new TextDecoder().decode(head)) as Header
  if (version !== 1) throw new TypeError('not a table of cases of version 1')
  const reader = columnReader(view, headerLengthBytes + headLength, rows)
  const table: CaseTable = {
    rows,
    ids: reader.texts(rows, idBytes),
    clusters: clusters && reader.names(clusters),
    slices: slices && reader.names(slices),
    errors: reader.bytes(rows),
    values: Array.from({ length: metrics }, () => reader.numbers()),
  }
  if (reader.at() !== bytes.length) throw new TypeError('a table of cases has another length than it says')
  return table
}

function namesHeader(column: NameColumn | null): NamesHeader | null {
  return column && { names: textCount(column.names), bytes: column.names.bytes.length }
}

function* namePieces(column: NameColumn | null): Generator<Uint8Array> {
  if (column === null) return
  yield* textPieces(column.names)
  yield* words(column.of)
}

function* textPieces({ bytes, offsets }: TextColumn): Generator<Uint8Array> {
  yield* words(offsets, 1, (end, index) => end - (offsets[index - 1] ?? 0))
  yield bytes
}

function words(
  column: ArrayLike<number>,
  from = 0,
  of: (value: number, index: number) => number = (value) => value,
): Generator<Uint8Array> {
  return numbers(column, 4, (view, at, value, index) => view.setUint32(at, of(value, index), true), from)
}

/** Numbers of a column, little-endian, a step of them at a time. */
function* numbers(
  column: ArrayLike<number>,
  width: number,
  set: (view: DataView, at: number, value: number, index: number) => void,
  from = 0,
): Generator<Uint8Array> {
  for (let start = from; start < column.length; start += STEP) {
    const count = Math.min(STEP, column.length - start)
    const view = new DataView(new ArrayBuffer(count * width))
    for (let index = 0; index < count; index += 1)
      set(view, index * width, column[start + index] ?? Number.NaN, start + index)
    yield new Uint8Array(view.buffer)
  }
}

function columnReader(view: DataView, start: number, rows: number) {
  let at = start
  let inOrder: Uint32Array | undefined
  const take = (length: number): number => {
    if (at + length > view.byteLength) throw new TypeError('a table of cases is cut off')
    at += length
    return at - length
  }
  const bytes = (length: number): Uint8Array => {
    const from = take(length)
    return new Uint8Array(view.buffer, view.byteOffset + from, length).slice()
  }
  const texts = (count: number, length: number): TextColumn => {
    const from = take(count * 4)
    const offsets = new Uint32Array(count + 1)
    for (let index = 0; index < count; index += 1)
      offsets[index + 1] = (offsets[index] ?? 0) + view.getUint32(from + index * 4, true)
    if (offsets[count] !== length) throw new TypeError('the texts of a table of cases do not add up')
    return { offsets, bytes: bytes(length) }
  }
  return {
    at: () => at,
    bytes,
    texts,
    names: (header: NamesHeader): NameColumn => {
      const names = texts(header.names, header.bytes)
      const from = take(rows * 4)
      const of = emptyPlaces(rows, header.names)
      for (let row = 0; row < rows; row += 1) of[row] = view.getUint32(from + row * 4, true)
      return { names, of }
    },
    numbers: (): NumberColumn => {
      const from = take(rows * 8)
      const column = growingNumbers()
      for (let row = 0; row < rows; row += 1) column.add(view.getFloat64(from + row * 8, true))
      inOrder ??= Uint32Array.from({ length: rows }, (_, row) => row)
      return column.finish(inOrder)
    },
  }
}
