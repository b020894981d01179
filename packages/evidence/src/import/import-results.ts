import { identifierGate } from '../identifier.ts'
import { importCsv } from './csv.ts'
import { settleText, wholeText } from './encoding.ts'
import { faultList, type ImportResult } from './faults.ts'
import { importJsonl } from './jsonl.ts'
import { objectsIn, proposeLines } from './json-objects.ts'
import { importPromptfoo, type PromptfooOptions } from './promptfoo.ts'
import type { ByteSource } from './source.ts'
import type { TableOptions } from './table-options.ts'

/** A format of results. */
export type ResultFormat = 'csv' | 'jsonl' | 'promptfoo'

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
  const whole = wholeText(text)
  const result = importPromptfoo({ text: whole, sourceDigest, digest: source.digest }, options)
  if (result.ok || !result.faults.some(({ code }) => code === 'unsupported_version')) return result
  const objects = objectsIn(whole)
  if (!objects) return result
  faults.add('not_a_table', objects.look, {}, proposeLines(objects, source.name))
  return faults.result()
}
