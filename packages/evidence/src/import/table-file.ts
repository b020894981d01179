import type { SeparatorName, TextEncoding } from './reading.ts'

/** A record of a table, and the line on which it ends. */
export interface Placed<R> {
  readonly record: R
  readonly line: number
}

/** A table, whatever its format; `R` is one of its records. */
export interface TableFile<R> {
  readonly format: 'csv' | 'jsonl' | 'json'
  readonly encoding: TextEncoding
  readonly sourceDigest: string
  readonly separator: SeparatorName | null
  /** Every column, or every key of any record. */
  readonly columns: () => readonly string[]
  /** Every column, key or pointer that leads to a value that isn't an object. */
  readonly leaves: () => readonly string[]
  /** Whether there is such a column; `undefined` where only the records can tell. */
  readonly has: (column: string) => boolean | undefined
  /** The records from the first; faulty ones are left out, and complained of if `complains`. */
  readonly records: (complains: boolean) => Iterable<Placed<R>>
  /** How the cell of a column is read from a record. */
  readonly cell: (column: string) => (record: R) => unknown
  /** The names of a record's own fields. */
  readonly fields: (record: R) => Iterable<string>
}

/** A text in memory of its own: as a part of a piece of the file it would keep the whole piece. */
export function detached(text: string): string {
  // Engines copy short parts; a longer one is a part of the joined text, which is no longer than it by more than the blank.
  return text.length < 13 ? text : ` ${text}`.slice(1)
}
