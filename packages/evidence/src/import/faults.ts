import type { EvaluationRun } from '../evaluation-run.ts'
import type { IdentifierGate } from '../identifier.ts'
import { MISSING_MARKS, NOTATIONS } from './notation.ts'
import type { TableReading } from './reading.ts'

const FORMS = NOTATIONS.map(({ forms }) => forms[0]).join(' or ')

/** Codes of the faults that a file of results can have. */
export type ImportFaultCode =
  | 'empty'
  | 'too_large'
  | 'not_utf8'
  | 'not_a_table'
  | 'malformed'
  | 'unsupported_version'
  | 'unknown_format'
  | 'unsuited_option'
  | 'ambiguous_separator'
  | 'header_missing'
  | 'duplicate_column'
  | 'column_missing'
  | 'no_metric'
  | 'ragged_row'
  | 'not_an_object'
  | 'duplicate_key'
  | 'case_id_missing'
  | 'ids_of_runs'
  | 'several_datasets'
  | 'not_a_number'
  | 'mixed_notation'
  | 'ambiguous_number'
  | 'not_binary'
  | 'negative'
  | 'sentinel'
  | 'conflicting_case'
  | 'ambiguous_selection'
  | 'nothing_selected'

/** Faults of a file of results by their codes, and what to do then. Source of the reference page. */
export const FAULTS: Readonly<Record<ImportFaultCode, string>> = {
  empty: 'export the results again',
  too_large: 'split the file, or leave out what is not needed',
  not_utf8: 'save the file as UTF-8',
  not_a_table: 'export the results as CSV or as JSON, one object a line',
  malformed: 'export the file again; mend it by hand only if the line is the only one',
  unknown_format: 'name it with --format, or export the results as CSV',
  unsuited_option: 'leave the option out',
  unsupported_version: 'export the results with a version that is read, or as CSV',
  ambiguous_separator: 'make `sep=,` `sep=;` or `sep=|` the first line of the file',
  header_missing: 'make the first line the names of the columns',
  duplicate_column: 'give each column a name of its own, or name one by its place: NAME#1, NAME#2',
  column_missing: 'name a column that the file has with --case, --metric, --slice, --cluster, --error or --where',
  no_metric: 'name each metric with --metric NAME=COLUMN:KIND:DIRECTION',
  ragged_row: 'give each row one cell per column; a cell that holds the separator needs quotes',
  not_an_object: 'write one JSON object a line',
  duplicate_key: 'write each key once: of two values under one key nothing tells which counts',
  case_id_missing: 'give every row an id, or name another column with --case',
  ids_of_runs: 'name the column that stays the same from one run to the next with --case',
  several_datasets: 'name both columns with --case, in this order, or choose one data set with --where',
  not_a_number: `write one of ${FORMS}; nothing measured is an empty cell, ${MISSING_MARKS.slice(0, 6).join(', ')} or -; or name another mark with --missing`,
  mixed_notation: 'write the whole column in one way',
  ambiguous_number: 'say which with --decimal point or --decimal comma',
  not_binary: 'write 0 or 1, or give the metric another kind: --metric NAME=COLUMN:continuous:DIRECTION',
  negative: 'leave such cells empty, or give the metric another kind: --metric NAME=COLUMN:continuous:DIRECTION',
  sentinel:
    'say that it means nothing measured with --missing, such as --missing -999, or take it as a score by naming the metric with --metric',
  conflicting_case: 'give the cases ids of their own, or leave out --cluster or --slice',
  ambiguous_selection: 'choose one with --where COLUMN=VALUE (promptfoo: --provider or --prompt)',
  nothing_selected: 'check the values of --where, --provider and --prompt, letter by letter',
}

/** One fault and its place. The value itself is never echoed: it may be content (P1.2). */
export interface ImportFault {
  readonly code: ImportFaultCode
  /** The fault in words: what was found, and what to do next. */
  readonly text: string
  /** 1-based line of the file (for a record of several lines, its last); the first, where one fault stands for several. */
  readonly line?: number
  /** The column, if its name is one token or was given by the caller; its keyed digest otherwise. */
  readonly column?: string
  /** JSON pointer into the file. */
  readonly pointer?: string
}

/**
 * A whole run or all that is wrong with the file: nothing is half imported. `repeats` counts the rows beyond each case's first, `table`
 * says how a table was read; `more` counts the faults beyond those listed.
 */
export type ImportResult =
  | {
      readonly ok: true
      readonly run: EvaluationRun
      readonly repeats: number
      readonly table?: TableReading | undefined
    }
  | { readonly ok: false; readonly faults: readonly ImportFault[]; readonly more: number }

/** So many faults are listed; the rest are counted. */
const MOST_LISTED = 100

/** Collects the faults of one file. */
export interface FaultList {
  /** Adds what was found; what to do is the code's own next step unless `step` says it better. Answers undefined, so that a reader can give up in one statement. */
  readonly add: (code: ImportFaultCode, found: string, place?: FaultPlace, step?: string) => undefined
  readonly result: () => Extract<ImportResult, { ok: false }>
  readonly any: () => boolean
}

type FaultPlace = Pick<ImportFault, 'line' | 'column' | 'pointer'>

/** An empty list whose places pass through `gate`, so that a column's name can't carry content out. */
export function faultList(gate: IdentifierGate): FaultList {
  const faults: ImportFault[] = []
  let more = 0
  return {
    add(code, found, place = {}, step = FAULTS[code]) {
      if (faults.length >= MOST_LISTED) {
        more += 1
        return undefined
      }
      const column = place.column === undefined ? {} : { column: gate.token(place.column) }
      faults.push({ code, text: `${found}; ${step}`, ...place, ...column })
      return undefined
    },
    result: () => ({ ok: false, faults, more }),
    any: () => faults.length > 0,
  }
}
