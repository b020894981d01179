import { isUtf8 } from 'node:buffer'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import {
  importCsv,
  importJsonl,
  importMappingSchema,
  importPromptfoo,
  type ImportMapping,
  type ImportResult,
  type ImportSource,
} from '@afterai/evidence'
import { CommandFailure } from './command-failure.ts'

/** Formats of evaluation results, by their Content-Type. */
export const evaluationFormats = {
  csv: 'text/csv',
  jsonl: 'application/x-ndjson',
  promptfoo: 'application/json',
} as const

/** A format of evaluation results. */
export type EvaluationFormat = keyof typeof evaluationFormats

/** What options say of a file of results. */
export interface EvaluationOptions {
  readonly format?: EvaluationFormat
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
  readonly format: EvaluationFormat
  readonly mapping: ImportMapping | undefined
  readonly where: readonly { readonly column: string; readonly equals: string }[]
  readonly options: EvaluationOptions
}

/** @throws {CommandFailure} `failed` if the file can't be read, `usage` if the options don't say how */
export async function readEvaluationFile(path: string, options: EvaluationOptions): Promise<EvaluationFile> {
  const format = options.format ?? formatOf(path)
  const file = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new CommandFailure('failed', `${path} cannot be read (${cause.code}).`, { cause })
  })
  if (!isUtf8(file)) throw new CommandFailure('failed', `${path} is not UTF-8 text.`)
  const where = (options.where ?? []).map(readFilter)
  if (format === 'promptfoo' && (where.length > 0 || options.metric !== undefined))
    throw new CommandFailure('usage', '--where and --metric are for CSV and JSONL; promptfoo names its own metrics.')
  return {
    path,
    bytes: new Uint8Array(file),
    format,
    mapping: format === 'promptfoo' ? undefined : mappingOf(options),
    where,
    options,
  }
}

/** Reads the results here, without a server. */
export function importHere({ bytes, format, mapping, where, options }: EvaluationFile): ImportResult {
  const key = randomBytes(32)
  const source: ImportSource = {
    text: new TextDecoder().decode(bytes),
    sourceDigest: createHash('sha256').update(bytes).digest('hex'),
    digest: (text) => createHmac('sha256', key).update(text).digest('hex'),
  }
  if (format === 'csv') return importCsv(source, { mapping, where })
  if (format === 'jsonl') return importJsonl(source, { mapping, where })
  return importPromptfoo(source, promptfooSelection(options))
}

/** How the results of one provider are picked from a promptfoo file, and its cases named. */
export function promptfooSelection(options: EvaluationOptions): Readonly<Record<string, string | undefined>> {
  const { provider, prompt, case: caseIdVariable, slice: sliceVariable, cluster: clusterVariable } = options
  return { provider, prompt, caseIdVariable, sliceVariable, clusterVariable }
}

/** Whether a file is a table, whose columns can be mapped. */
export function isTable(path: string): boolean {
  return formatOf(path) !== 'promptfoo'
}

function formatOf(path: string): EvaluationFormat {
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
