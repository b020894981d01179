import { identifierGate } from '../../identifier.ts'
import { importCsv } from '../csv.ts'
import { settleText, wholeText } from '../encoding.ts'
import { faultList, type FaultList, type ImportResult } from '../faults.ts'
import { lookOfText } from '../file-look.ts'
import { lookAtJson } from '../json-look.ts'
import { lookOfTables, proposeLines, tablesIn } from '../json-tables.ts'
import { addJsonFault } from '../json-text.ts'
import { importJsonl } from '../jsonl.ts'
import { importPromptfoo } from '../promptfoo.ts'
import { isPromptfooMarkedTable } from '../promptfoo-marked-table.ts'
import { deepevalFormat } from './deepeval.ts'
import { everyEvalEverFormat } from './every-eval-ever.ts'
import { headOf } from './file-head.ts'
import {
  MEDIA,
  type FileHead,
  type OpenedSource,
  type ReadingOptions,
  type ResultsFormat,
  type Takes,
} from './format.ts'
import { LIMITS, type ByteSource } from '../source.ts'
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
  holds: 'text',
  recognise: ({ kind, keys, columns, start, extension }) =>
    (keys.has('/results/version') && keys.has('/results/results')) ||
    (keys.has('/evalId') && keys.has('/results')) ||
    (keys.has('/promptIdx') && keys.has('/testIdx')) ||
    (columns.has('Status') && columns.has('Score') && columns.has('Named Scores')) ||
    (kind === 'text' && isPromptfooMarkedTable(start)) ||
    (kind === 'text' && (/^\.ya?ml$/.test(extension) || /^(---\s+)?evalId:/.test(start))),
  read: importPromptfoo,
}

const csvFormat: ResultsFormat = {
  name: 'csv',
  label: 'CSV',
  mediaTypes: [MEDIA.csv],
  takes: ['mapping', 'where', 'notation'],
  holds: 'pieces',
  recognise: ({ kind }) => kind === 'text',
  read: importCsv,
}

const jsonlFormat: ResultsFormat = {
  name: 'jsonl',
  label: 'JSON Lines',
  mediaTypes: [MEDIA.lines],
  takes: ['mapping', 'where', 'notation'],
  holds: 'pieces',
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

/** The format that a file shows, or its name where its bytes leave it open; undefined if neither does. */
export function recogniseFormat(file: Pick<ByteSource, 'chunks' | 'name'>): FormatName | undefined {
  return formatOf(headOf(file.chunks(), file.name))?.name
}

/** Reads a file of results in its format: the one given, or else the one that it shows. The one way from bytes to a run. */
export function importResults(
  file: ByteSource,
  { format, ...options }: ReadingOptions & { readonly format?: FormatName | undefined } = {},
): ImportResult {
  const faults = faultList(identifierGate(file.digest))
  const found = format === undefined ? formatOf(headOf(file.chunks(), file.name)) : byName(format)
  if (found === undefined) return refuseUnknown(file, faults)
  const unsuited = unsuitedOption(found, options)
  if (unsuited !== undefined) {
    faults.add('unsuited_option', unsuited)
    return faults.result()
  }
  if (found.holds === 'pieces') return found.read(file, options)
  const opened = found.holds === 'bytes' ? openBytes(file, faults) : openText(file, faults, !mayBeWindows(found, file))
  return opened === undefined ? faults.result() : found.read(opened, options)
}

/** A document that no format is known by, but that may hold an array of objects. */
function refuseUnknown(file: ByteSource, faults: FaultList): ImportResult {
  const opened = openText(file, faults)
  if (opened === undefined) return faults.result()
  const look = lookOfText(opened.text.slice(0, 256))
  if (opened.text.trim() === '') faults.add('empty', 'the file is empty')
  else if (look === 'XML or HTML') faults.add('not_a_table', `this looks like ${look}, and no JUnit report`)
  else {
    const start = opened.text.trimStart()[0]
    const broken = start === '{' || start === '[' ? lookAtJson(opened.text, { isSequence: true }) : undefined
    if (broken !== undefined) {
      addJsonFault(opened.text, { offset: 0 }, faults, { isSequence: true })
      return faults.result()
    }
    const tables = tablesIn(opened.text)
    const names = RESULTS_FORMATS.map(({ name }) => name).join(', ')
    if (tables.length > 0) faults.add('not_a_table', lookOfTables(tables), {}, proposeLines(tables, file))
    else faults.add('unknown_format', `its format does not show; one of ${names} is read`)
  }
  return faults.result()
}

/** Exports of rows pass through spreadsheets, which write them in an encoding of their own; the run's notes tell it. */
function mayBeWindows({ takes, mediaTypes }: ResultsFormat, file: ByteSource): boolean {
  return takes.includes('where') && mediaTypes.includes(MEDIA.csv) && headOf(file.chunks(), file.name).kind === 'text'
}

function openText(file: ByteSource, faults: FaultList, onlyUnicode = true): OpenedSource | undefined {
  const text = settleText(file, faults, { onlyUnicode })
  if (!text) return undefined
  const { sourceDigest, encoding } = text
  return {
    bytes: new Uint8Array(),
    text: wholeText(text),
    sourceDigest,
    encoding,
    digest: file.digest,
    name: file.name,
    command: file.command,
  }
}

function openBytes(file: ByteSource, faults: FaultList): OpenedSource | undefined {
  const hash = file.sha256()
  const pieces: Uint8Array[] = []
  let size = 0
  for (const piece of file.chunks()) {
    hash.update(piece)
    // A piece is good until the next one is asked for.
    pieces.push(piece.slice())
    size += piece.length
    if (size > LIMITS.fileSize) return faults.add('too_large', `the file is larger than ${LIMITS.fileSize} bytes`)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return {
    bytes,
    text: '',
    sourceDigest: hash.digest('hex'),
    digest: file.digest,
    name: file.name,
    command: file.command,
  }
}

/** Says in words which option a format doesn't take; undefined if it takes all of them. */
export function unsuitedOption({ name, takes }: ResultsFormat, options: ReadingOptions): string | undefined {
  const given: Readonly<Record<Takes, boolean>> = {
    mapping: options.mapping !== undefined,
    where: (options.where ?? []).length > 0,
    notation: options.decimal !== undefined || (options.missing ?? []).length > 0,
    variables: [options.caseIdVariable, options.sliceVariable, options.clusterVariable].some((it) => it !== undefined),
    selection: options.provider !== undefined || options.prompt !== undefined,
  }
  const words: Readonly<Record<Takes, string>> = {
    mapping: `${name} names its own metrics: a mapping (--metric, --error) is for csv, jsonl and json`,
    where: `${name} has no rows to choose from: --where is for tables`,
    notation: `${name} has notations of its own: --decimal and --missing are for csv and jsonl`,
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
