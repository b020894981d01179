import type { Direction, MetricKind } from '../metric.ts'
import type { Notation } from './notation.ts'

/** A separator's name. */
export type SeparatorName = 'comma' | 'semicolon' | 'tab' | 'pipe'

/** An encoding that is read. `windows-1252` holds ISO 8859-1. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** How one metric of a table was read. */
export interface MetricReading {
  readonly metric: string
  readonly column: string
  readonly kind: MetricKind
  /** Null where nothing says which way is better. */
  readonly direction: Direction | null
  readonly notation: Notation
  /** How many of the rows measured nothing. */
  readonly missing: number
}

/** How a table was read, so that nothing about it is taken in silence. Names as the caller gave them, or past the gate of names. */
export interface TableReading {
  readonly encoding: TextEncoding
  /** Null for JSON. */
  readonly separator: SeparatorName | null
  readonly caseId: readonly string[]
  readonly cluster: string | null
  readonly slice: string | null
  readonly error: string | null
  /** Rows that were selected. */
  readonly rows: number
  readonly metrics: readonly MetricReading[]
}
