import {
  formatByName,
  importMappingSchema,
  importResults,
  recogniseFormat,
  rowFiltersSchema,
  unsuitedOption,
  type ByteSource,
  type DecimalMark,
  type FormatName,
  type ImportMapping,
  type ImportResult,
  type ReadingOptions,
  type RowFilter,
} from '@afterai/evidence'
import { CommandFailure } from './command-failure.ts'
import type { LocalKey } from './local-key.ts'
import { printable } from './terminal/style.ts'
import { openResultFile, sourceOf, type ResultFile } from './result-file.ts'

/** Options for the reading of a file of results. */
export interface EvaluationOptions {
  readonly format?: FormatName
  /** Columns that identify a case together. */
  readonly case?: readonly string[]
  readonly cluster?: string
  readonly slice?: string
  readonly error?: string
  /** `column=value` each. */
  readonly where?: readonly string[]
  /** `name=column[:kind[:direction[:lower..upper]]]` each. */
  readonly metric?: readonly string[]
  readonly decimal?: DecimalMark
  readonly missing?: readonly string[]
  readonly provider?: string
  readonly prompt?: string
}

/** A file of results and how to read it. */
export interface EvaluationFile {
  readonly file: ResultFile
  readonly format: FormatName
  readonly reading: ReadingOptions
}

/** @throws {CommandFailure} `failed` if the file can't be read, `usage` if the options don't say how */
export function openEvaluationFile(path: string, options: EvaluationOptions, key: LocalKey): EvaluationFile {
  const file = openResultFile(path)
  const format = options.format ?? recogniseFormat({ chunks: file.chunks, name: path })
  if (format === undefined) throw refusalOf(sourceOf(file, key), path)
  return { file, format, reading: readingOf(format, options) }
}

/** Makes the refusal of a file that no format is known by: what it looks like, and what to do with it. */
function refusalOf(source: ByteSource, path: string): CommandFailure {
  const result = importResults(source)
  if (result.ok) throw new TypeError('a file without a format was read')
  return unreadable(path, result)
}

/** The faults of a file that can't be imported, with their places. */
export function unreadable(path: string, { faults, more }: Extract<ImportResult, { ok: false }>): CommandFailure {
  const place = ({ line, column, pointer }: (typeof faults)[number]): string =>
    [line !== undefined && `line ${line}`, column !== undefined && `column ${column}`, pointer]
      .filter(Boolean)
      .join(', ')
  return new CommandFailure('failed', `${path} cannot be imported.`, {
    lines: [
      ...faults.map((fault) => `  ${[place(fault), printable(fault.text)].filter(Boolean).join(': ')}`),
      ...(more > 0 ? [`  ... and ${more} more`] : []),
    ],
  })
}

/** How a file of a format is read. @throws {CommandFailure} `usage` if the options don't suit the format */
function readingOf(format: FormatName, options: EvaluationOptions): ReadingOptions {
  const { provider, prompt, decimal, missing } = options
  const where = filtersOf(options.where)
  const isTable = formatByName(format).takes.includes('mapping')
  if (!isTable && (options.metric !== undefined || options.error !== undefined))
    throw new CommandFailure(
      'usage',
      `${format} names its own metrics: --metric and --error are for csv, jsonl and json.`,
    )
  const named = isTable ? { mapping: mappingOf(options) } : variablesOf(options)
  const reading = { ...named, where, provider, prompt, decimal, missing }
  const unsuited = unsuitedOption(formatByName(format), reading)
  if (unsuited !== undefined) throw new CommandFailure('usage', `${unsuited}.`)
  return reading
}

/** Reads the results here, without a server. What may not be shown is digested under `key`. */
export function importHere({ file, format, reading }: EvaluationFile, key: LocalKey): ImportResult {
  return importResults(sourceOf(file, key), { ...reading, format })
}

/** The variables that name a case, its slice and cluster, in files of tools that have their own metrics. */
export function variablesOf(options: EvaluationOptions): Readonly<Record<string, string | undefined>> {
  const { case: columns = [], slice: sliceVariable, cluster: clusterVariable } = options
  const [caseIdVariable, another] = columns
  if (another !== undefined)
    throw new CommandFailure('usage', 'For files that are no tables --case names one variable.', {
      remedy: 'Give one, or none to use what the tool itself identifies cases by.',
    })
  return { caseIdVariable, sliceVariable, clusterVariable }
}

