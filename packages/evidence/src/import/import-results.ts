import { identifierGate } from '../identifier.ts'
import { importCsv } from './csv.ts'
import { settleText, wholeText } from './encoding.ts'
import { faultList, type ImportResult } from './faults.ts'
import { importJsonl } from './jsonl.ts'
import { importPromptfoo, type PromptfooOptions } from './promptfoo.ts'
import type { ByteSource } from './source.ts'
import type { TableOptions } from './table-options.ts'

/** The formats of results that are read. */
export const RESULT_FORMATS = ['csv', 'jsonl', 'promptfoo'] as const

/** A format of results. */
export type ResultFormat = (typeof RESULT_FORMATS)[number]

/** Reads a file of results of a known format: the one way from bytes to a run, on the server and without one. */
export function importResults(
  format: ResultFormat,
  source: ByteSource,
  options: TableOptions & PromptfooOptions,
): ImportResult {
  if (format === 'csv') return importCsv(source, options)
  if (format === 'jsonl') return importJsonl(source, options)
  return importWhole(source, options)
}

/** A document has to be held whole; its bytes become text as those of a table do. */
function importWhole(source: ByteSource, options: PromptfooOptions): ImportResult {
  const faults = faultList(identifierGate(source.digest))
  const text = settleText(source, faults, { onlyUnicode: true })
  if (!text) return faults.result()
  const { sourceDigest } = text
  return importPromptfoo({ text: wholeText(text), sourceDigest, digest: source.digest }, options)
}
