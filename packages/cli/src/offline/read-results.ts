import { createHash, createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import {
  formatByName,
  importResults,
  recogniseFormat,
  type FormatName,
  type ImportResult,
  type ReadingOptions,
} from '@afterai/evidence'

/** What of a file of results to read, and how. Tables take the mapping, other formats the variables. */
export interface ResultsOptions extends ReadingOptions {
  /** Undefined leaves it to what each file shows. */
  readonly format?: FormatName | undefined
}

/** Reads a file of results. Case ids are digested under `key`: two files need the same. */
export async function readResults(path: string, options: ResultsOptions, key: Uint8Array): Promise<ImportResult> {
  const bytes = new Uint8Array(await readFile(path))
  const format = options.format ?? recogniseFormat(bytes, path)
  const file = {
    bytes,
    name: path,
    sourceDigest: createHash('sha256').update(bytes).digest('hex'),
    digest: (text: string) => `hmac-${createHmac('sha256', key).update(text).digest('hex').slice(0, 32)}`,
  }
  return importResults(file, { ...suited(format, options), format })
}

/** The two sides may be of different formats: each gets what of the options is for it. */
function suited(format: FormatName | undefined, options: ResultsOptions): ReadingOptions {
  if (format === undefined) return options
  const { mapping, caseIdVariable, sliceVariable, clusterVariable, ...both } = options
  if (formatByName(format).takes.includes('mapping')) return { ...both, mapping }
  return { ...both, caseIdVariable, sliceVariable, clusterVariable }
}