/** Whether a file is a table, whose columns can be mapped. */
export function isTable(path: string, format: FormatName | undefined): boolean {
  const found = format ?? recogniseFormat({ chunks: openResultFile(path).chunks, name: path })
  return found !== undefined && formatByName(found).takes.includes('mapping')
}

/**
 * The mapping that options state; undefined leaves it to the columns' usual names.
 * @throws {CommandFailure} `usage` if only half of it is stated
 */
export function mappingOf(options: EvaluationOptions): ImportMapping | undefined {
  const { case: columns = [], cluster, slice, error, metric = [] } = options
  const isStated = [cluster, slice, error].some((value) => value !== undefined) || columns.length + metric.length > 0
  if (!isStated) return undefined
  if (columns.length === 0 || metric.length === 0) throw halfMapped(options)
  const caseId = columns.length === 1 ? columns[0] : columns
  const mapping = importMappingSchema.safeParse({ caseId, cluster, slice, error, metrics: metric.map(readMetric) })
  if (mapping.success) return mapping.data
  throw new CommandFailure('usage', 'The mapping of columns is not valid.', {
    lines: issueLines(mapping.error.issues),
  })
}

/** The half of a mapping that is given, and what it lacks. */
function halfMapped({ case: columns = [], cluster, slice, error, metric = [] }: EvaluationOptions): CommandFailure {
  const given = [
    ...(columns.length > 0 ? ['--case'] : []),
    ...Object.entries({ '--cluster': cluster, '--slice': slice, '--error': error })
      .filter(([, column]) => column !== undefined)
      .map(([option]) => option),
    ...(metric.length > 0 ? ['--metric'] : []),
  ]
  const lacking = [
    ...(columns.length === 0 ? ['--case COLUMN'] : []),
    ...(metric.length === 0 ? ['--metric NAME=COLUMN'] : []),
  ]
  const [are, need] = given.length === 1 ? ['names a column', 'needs'] : ['name columns', 'need']
  return new CommandFailure(
    'usage',
    `${given.join(' and ')} ${are} of a table, and ${need} ${lacking.join(' and ')} beside.`,
    {
      remedy:
        'Or leave all of them out, if the columns have usual names: id or case_id; slice, segment or category; error; score, correct, latency_ms, cost_usd.',
    },
  )
}

/** The column may itself hold colons: kind, direction and scale are read from the end. */
function readMetric(text: string): unknown {
  const [, name, column, kind, direction, lower, upper] =
    /^([^=]+)=(.+?)(?::(binary|safety|continuous|latency|cost|tokens)(?::(up|down))?(?::(-?[\d.]+)\.\.(-?[\d.]+))?)?$/.exec(
      text,
    ) ?? []
  if (name === undefined || column === undefined)
    throw new CommandFailure(
      'usage',
      '--metric takes NAME=COLUMN[:KIND[:DIRECTION[:LOWER..UPPER]]], like accuracy=correct:binary:up or tone=tone_score:continuous:up:1..5.',
    )
  const scale = lower === undefined ? undefined : { lower: Number(lower), upper: Number(upper) }
  return { name, column, kind: kind ?? 'continuous', direction, scale }
}

/** Reads `column=value` of each. @throws {CommandFailure} `usage` */
export function filtersOf(texts: readonly string[] = []): readonly RowFilter[] {
  const filters = rowFiltersSchema.safeParse(texts.map(readFilter))
  if (filters.success) return filters.data
  throw new CommandFailure('usage', 'What --where selects cannot be named.', {
    lines: issueLines(filters.error.issues),
  })
}

function readFilter(text: string): RowFilter {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) {
    const lack = at < 0 ? 'no =VALUE behind the column' : at === 0 ? 'no column before the =' : 'no value behind the ='
    throw new CommandFailure('usage', `--where takes COLUMN=VALUE, the text of a cell as it stands: there is ${lack}.`)
  }
  return { column: text.slice(0, at), equals: text.slice(at + 1) }
}

function issueLines(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): readonly string[] {
  return issues.map(({ path, message }) => `  /${path.map(String).join('/')}: ${message}`)
}
