import { distinctTexts, type DistinctTexts } from '../distinct-texts.ts'
import { isToken } from '../identifier.ts'
import { directionOf, settleDirection } from '../metric-directions.ts'
import type { MetricKind } from '../metric.ts'
import { readId } from './cell.ts'
import { columnSurvey, type ColumnSurvey } from './column-survey.ts'
import { isUsualCaseColumn, usualKind, type MetricColumn } from './mapping.ts'
import { EVERY_NOTATION, isZeroOrOneCell } from './notation.ts'
import type { ByteSource } from './source.ts'
import { detached, type TableFile } from './table-file.ts'

const MOST_COLUMNS = 60
const MOST_NAMED = 12
const MOST_METRICS = 4
/** Beyond so many different values a column names no configurations, and no slices that anybody reads. */
const MOST_FEW = 51

/** Columns that people keep case ids in, best first. */
const CASE_HINTS = [
  /(?:^|[._/])(?:case|test|sample|question|example|item|task|doc)?_?id$/i,
  /id$|key$|idx$|index$/i,
  /question|query|prompt|input|example|case|test/i,
]
/** Columns whose numbers count or identify rather than measure. */
const NO_METRIC = /(?:^|[._/])(?:id|idx|index|row|seed|turn|epoch|step|year|timestamp)$|_id$|^column-\d+$/i

/** Parts of a table that a proposal looks at. */
type MappableFile<R> = Pick<TableFile<R>, 'leaves' | 'records' | 'cell'>

/** What the cells of a column show of it. */
export interface ColumnFacts {
  readonly column: string
  /** How the column is called in what is shown: by its name, or by its place where that doesn't pass the gate. */
  readonly shownAs: string
  readonly survey: ColumnSurvey
  readonly ids: DistinctTexts
  /** Its first different values, `MOST_FEW` at most: with so many it has more. */
  readonly few: Set<string>
  zeroOne: boolean
  /** Whether all of its cells are whole numbers. */
  whole: boolean
}

/**
 * The command that would map this file as far as it can be seen, after the columns that it has. Only names that pass the gate are shown: a column of
 * another name is called by its place.
 */
