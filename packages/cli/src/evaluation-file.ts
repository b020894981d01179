import { createHash, createHmac, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import {
  formatByName,
  importMappingSchema,
  importResults,
  recogniseFormat,
  RESULTS_FORMATS,
  unsuitedOption,
  type FormatName,
  type ImportMapping,
  type ImportResult,
  type ReadingOptions,
} from '@afterai/evidence'
import { CommandFailure } from './command-failure.ts'

/** What options say of a file of results. */
export interface EvaluationOptions {
  readonly format?: FormatName
  readonly case?: string
  readonly cluster?: string
  readonly slice?: string
  readonly error?: string
  /** `column=value` each. */
  readonly where?: readonly string[]
  /** `name=column[:kind[:direction]]` each. */
  readonly metric?: readonly string[]
  readonly provider?: string
  readonly prompt?: string
}

/** A file of results and how to read it. */
export interface EvaluationFile {
  readonly path: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly format: FormatName
  readonly reading: ReadingOptions
}

/** @throws {CommandFailure} `failed` if the file can't be read, `usage` if the options don't say how */
export async function readEvaluationFile(path: string, options: EvaluationOptions): Promise<EvaluationFile> {
  const file = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new CommandFailure('failed', `${path} cannot be read (${cause.code}).`, { cause })
  })
  const format = options.format ?? recogniseFormat(file, path)
  if (format === undefined)
    throw new CommandFailure('usage', `The format of ${path} does not show, neither in the file nor in its name.`, {
      remedy: `Give --format ${RESULTS_FORMATS.map(({ name }) => name).join(', ')}.`,
    })
  return { path, bytes: new Uint8Array(file), format, reading: readingOf(format, options) }
}

/** How a file of a format is read. @throws {CommandFailure} `usage` if the options don't suit the format */
function readingOf(format: FormatName, options: EvaluationOptions): ReadingOptions {
  const { provider, prompt } = options
  const where = (options.where ?? []).map(readFilter)
  const isTable = formatByName(format).takes.includes('mapping')
  if (!isTable && (options.metric !== undefined || options.error !== undefined))
    throw new CommandFailure(
      'usage',
      `${format} names its own metrics: --metric and --error are for csv, jsonl and json.`,
    )
  const reading = isTable
    ? { mapping: mappingOf(options), where, provider, prompt }
    : { ...variablesOf(options), where, provider, prompt }
  const unsuited = unsuitedOption(formatByName(format), reading)
  if (unsuited !== undefined) throw new CommandFailure('usage', `${unsuited}.`)
  return reading
}

/** Reads the results here, without a server. */
export function importHere({ path, bytes, format, reading }: EvaluationFile): ImportResult {
  const key = randomBytes(32)
  const file = {
    bytes,
    name: path,
    sourceDigest: createHash('sha256').update(bytes).digest('hex'),
    digest: (text: string) => createHmac('sha256', key).update(text).digest('hex'),
  }
  return importResults(file, { ...reading, format })
}

/** The variables that name a case, its slice and cluster, in files of tools that have their own metrics. */
export function variablesOf(options: EvaluationOptions): Readonly<Record<string, string | undefined>> {
  const { case: caseIdVariable, slice: sliceVariable, cluster: clusterVariable } = options
  return { caseIdVariable, sliceVariable, clusterVariable }
}

/** Whether a file is a table, whose columns can be mapped; false for one that can't be read, which is told when it is. */
export async function isTable(path: string, format: FormatName | undefined): Promise<boolean> {
  const found = format ?? recogniseFormat(await readFile(path).catch(() => new Uint8Array()), path)
  return found !== undefined && formatByName(found).takes.includes('mapping')
}

/**
 * The mapping that options state; undefined leaves it to the columns' usual names.
 * @throws {CommandFailure} `usage` if only half of it is stated
 */
export function mappingOf(options: EvaluationOptions): ImportMapping | undefined {
  const { case: caseId, cluster, slice, error, metric = [] } = options
  const isStated = [caseId, cluster, slice, error].some((value) => value !== undefined) || metric.length > 0
  if (!isStated) return undefined
  if (caseId === undefined || metric.length === 0)
    throw new CommandFailure('usage', 'A mapping of columns takes --case and at least one --metric.', {
      remedy: 'Leave all of them out if the columns have usual names, such as case_id, score, latency_ms, cost_usd.',
    })
  const mapping = importMappingSchema.safeParse({ caseId, cluster, slice, error, metrics: metric.map(readMetric) })
  if (mapping.success) return mapping.data
  throw new CommandFailure('usage', 'The mapping of columns is not valid.', {
    lines: mapping.error.issues.map(({ path, message }) => `  /${path.map(String).join('/')}: ${message}`),
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

/** Reads `column=value`. @throws {CommandFailure} `usage` */
export function readFilter(text: string): { column: string; equals: string } {
  const at = text.indexOf('=')
  if (at < 1) throw new CommandFailure('usage', '--where takes COLUMN=VALUE.')
  return { column: text.slice(0, at), equals: text.slice(at + 1) }
}
