import { isBlank, readMetric, readName } from '../cell.ts'
import type { FaultList, ImportResult } from '../faults.ts'
import { canonicalText, field, isObject, type JsonObject } from '../json.ts'
import { COMMON_METRICS, scoredCases, type NamedScores, type ScoredCase } from '../scored-cases.ts'
import { LIMITS } from '../source.ts'
import { MEDIA, type OpenedSource, type ReadingOptions, type ResultsFormat } from './format.ts'
import type { FormatName } from './names.ts'
import { configurationGuard, parsedCell, passes, readRecords, selectionOf, unread } from './records.ts'
import { mayRead } from '../json-text.ts'

/** A tool that exports one record a case, as CSV or as JSON, with a column for each of its scores. */
export interface RecordTool {
  readonly name: FormatName
  readonly label: string
  readonly matches: (columns: ReadonlySet<string>) => boolean
  /** Why records of these columns can't be compared, and what to export instead. */
  readonly refuse?: (columns: ReadonlySet<string>) => string | undefined
  /** Gives the content that identifies the case, for the keyed digest, or an id that other runs of the same cases share. */
  readonly caseOf: (record: JsonObject) => CaseIdentity
  readonly isError: (record: JsonObject) => boolean
  readonly measured: (record: JsonObject) => ScoredCase['measured']
  /** Scores that stand in a field of their own shape; undefined leaves it to the columns that hold numbers alone. */
  readonly scores?: (record: JsonObject) => readonly (readonly [string, unknown])[]
  /** The direction and scale of every score of the tool. */
  readonly says?: NamedScores
  /** Whether a record is a case; others are left out, and counted. */
  readonly isCase?: (record: JsonObject) => boolean
  /** Columns that hold no score, though they may hold numbers. */
  readonly known: ReadonlySet<string>
  /** Columns that hold one value in the records of one run. */
  readonly configuration: readonly string[]
}

/** An id that stands in every run of the case, or the content that does. */
export type CaseIdentity = { readonly id: string } | { readonly content: string } | undefined

const { latency_s, cost, tokens } = COMMON_METRICS

/** The format of a tool's exports. */
export function recordFormat(tool: RecordTool): ResultsFormat {
  return {
    name: tool.name,
    label: tool.label,
    mediaTypes: [MEDIA.csv, MEDIA.json, MEDIA.lines],
    takes: ['where', 'variables'],
    holds: 'text',
    recognise: ({ columns, keys, kind }) => tool.matches(kind === 'text' ? columns : namesIn(keys)),
    read: (source, options) => importRecords(tool, source, options),
  }
}

/** The content of some fields, whatever their order, as it is digested. */
export function contentOf(record: JsonObject, names: readonly string[]): CaseIdentity {
  const kept = names.filter((name) => !isBlank(record[name])).toSorted()
  if (kept.length === 0) return undefined
  const parts = kept.map((name) => [name, parsedCell(record[name])])
  // One field's name says nothing: it differs between a tool's exports.
  const content = canonicalText(parts.length === 1 ? parts[0]?.[1] : parts, LIMITS.depth)
  return content === undefined ? undefined : { content }
}

function namesIn(keys: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...keys].flatMap((key) => /^(?:\/\*)?\/([^/]+)$/.exec(key)?.[1] ?? []))
}