export function proposeMapping<R>(
  file: MappableFile<R>,
  { name = 'FILE', command = (word) => `afterai import ${word}` }: Pick<ByteSource, 'name' | 'command'>,
): string {
  const columns = file.leaves()
  const shown = columns.filter((column) => isShowable(column))
  const others = columns.length - Math.min(shown.length, MOST_NAMED)
  const more = others > 0 ? ` and ${others} more` : ''
  const listed =
    shown.length === 0
      ? 'no column has a name that can be shown'
      : `the columns are ${shown.slice(0, MOST_NAMED).join(', ')}${more}`
  const facts = factsOf(file, columns.slice(0, MOST_COLUMNS))
  // Those that can be shown first: a command with a place in it has to be filled in.
  const named = facts.filter(({ column, shownAs }) => column === shownAs)
  const caseColumn = caseColumnOf(named) ?? caseColumnOf(facts)
  const mayMeasure = (fact: ColumnFacts): boolean =>
    fact !== caseColumn && !NO_METRIC.test(fact.column) && isNumeric(fact.survey)
  const measured = [named, facts].map((some) => some.filter(mayMeasure)).find((some) => some.length > 0) ?? []
  const metrics = measured.slice(0, MOST_METRICS)
  // Only a command that would go on is proposed.
  if (caseColumn === undefined)
    return `${listed}; none of them tells the rows apart: give each row an id, and name its column with --case and each metric with --metric NAME=COLUMN`
  if (metrics.length === 0)
    return `${listed}; none but ids holds numbers throughout: write what was measured as numbers, and name it with --case ${shellWord(caseColumn.shownAs)} --metric NAME=COLUMN`
  const options = metrics.map(metricOption)
  const isOpen = options.some((option) => !/:(?:up|down)'?$/.test(option))
  const hint = isOpen ? ', and put :up or :down behind each metric whose better way its name does not say' : ''
  const unshown = [caseColumn, ...metrics].filter(({ column, shownAs }) => column !== shownAs)
  const places = unshown.map(({ shownAs }) => shownAs).join(', ')
  const replace = unshown.length === 0 ? '' : `, with the name in the place of ${places}, which is not shown here`
  return `${listed}; name them${hint}${replace}: ${command(shellWord(name))} --case ${shellWord(caseColumn.shownAs)} ${options.join(' ')}`
}

/** Whether a column's numbers may measure something, by its name: ids, indexes and years don't. */
export function measures(column: string): boolean {
  return !NO_METRIC.test(column)
}

function isShowable(column: string): boolean {
  return column.startsWith('/') ? column.slice(1).split('/').every(isToken) : isToken(column)
}

/** Looks at columns, once through the records. */
export function factsOf<R>(file: MappableFile<R>, columns: readonly string[]): readonly ColumnFacts[] {
  const none = new Set<string>()
  const facts = columns.map((column, index): ColumnFacts & { cell: (record: R) => unknown } => ({
    column,
    shownAs: isShowable(column) ? column : `<column ${index + 1}>`,
    survey: columnSurvey(column, false, none),
    ids: distinctTexts(),
    few: new Set(),
    zeroOne: true,
    whole: true,
    cell: file.cell(column),
  }))
  for (const { record, line } of file.records(false))
    for (const fact of facts) {
      const cell = fact.cell(record)
      fact.survey.see(cell, line)
      const id = readId(cell)
      if (id === undefined) continue
      fact.ids.add(id)
      if (fact.few.size < MOST_FEW && !fact.few.has(id)) fact.few.add(detached(id))
      fact.zeroOne &&= isZeroOrOneCell(cell)
      fact.whole &&= /^\d+$/.test(id)
    }
  return facts
}

/** The column that looks most like one of ids: each row has one, and no two rows the same; by its name among several. */
export function caseColumnOf(facts: readonly ColumnFacts[]): ColumnFacts | undefined {
  const whole = facts.filter((fact) => fact.survey.missing() === 0 && fact.survey.values() > 0 && mayIdentify(fact))
  const unique = whole.filter(({ survey, ids }) => ids.count() === survey.values())
  const rank = ({ column }: ColumnFacts): number => {
    if (isUsualCaseColumn(column)) return 0
    const hint = CASE_HINTS.findIndex((pattern) => pattern.test(column))
    return hint === -1 ? CASE_HINTS.length + 1 : hint + 1
  }
  const candidates = (unique.length > 0 ? unique : whole).filter(
    (fact) => unique.length > 0 || rank(fact) <= CASE_HINTS.length,
  )
  // Numbers may count something; a text that is another one in each row names it.
  const order = (a: ColumnFacts, b: ColumnFacts): number =>
    rank(a) - rank(b) || Number(isNumeric(a.survey)) - Number(isNumeric(b.survey)) || (a.column < b.column ? -1 : 1)
  return candidates.toSorted(order)[0]
}

/** Whether a column may hold ids: one that measures something doesn't, nor one of fractions. */
function mayIdentify({ column, survey, whole }: ColumnFacts): boolean {
  const name = lastPart(column)
  if (isUsualCaseColumn(name) || NO_METRIC.test(name)) return true
  return usualKind(name) === undefined && directionOf(name) === undefined && (whole || !isNumeric(survey))
}

/** Whether all that a column holds are numbers, in a notation. */
export function isNumeric(survey: ColumnSurvey): boolean {
  return survey.values() > 0 && survey.unreadable.count() === 0 && (survey.notations() & EVERY_NOTATION) !== 0
}

/** Which way is better is left open, unless the name says it. Pointers that end alike are told apart by all of them. */
function metricOption({ column, shownAs, zeroOne }: ColumnFacts, _index: number, all: readonly ColumnFacts[]): string {
  const kind = kindOf(column, zeroOne)
  const isAlone = all.filter((other) => lastPart(other.column) === lastPart(column)).length === 1
  const own = isAlone ? lastPart(column) : column.slice(1).replaceAll('/', '.')
  const name = column === shownAs ? own : shownAs.replace(/^<column (\d+)>$/, 'metric-$1')
  const { direction } = settleDirection({ kind, names: [column] })
  const metric = `${name}=${shownAs}:${kind}${direction === null ? '' : `:${direction}`}`
  return `--metric ${column === shownAs ? metric : shellWord(metric)}`
}

/** The last name of a pointer; a key as it stands. */
function lastPart(column: string): string {
  return column.startsWith('/') ? column.slice(column.lastIndexOf('/') + 1) : column
}

/**
 * Columns that nobody named and whose numbers may measure something, under whatever name: what of them holds numbers takes part, and
 * nothing is said of it until somebody says which way is better. A column that is left out in silence could hide a loss.
 */
export function possibleMetrics<R>(file: MappableFile<R>, used: readonly string[]): readonly MetricColumn[] {
  const columns = file
    .leaves()
    .filter((column) => !used.includes(column) && !NO_METRIC.test(column))
    .toSorted()
  const alone = (column: string): boolean =>
    [...columns, ...used].filter((other) => lastPart(other) === lastPart(column)).length === 1
  return columns.slice(0, MOST_COLUMNS).map((column) => ({
    name: alone(column) ? lastPart(column) : column,
    column,
    kind: usualKind(lastPart(column)) ?? 'continuous',
  }))
}

/** So many records show whether a column holds numbers. */
const FEW_RECORDS = 200

/** Columns of numbers that may be metrics and that nothing reads, as far as the first records show. Only names that pass the gate. */
export function unreadNumbers<R>(file: MappableFile<R>, read: readonly string[]): readonly string[] {
  const columns = file
    .leaves()
    .filter((column) => isShowable(column) && !read.includes(column) && !NO_METRIC.test(column))
  const facts = columns.slice(0, MOST_COLUMNS).map((column) => ({
    survey: columnSurvey(column, false, new Set()),
    cell: file.cell(column),
  }))
  let seen = 0
  for (const { record, line } of file.records(false)) {
    for (const { survey, cell } of facts) survey.see(cell(record), line)
    seen += 1
    if (seen === FEW_RECORDS) break
  }
  return facts
    .filter(({ survey }) => isNumeric(survey))
    .map(({ survey }) => survey.column)
    .toSorted()
}

/** The kind that a column's name tells, or else its cells. */
export function kindOf(column: string, zeroOne: boolean): MetricKind {
  const usual = usualKind(column)
  if (usual !== undefined && usual !== 'continuous') return usual
  if (zeroOne) return 'binary'
  if (/latency|duration|elapsed|(?:^|_)(?:ms|seconds)$/i.test(column)) return 'latency'
  if (/cost|price|usd|eur$/i.test(column)) return 'cost'
  return /token/i.test(column) ? 'tokens' : 'continuous'
}

/** A word for a shell. */
export function shellWord(name: string): string {
  return /^[A-Za-z0-9._/@+-]+$/.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`
}
