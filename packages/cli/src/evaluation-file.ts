import { randomBytes } from 'node:crypto'
import { extname } from 'node:path'
import {
  importMappingSchema,
  importResults,
  rowFiltersSchema,
  type DecimalMark,
  type ImportMapping,
  type ImportResult,
  type ResultFormat,
  type RowFilter,
} from '@afterai/evidence'
import { CommandFailure } from './command-failure.ts'
import { openResultFile, sourceOf, type ResultFile } from './result-file.ts'

/** Formats of evaluation results, by their Content-Type. */
export const evaluationFormats: Readonly<Record<ResultFormat, string>> = {
  csv: 'text/csv',
  jsonl: 'application/x-ndjson',
  promptfoo: 'application/json',
}

/** What options say of a file of results. */
export interface EvaluationOptions {
  readonly format?: ResultFormat
  /** Columns that identify a case together. */
  readonly case?: readonly string[]
  readonly cluster?: string
  readonly slice?: string
  readonly error?: string
  /** `column=value` each. */
  readonly where?: readonly string[]
  /** `name=column[:kind[:direction]]` each. */
  readonly metric?: readonly string[]
  readonly decimal?: DecimalMark
  readonly missing?: readonly string[]
  readonly provider?: string
  readonly prompt?: string
}

/** A file of results and how to read it. */
export interface EvaluationFile {
  readonly file: ResultFile
  readonly format: ResultFormat
  readonly mapping: ImportMapping | undefined
  readonly where: readonly RowFilter[]
  readonly options: EvaluationOptions
}

/** @throws {CommandFailure} `failed` if the file can't be read, `usage` if the options don't say how */
export function openEvaluationFile(path: string, options: EvaluationOptions): EvaluationFile {
  const format = options.format ?? formatOf(path)
  const where = filtersOf(options.where)
  if (format === 'promptfoo' && (where.length > 0 || options.metric !== undefined))
    throw new CommandFailure('usage', '--where and --metric are for CSV and JSONL; promptfoo names its own metrics.')
  const mapping = format === 'promptfoo' ? undefined : mappingOf(options)
  return { file: openResultFile(path), format, mapping, where, options }
}

/** Reads the results here, without a server. */
export function importHere({ file, format, mapping, where, options }: EvaluationFile): ImportResult {
  const { decimal, missing } = options
  const selection = format === 'promptfoo' ? promptfooSelection(options) : {}
  return importResults(format, sourceOf(file, randomBytes(32)), { mapping, where, decimal, missing, ...selection })
}

/** How the results of one provider are picked from a promptfoo file, and its cases named. */
export function promptfooSelection(options: EvaluationOptions): Readonly<Record<string, string | undefined>> {
  const { provider, prompt, case: columns = [], slice: sliceVariable, cluster: clusterVariable } = options
  const [caseIdVariable, another] = columns
  if (another !== undefined)
    throw new CommandFailure('usage', 'For promptfoo --case names one test variable; leave it out to use all of them.')
  return { provider, prompt, caseIdVariable, sliceVariable, clusterVariable }
}

/** Whether a file is a table, whose columns can be mapped. */
export function isTable(path: string): boolean {
  return formatOf(path) !== 'promptfoo'
}

/** The format that a file's name tells. @throws {CommandFailure} `usage` if it tells none */
export function formatOf(path: string): ResultFormat {
  const format = { '.csv': 'csv', '.jsonl': 'jsonl', '.ndjson': 'jsonl', '.json': 'promptfoo' } as const
  const extension = extname(path).toLowerCase()
  if (Object.hasOwn(format, extension)) return format[extension as keyof typeof format]
  throw new CommandFailure('usage', `The format of ${path} does not show in its name.`, {
    remedy: 'Give --format csv, jsonl or promptfoo.',
  })
}

/**
 * The mapping that options state; undefined leaves it to the columns' usual names.
 * @throws {CommandFailure} `usage` if only half of it is stated
 */
export function mappingOf(options: EvaluationOptions): ImportMapping | undefined {
  const { case: columns = [], cluster, slice, error, metric = [] } = options
  const isStated = [cluster, slice, error].some((value) => value !== undefined) || columns.length + metric.length > 0
  if (!isStated) return undefined
  if (columns.length === 0 || metric.length === 0)
    throw new CommandFailure('usage', 'A mapping of columns takes --case and at least one --metric.', {
      remedy: 'Leave all of them out if the columns have usual names, such as case_id, score, latency_ms, cost_usd.',
    })
  const caseId = columns.length === 1 ? columns[0] : columns
  const mapping = importMappingSchema.safeParse({ caseId, cluster, slice, error, metrics: metric.map(readMetric) })
  if (mapping.success) return mapping.data
  throw new CommandFailure('usage', 'The mapping of columns is not valid.', {
    lines: issueLines(mapping.error.issues),
  })
}

/** The column may itself hold colons: kind and direction are read from the end. */
function readMetric(text: string): unknown {
  const [, name, column, kind, direction] =
    /^([^=]+)=(.+?)(?::(binary|safety|continuous|latency|cost|tokens)(?::(up|down))?)?$/.exec(text) ?? []
  if (name === undefined || column === undefined)
    throw new CommandFailure('usage', `--metric takes NAME=COLUMN[:KIND[:DIRECTION]], like accuracy=correct:binary.`)
  return { name, column, kind: kind ?? 'continuous', direction }
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
  if (at < 1) throw new CommandFailure('usage', '--where takes COLUMN=VALUE.')
  return { column: text.slice(0, at), equals: text.slice(at + 1) }
}

function issueLines(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): readonly string[] {
  return issues.map(({ path, message }) => `  /${path.map(String).join('/')}: ${message}`)
}
