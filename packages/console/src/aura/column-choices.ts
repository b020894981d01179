import type { Preview, Reading } from './evaluations.ts'
import type { LocalColumns } from './file-head.ts'

type Column = Preview['columns'][number]

/** What a column is used for. */
export type Role = Column['takenFor']

/** What the reader said of columns, by their places; the rest is as it was guessed. */
export type SaidRoles = Readonly<Record<number, Role>>

/** Words for each role. */
export const roleWords: Readonly<Record<Role, string>> = {
  case: 'the id of the case',
  metric: 'a metric',
  slice: 'the slice',
  cluster: 'the cluster',
  error: 'no answer came',
  nothing: 'nothing: it is dropped',
}

/** Words for why a column is taken for what it is. */
export const reasonWords: Readonly<Record<Column['why'], string>> = {
  said: 'as you said',
  usual_name: 'by its name',
  tells_rows_apart: 'each row has another value',
  numbers: 'it holds numbers',
  configuration: 'it names configurations',
  counts: 'its numbers count or name rows',
  words: 'it holds words',
  empty: 'it is empty',
}

/** The role of a column: as it was said, else as it was guessed. */
export function roleOf({ place, takenFor }: Column, said: SaidRoles): Role {
  return said[place] ?? takenFor
}

/** The mapping that the roles make, as the API takes it; undefined where no column is the case's id or none a metric. */
export function mappingOf(
  columns: readonly Column[],
  said: SaidRoles,
  local: LocalColumns | undefined,
  renamed: Readonly<Record<string, string>> = {},
): string | undefined {
  const named = columns.map((column) => ({ column, name: local?.nameOf(column.place) ?? column.name }))
  const of = (role: Role): string[] =>
    named.filter(({ column }) => roleOf(column, said) === role).map(({ name }) => name)
  const measured = named.filter(({ column }) => roleOf(column, said) === 'metric')
  const metrics = measured.map(({ column: { kind, direction }, name }) => {
    const isAlone = measured.filter((other) => shortName(other.name) === shortName(name)).length === 1
    return {
      name: renamed[name] ?? (isAlone ? shortName(name) : nameable(name.replaceAll('/', '.').replace(/^\./, ''))),
      column: name,
      kind: kind ?? 'continuous',
      ...(direction === null ? {} : { direction }),
    }
  })
  const [caseId, [cluster], [slice], [error]] = [of('case'), of('cluster'), of('slice'), of('error')]
  if (caseId.length === 0 || metrics.length === 0) return undefined
  return JSON.stringify({
    caseId: caseId.length === 1 ? caseId[0] : caseId,
    ...(cluster === undefined ? {} : { cluster }),
    ...(slice === undefined ? {} : { slice }),
    ...(error === undefined ? {} : { error }),
    metrics,
  })
}

/** The name of a metric by its column: the last part of a pointer, in as many words as a name may have. */
function shortName(column: string): string {
  return nameable(column.slice(column.startsWith('/') ? column.lastIndexOf('/') + 1 : 0))
}

function nameable(text: string): string {
  return text.split(/\s+/).slice(0, 6).join(' ').slice(0, 128)
}

/** A way to read both sides of a comparison from one file: what tells them apart, and how each is read. */
export interface BothSides {
  readonly by: string
  /** Names of the parts, of which two are compared. */
  readonly parts: readonly string[]
  readonly readingOf: (part: string) => Reading
}

/** The ways in which one file holds both sides: two providers or prompts, rows of two configurations, or two columns of each result. */
export function bothSidesOf(preview: Preview, said: SaidRoles, local: LocalColumns | undefined): BothSides[] {
  const { choices, columns } = preview
  const mapping = mappingOf(columns, said, local)
  const byChoice = choices.map(({ by, names }) => ({
    by: by === 'provider' ? 'providers' : 'prompts',
    parts: names,
    readingOf: (part: string): Reading => ({ [by]: part }),
  }))
  const byRows = columns
    .filter((column) => column.choices.length > 1)
    .map((column) => ({
      by: `values of ${local?.nameOf(column.place) ?? column.name}`,
      parts: column.choices,
      readingOf: (part: string): Reading => ({
        where: JSON.stringify([{ column: local?.nameOf(column.place) ?? column.name, equals: part }]),
        ...(mapping === undefined ? {} : { mapping }),
      }),
    }))
  return [...byChoice, ...byRows, ...byColumns(columns, said, local)]
}

const sides = [
  ['before', 'after'],
  ['baseline', 'candidate'],
  ['old', 'new'],
  ['control', 'treatment'],
  ['#1', '#2'],
] as const

function byColumns(columns: readonly Column[], said: SaidRoles, local: LocalColumns | undefined): BothSides[] {
  const metrics = columns.filter((column) => roleOf(column, said) === 'metric')
  const nameOf = (column: Column): string => local?.nameOf(column.place) ?? column.name
  return sides.flatMap(([before, after]): BothSides[] => {
    const pairs = metrics.flatMap((column) => {
      const other = metrics.find(
        (it) => nameOf(it) !== nameOf(column) && nameOf(it).toLowerCase() === swapped(nameOf(column), before, after),
      )
      return other === undefined ? [] : [{ before: column, after: other, name: stemOf(nameOf(column), before) }]
    })
    if (pairs.length === 0) return []
    const readingOf = (part: string): Reading => {
      const kept = pairs.map((pair) => (part === before ? pair.before : pair.after))
      const others = pairs.map((pair) => (part === before ? pair.after : pair.before))
      const left: SaidRoles = { ...said, ...Object.fromEntries(others.map(({ place }) => [place, 'nothing' as const])) }
      const renamed = Object.fromEntries(kept.map((column, index) => [nameOf(column), pairs[index]?.name ?? '']))
      const mapping = mappingOf(columns, left, local, renamed)
      return mapping === undefined ? {} : { mapping }
    }
    return [{ by: 'columns', parts: [before, after], readingOf }]
  })
}

function swapped(name: string, before: string, after: string): string {
  return name.toLowerCase().includes(before) ? name.toLowerCase().replace(before, after) : ''
}

/** A metric's name without the word of its side: `score` of `score_before`. */
function stemOf(name: string, word: string): string {
  const stem = name.replace(new RegExp(`[_. -]*${word}[_. -]*`, 'i'), '_').replaceAll(/^_+|_+$/g, '')
  return stem === '' ? 'result' : stem
}
