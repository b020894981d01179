import { identifierGate } from '../../identifier.ts'
import { importCsv } from '../csv.ts'
import { faultList, type ImportFaultCode, type ImportResult } from '../faults.ts'
import { importJsonl } from '../jsonl.ts'
import { importPromptfoo } from '../promptfoo.ts'
import { deepevalFormat } from './deepeval.ts'
import { everyEvalEverFormat } from './every-eval-ever.ts'
import { headOf } from './file-head.ts'
import {
  MEDIA,
  type FileHead,
  type ReadingOptions,
  type ResultsFile,
  type ResultsFormat,
  type Takes,
} from './format.ts'
import { inspectFormat } from './inspect.ts'
import { jsonArrayFormat } from './json-array.ts'
import { junitFormat } from './junit.ts'
import { lmEvalFormat } from './lm-eval.ts'
import type { FormatName } from './names.ts'
import { openaiEvalsFormat } from './openai-evals.ts'
import { toolFormats } from './tools.ts'

const promptfooFormat: ResultsFormat = {
  name: 'promptfoo',
  label: 'promptfoo results (JSON, JSONL, YAML, CSV)',
  mediaTypes: [MEDIA.json, MEDIA.lines, MEDIA.yaml, MEDIA.csv],
  takes: ['variables', 'selection'],
  isText: true,
  recognise: ({ kind, keys, columns, start, extension }) =>
    (keys.has('/results/version') && keys.has('/results/results')) ||
    (keys.has('/evalId') && keys.has('/results')) ||
    (keys.has('/promptIdx') && keys.has('/testIdx')) ||
    (columns.has('Status') && columns.has('Score') && columns.has('Named Scores')) ||
    (kind === 'text' && (/^\.ya?ml$/.test(extension) || /^(---\s+)?evalId:/.test(start))),
  read: importPromptfoo,
}

const csvFormat: ResultsFormat = {
  name: 'csv',
  label: 'CSV',
  mediaTypes: [MEDIA.csv],
  takes: ['mapping', 'where'],
  isText: true,
  recognise: ({ kind }) => kind === 'text',
  read: importCsv,
}

const jsonlFormat: ResultsFormat = {
  name: 'jsonl',
  label: 'JSON Lines',
  mediaTypes: [MEDIA.lines],
  takes: ['mapping', 'where'],
  isText: true,
  recognise: ({ kind, isLines, extension }) => kind === 'json' && (isLines || /^\.(jsonl|ndjson)$/.test(extension)),
  read: importJsonl,
}

/** Every format of results, in the order in which a file is tried for them: what says more of itself comes first. */
export const RESULTS_FORMATS: readonly ResultsFormat[] = [
  promptfooFormat,
  inspectFormat,
  lmEvalFormat,
  deepevalFormat,
  openaiEvalsFormat,
  everyEvalEverFormat,
  ...toolFormats,
  junitFormat,
  jsonArrayFormat,
  jsonlFormat,
  csvFormat,
]

/** Content types in which files of results are sent. */
export const RESULTS_MEDIA_TYPES: readonly string[] = [
  ...new Set(RESULTS_FORMATS.flatMap(({ mediaTypes }) => mediaTypes)),
]

/** The format that the bytes of a file show, or its name where they leave it open; undefined if neither does. */
export function recogniseFormat(bytes: Uint8Array, name?: string): FormatName | undefined {
  return formatOf(headOf(bytes, name))?.name
}

/** Reads a file of results in its format: the one given, or else the one that it shows. */
export function importResults(
  file: ResultsFile,
  { format, ...options }: ReadingOptions & { readonly format?: FormatName | undefined } = {},
): ImportResult {
  const found = format === undefined ? formatOf(headOf(file.bytes, file.name)) : byName(format)
  if (found === undefined)
    return refusal(
      file,
      'unknown_format',
      `the format does not show; give one of: ${RESULTS_FORMATS.map(({ name }) => name).join(', ')}`,
    )
  const unsuited = unsuitedOption(found, options)
  if (unsuited !== undefined) return refusal(file, 'unsuited_option', unsuited)
  if (!found.isText) return found.read({ ...file, text: '' }, options)
  const text = decoded(file.bytes)
  if (text === undefined)
    return refusal(file, 'not_utf8', 'not UTF-8; save the file as UTF-8', firstBrokenLine(file.bytes))
  return found.read({ ...file, text }, options)
}

/** What is wrong with options for a format, in words; undefined if it takes all of them. */
export function unsuitedOption({ name, takes }: ResultsFormat, options: ReadingOptions): string | undefined {
  const given: Readonly<Record<Takes, boolean>> = {
    mapping: options.mapping !== undefined,
    where: (options.where ?? []).length > 0,
    variables: [options.caseIdVariable, options.sliceVariable, options.clusterVariable].some((it) => it !== undefined),
    selection: options.provider !== undefined || options.prompt !== undefined,
  }
  const words: Readonly<Record<Takes, string>> = {
    mapping: `${name} names its own metrics: a mapping (--metric, --error) is for csv, jsonl and json`,
    where: `${name} has no rows to choose from: --where is for tables`,
    variables: `--case, --slice and --cluster have nothing to name in ${name}`,
    selection: '--provider and --prompt are for promptfoo',
  }
  const unsuited = (Object.keys(given) as Takes[]).find((option) => given[option] && !takes.includes(option))
  return unsuited && words[unsuited]
}

/** A format by its name. */
export function byName(name: FormatName): ResultsFormat {
  const found = RESULTS_FORMATS.find((format) => format.name === name)
  if (found === undefined) throw new TypeError('a format that nothing reads')
  return found
}

function formatOf(head: FileHead): ResultsFormat | undefined {
  return RESULTS_FORMATS.find(({ recognise }) => recognise(head))
}

function refusal(file: ResultsFile, code: ImportFaultCode, text: string, line?: number): ImportResult {
  const faults = faultList(identifierGate(file.digest))
  faults.add(code, text, line === undefined ? {} : { line })
  return faults.result()
}

/** Bytes that aren't UTF-8 are refused: decoded loosely, two ids that differ in them would become one. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The 1-based line that holds the first byte that isn't UTF-8. A line feed is never part of another character. */
function firstBrokenLine(bytes: Uint8Array): number {
  let line = 1
  let start = 0
  for (;;) {
    const end = bytes.indexOf(0x0a, start)
    if (end === -1 || decoded(bytes.subarray(start, end)) === undefined) return line
    line += 1
    start = end + 1
  }
}