function importRecords(tool: RecordTool, source: OpenedSource, options: ReadingOptions): ImportResult {
  const cases = scoredCases(tool.name, source, [latency_s, cost, tokens], tool.says)
  const { faults, gate } = cases
  const records: [JsonObject, { readonly line?: number; readonly pointer?: string }][] = []
  const guard = configurationGuard(tool.configuration, faults, gate.token)
  let leftOut = 0
  readRecords(source.text, faults, (record, place) => {
    if (!passes(record, options.where)) return
    if (tool.isCase?.(record) === false) {
      leftOut += 1
      return
    }
    if (!isPlain(tool, record, place, faults)) return
    guard.see(record)
    records.push([record, place])
  })
  guard.finish()
  if (isRefused(tool, records[0]?.[0], faults)) return faults.result()
  const scored = scoreColumns(
    tool,
    records.map(([record]) => record),
  )
  for (const [record, place] of records) {
    const scores = tool.scores?.(record) ?? []
    const columns = scored.map((name) => [scoreName(name), scoreOf(record[name])] as const)
    cases.add(
      {
        ...namesOf(tool, record, options, gate.hide),
        isError: tool.isError(record),
        measured: tool.measured(record),
        scores: [...columns, ...scores],
      },
      place,
    )
    for (const name of unread(record, new Set(scored))) cases.drop(name)
  }
  if (source.encoding === 'windows-1252') cases.note('Read as Windows-1252 (Latin-1): the file is not UTF-8.')
  if (leftOut > 0) cases.note(`${leftOut} records that are no cases are left out.`)
  return cases.finish(selectionOf(options.where))
}

/** Fields that hold JSON in a CSV file and are read. */
const JSON_FIELDS = new Set(['scores', 'metrics', 'origin', 'metadata'])

/** Whether what is read of a record means one thing. What a model wrote isn't read, and may say a key as often as it likes. */
function isPlain(
  { known }: RecordTool,
  record: JsonObject,
  place: { readonly line?: number; readonly pointer?: string },
  faults: FaultList,
): boolean {
  return Object.entries(record).every(
    ([name, cell]) =>
      typeof cell !== 'string' ||
      (!JSON_FIELDS.has(name) && (known.has(name) || isContent(name))) ||
      mayRead(cell, place, faults),
  )
}

function isRefused(tool: RecordTool, record: JsonObject | undefined, faults: FaultList): boolean {
  const reason = record === undefined ? undefined : tool.refuse?.(new Set(Object.keys(record)))
  if (reason !== undefined) faults.add('no_metric', reason)
  return reason !== undefined
}

function namesOf(
  tool: RecordTool,
  record: JsonObject,
  { caseIdVariable, sliceVariable, clusterVariable, watch }: ReadingOptions,
  hide: (text: string) => string,
): Pick<ScoredCase, 'caseId' | 'slice' | 'cluster'> {
  const named = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : readName(field(record, name) ?? field(parsedCell(field(record, 'metadata')), name))
  watch?.sawVariables(record)
  const identity = tool.caseOf(record)
  const own = identity === undefined ? undefined : 'id' in identity ? identity.id : hide(identity.content)
  return {
    caseId: caseIdVariable === undefined ? own : named(caseIdVariable),
    slice: named(sliceVariable),
    cluster: named(clusterVariable),
  }
}

/** Columns that nobody knows, and that hold numbers and blanks alone. */
function scoreColumns({ known }: RecordTool, records: readonly JsonObject[]): string[] {
  const columns = new Set(records.flatMap((record) => Object.keys(record)))
  return [...columns]
    .filter((name) => !known.has(name) && !isContent(name))
    .filter((name) => {
      const values = records.map((record) => scoreOf(record[name])).filter((value) => !isBlank(value))
      return values.length > 0 && values.every((value) => 'value' in readMetric(value, 'continuous'))
    })
    .toSorted()
}

/** A field of an input, output or reference that has a column of its own. */
function isContent(name: string): boolean {
  return /^(inputs?|outputs?|reference|reference_outputs|expected|metadata|attributes)[._/]/.test(name)
}

function scoreName(column: string): string {
  return column.replace(/^(feedback|scores?|evaluations?)[._/]/, '')
}

/** Some tools write all values that a score got; pandas writes a blank as `nan`. */
function scoreOf(value: unknown): unknown {
  const parsed = parsedCell(value)
  if (typeof parsed === 'string' && /^(nan|none|null)$/i.test(parsed.trim())) return null
  if (!Array.isArray(parsed)) return isObject(parsed) ? 'an object' : parsed
  const numbers = parsed.filter((it) => typeof it === 'number')
  if (numbers.length === 0 || numbers.length < parsed.length) return parsed.length === 0 ? null : 'a list'
  return numbers.reduce((sum, it) => sum + it, 0) / numbers.length
}
