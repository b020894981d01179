import { isToken, isTypedName, type IdentifierGate } from '../identifier.ts'
import { directionOf } from '../metric-directions.ts'
import { settleNotations } from './column-survey.ts'
import type { FaultList, ImportResult } from './faults.ts'
import { checkCaseIds } from './guesses.ts'
import { automaticMapping, caseColumnsOf, columnsOf, selectionOf, type ImportMapping, usualKind } from './mapping.ts'
import type { Notation } from './notation.ts'
import { possibleMetrics, proposeMapping, unreadNumbers } from './proposal.ts'
import { readCases, type CaseReader } from './read-cases.ts'
import type { TableReading } from './reading.ts'
import { surveyTable, type TableSurvey } from './survey.ts'
import type { TableFile } from './table-file.ts'
import { definitionOf, type TableContext } from './table-options.ts'

/**
 * Reads a table in two passes over its records: the first settles how each column is written, the second reads. So nothing depends on
 * the order of rows, and no more is held than the cases.
 */
export function readTable<R>(file: TableFile<R>, context: TableContext): ImportResult {
  const { options, faults } = context
  options.watch?.sawTable(file)
  const mapping = settleMapping(file, context)
  if (!mapping) return faults.result()
  const survey = surveyTable(file, { ...context, mapping })
  if (options.mapping === undefined) checkCaseIds(file.columns(), mapping, survey.hasUniqueUuids, faults)
  const read = options.mapping === undefined ? withoutWords(mapping, survey) : mapping
  if (read.metrics.length === 0 && !faults.any())
    return fail(faults, 'no column has the usual name of a metric', proposeMapping(file, context.source))
  const surveys = survey.metrics.filter(({ column }) => read.metrics.some((metric) => metric.column === column))
  const notations = settleNotations(surveys, options.decimal, faults)
  const reader = readCases(file, { ...context, mapping: read, notations })
  const result = reader.finish(selectionOf(options.where ?? []))
  if (!result.ok) return result
  const table = readingOf(file, { mapping: read, notations, reader, gate: context.gate })
  const unread = options.mapping === undefined ? unreadNumbers(file, columnsOf(read)) : []
  const left = mapping.metrics.filter((metric) => !read.metrics.includes(metric)).map(({ column }) => column)
  const marks = read.metrics.flatMap((metric, index) =>
    reader.notes(index).map((note) => `${context.gate.label(metric.name)}: ${note}`),
  )
  const notes = [
    ...(unread.length === 0 ? [] : [noteOf(unread)]),
    ...wordsNote(left, survey),
    ...marks.slice(0, MOST_MARKS),
  ]
  const kinds = new Map(result.run.metrics.map(({ name, kind }) => [name, kind]))
  return {
    ...result,
    run: {
      ...result.run,
      dropped: result.run.dropped.toSorted((a, b) => (a.field < b.field ? -1 : 1)),
      ...(notes.length === 0 ? {} : { notes }),
    },
    table: {
      ...table,
      metrics: table.metrics.map((metric) => ({ ...metric, kind: kinds.get(metric.metric) ?? metric.kind })),
    },
  }
}

/** So many notes on numbers that may stand for none; a run has at most 20. */
const MOST_MARKS = 10

/** So large a part of a column's cells are numbers where one that isn't is a mistake, and not a column of words. */
const MOSTLY = 0.5

/** Without the columns that nobody named and that hold words. Where most cells are numbers, those that aren't are faults. */
function withoutWords(mapping: ImportMapping, { metrics }: TableSurvey): ImportMapping {
  const words = new Set(
    metrics
      .filter(({ column, unreadable, values }) => {
        const isGuess = usualKind(column) === undefined
        return isGuess && (values() === 0 || values() - unreadable.count() <= MOSTLY * values())
      })
      .map(({ column }) => column),
  )
  return { ...mapping, metrics: mapping.metrics.filter(({ column }) => !words.has(column)) }
}

function fail(faults: FaultList, found: string, step: string): ImportResult {
  faults.add('no_metric', found, {}, step)
  return faults.result()
}

function noteOf(unread: readonly string[]): string {
  return `Columns of numbers that no metric was made of: ${unread.join(', ')}. What of them is a metric takes part once it is named: --case COLUMN --metric NAME=COLUMN:KIND:DIRECTION for each.`
}

/** Columns with the name of a metric that hold words: what they say is in no verdict. */
function wordsNote(left: readonly string[], { metrics }: TableSurvey): string[] {
  const named = metrics
    .filter(({ column, values }) => left.includes(column) && values() > 0 && isToken(column) && directionOf(column))
    .map(({ column }) => column)
    .toSorted()
  return named.length === 0
    ? []
    : [
        `Columns with the name of a metric that hold words, which take no part: ${named.join(', ')}. Write them as numbers to have them judged.`,
      ]
}

/** The mapping, and that its columns are there. */
function settleMapping<R>(
  file: TableFile<R>,
  { source, options, faults, gate }: TableContext,
): ImportMapping | undefined {
  const propose = (): string => proposeMapping(file, source)
  const columns = options.mapping ? [] : file.columns()
  const mapping = options.mapping ?? automaticMapping(columns)
  if (!mapping) return faults.add('column_missing', 'no column has the usual name of case ids', {}, propose())
  if (mapping.metrics.length === 0)
    return faults.add('no_metric', 'no column has the usual name of a metric', {}, propose())
  const used = new Set([...columnsOf(mapping), ...(options.where ?? []).map(({ column }) => column)])
  const absent = [...used].filter((column) => file.has(column) === false)
  if (absent.length > 0) {
    const step = propose()
    for (const column of absent)
      if (file.has(`${column}#1`) === true)
        faults.add('duplicate_column', 'several columns have this name', { column }, stepFor(column))
      else faults.add('column_missing', 'no such column', { column }, step)
  }
  if (faults.any()) return undefined
  if (options.mapping !== undefined) return mapping
  // Nobody typed these names: what is no machine name is shown as its digest.
  const possible = possibleMetrics(file, [...used]).map((metric) => ({ ...metric, name: gate.token(metric.name) }))
  return { ...mapping, metrics: [...mapping.metrics, ...possible] }
}

function stepFor(column: string): string | undefined {
  return isTypedName(column) ? `name one by its place, such as ${column}#1 or ${column}#2` : undefined
}

interface ReadTable {
  readonly mapping: ImportMapping
  readonly notations: ReadonlyMap<string, Notation>
  readonly reader: CaseReader
  readonly gate: IdentifierGate
}

function readingOf<R>(file: TableFile<R>, { mapping, notations, reader, gate }: ReadTable): TableReading {
  const named = (column: string | undefined): string | null => (column === undefined ? null : gate.token(column))
  return {
    encoding: file.encoding,
    separator: file.separator,
    caseId: caseColumnsOf(mapping).map((column) => gate.token(column)),
    cluster: named(mapping.cluster),
    slice: named(mapping.slice),
    error: named(mapping.error),
    rows: reader.rows(),
    metrics: mapping.metrics.map((metric, index) => ({
      metric: gate.label(metric.name),
      column: gate.token(metric.column),
      kind: metric.kind,
      direction: definitionOf(metric).direction,
      notation: notations.get(metric.column) ?? 'number',
      missing: reader.missing(index),
    })),
  }
}
