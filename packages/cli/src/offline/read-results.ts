import {
  formatByName,
  importResults,
  recogniseFormat,
  type ByteSource,
  type FormatName,
  type ImportResult,
  type ReadingOptions,
} from '@afterai/evidence'
import { openResultFile, sourceOf } from '../result-file.ts'
import type { LocalKey } from '../local-key.ts'

/** Options for the reading of a file of results: what of it, and how. Tables take the mapping, other formats the variables. */
export interface ResultsOptions extends ReadingOptions {
  /** Undefined leaves it to what each file shows. */
  readonly format?: FormatName | undefined
}

/**
 * Reads a file of results. What may not be shown is digested under `key`: two files need the same.
 * @throws {CommandFailure} `failed` if it can't be read
 */
export function readResults(
  path: string,
  options: ResultsOptions,
  key: LocalKey,
  command: ByteSource['command'],
): ImportResult {
  const source = sourceOf(openResultFile(path), key, command)
  const format = options.format ?? recogniseFormat(source)
  return importResults(source, { ...suited(format, options), format })
}

/** The two sides may be of different formats: each gets what of the options is for it. */
function suited(format: FormatName | undefined, options: ResultsOptions): ReadingOptions {
  if (format === undefined) return options
  const { mapping, caseIdVariable, sliceVariable, clusterVariable, decimal, missing, ...both } = options
  const { takes } = formatByName(format)
  return {
    ...both,
    ...(takes.includes('mapping') ? { mapping } : { caseIdVariable, sliceVariable, clusterVariable }),
    ...(takes.includes('notation') ? { decimal, missing } : {}),
  }
}
