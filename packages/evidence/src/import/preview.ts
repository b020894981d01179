import { isToken } from '../identifier.ts'
import { textAt, textCount } from '../cases/text-column.ts'
import type { CaseTable } from '../cases/case-table.ts'
import type { ImportResult } from './faults.ts'
import { byName, importResults, recogniseFormat } from './formats/index.ts'
import type { ReadingOptions, Takes } from './formats/format.ts'
import type { FormatName } from './formats/names.ts'
import type { ByteSource } from './source.ts'
import { type ColumnLook, lookAtColumns } from './table-look.ts'
import { tableGate } from './table-options.ts'
import { type SliceVariable, variableSurvey } from './variable-survey.ts'

/** Several parts of one file, of which an import reads one: two of them are two sides of a comparison. */
export interface FileChoice {
  readonly by: 'provider' | 'prompt'
  readonly names: readonly string[]
}

/** What an import would make of a file, and what there is to say of how to read it; nothing is kept of it. */
export interface ImportPreview {
  /** Null where the file doesn't show it. */
  readonly format: FormatName | null
  readonly takes: readonly Takes[]
  readonly columns: readonly ColumnLook[]
  /** Columns beyond those listed. */
  readonly moreColumns: number
  readonly variables: readonly SliceVariable[]
  readonly choices: readonly FileChoice[]
  readonly result: ImportResult
}

/** Reads a file as an import does, and looks at what else it could be read for. Every name has passed the gate; no cell is quoted. */
export function previewResults(
  file: ByteSource,
  { format, ...options }: Omit<ReadingOptions, 'watch'> & { readonly format?: FormatName | undefined } = {},
): ImportPreview {
  let looked: ReturnType<typeof lookAtColumns> = { columns: [], more: 0 }
  const variables = variableSurvey(isToken)
  const choices: FileChoice[] = []
  const result = importResults(file, {
    ...options,
    format,
    watch: {
      // By a gate of its own: what it hides here is not counted as the import's.
      sawTable: (table) =>
        (looked = lookAtColumns(table, { mapping: options.mapping, gate: tableGate(file, options) })),
      sawVariables: variables.see,
      sawChoices: (by, names) => names.length > 1 && choices.push({ by, names }),
    },
  })
  const found = format ?? recogniseFormat(file) ?? null
  return {
    format: found,
    takes: found === null ? [] : byName(found).takes,
    columns: looked.columns,
    moreColumns: looked.more,
    variables: variables.found(),
    choices,
    result,
  }
}

/** The names of the slices of a table's cases, in their order. */
export function sliceNames({ slices }: CaseTable): string[] {
  if (slices === null) return []
  return Array.from({ length: textCount(slices.names) }, (_, index) => textAt(slices.names, index)).toSorted()
}
