import { importResults, type ImportResult, type PromptfooOptions, type TableOptions } from '@afterai/evidence'
import { formatOf } from '../evaluation-file.ts'
import { openResultFile, sourceOf } from '../result-file.ts'

/** What of a file of results to read, and how: of a table by `TableOptions`, of a promptfoo file by the rest. */
export interface ResultsOptions extends TableOptions, PromptfooOptions {}

/**
 * Reads a CSV, JSONL or promptfoo JSON file, told apart by its name. Case ids are digested under `key`: two files need the same.
 * @throws {CommandFailure} `failed` if it can't be read, `usage` if its name tells no format
 */
export function readResults(path: string, options: ResultsOptions, key: Uint8Array): ImportResult {
  return importResults(formatOf(path), sourceOf(openResultFile(path), key), options)
}
