import type { EvaluationRun } from '../evaluation-run.ts'
import type { IdentifierGate } from '../identifier.ts'

/** What can be wrong with a file of results. */
export type ImportFaultCode =
  | 'empty'
  | 'too_large'
  | 'not_utf8'
  | 'malformed'
  | 'unsupported_version'
  | 'unknown_format'
  | 'unsuited_option'
  | 'duplicate_column'
  | 'column_missing'
  | 'no_metric'
  | 'ragged_row'
  | 'not_an_object'
  | 'case_id_missing'
  | 'not_a_number'
  | 'not_binary'
  | 'negative'
  | 'conflicting_case'
  | 'ambiguous_selection'
  | 'nothing_selected'

/** One fault and its place. The value itself is never echoed: it may be content (P1.2). */
export interface ImportFault {
  readonly code: ImportFaultCode
  readonly text: string
  /** 1-based line of the file (for a record of several lines, its last). */
  readonly line?: number
  /** The column, if its name is one token; its keyed digest otherwise. */
  readonly column?: string
  /** JSON pointer into the file. */
  readonly pointer?: string
}

/** A whole run or all that is wrong with the file: nothing is half imported. `more` counts the faults beyond those listed. */
export type ImportResult =
  | { readonly ok: true; readonly run: EvaluationRun }
  | { readonly ok: false; readonly faults: readonly ImportFault[]; readonly more: number }

/** So many faults are listed; the rest are counted. */
const MOST_LISTED = 100

/** Collects the faults of one file. */
export interface FaultList {
  /** Answers undefined, so that a reader can give up in one statement. */
  readonly add: (code: ImportFaultCode, text: string, place?: FaultPlace) => undefined
  readonly result: () => Extract<ImportResult, { ok: false }>
  readonly any: () => boolean
}

type FaultPlace = Pick<ImportFault, 'line' | 'column' | 'pointer'>

/** An empty list whose places pass through `gate`, so that a column's name can't carry content out. */
export function faultList(gate: IdentifierGate): FaultList {
  const faults: ImportFault[] = []
  let more = 0
  return {
    add(code, text, place = {}) {
      if (faults.length >= MOST_LISTED) {
        more += 1
        return undefined
      }
      const column = place.column === undefined ? {} : { column: gate.token(place.column) }
      faults.push({ code, text, ...place, ...column })
      return undefined
    },
    result: () => ({ ok: false, faults, more }),
    any: () => faults.length > 0,
  }
}
