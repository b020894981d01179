import { createHash, createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import {
  importCsv,
  importJsonl,
  importPromptfoo,
  type ImportMapping,
  type ImportResult,
  type PromptfooOptions,
  type RowFilter,
} from '@afterai/evidence'

/** What of a file of results to read, and how. Tables take `mapping` and `where`; promptfoo files take the rest. */
export interface ResultsOptions extends PromptfooOptions {
  readonly mapping?: ImportMapping | undefined
  readonly where?: readonly RowFilter[] | undefined
}

/** Reads a CSV, JSONL or promptfoo JSON file, told apart by its name. Case ids are digested under `key`: two files need the same. */
export async function readResults(path: string, options: ResultsOptions, key: Uint8Array): Promise<ImportResult> {
  const bytes = await readFile(path)
  const source = {
    text: bytes.toString('utf8'),
    sourceDigest: createHash('sha256').update(bytes).digest('hex'),
    digest: (text: string) => `hmac-${createHmac('sha256', key).update(text).digest('hex').slice(0, 32)}`,
  }
  switch (extname(path).toLowerCase()) {
    case '.csv':
      return importCsv(source, options)
    case '.jsonl':
    case '.ndjson':
      return importJsonl(source, options)
    default:
      return importPromptfoo(source, options)
  }
}
