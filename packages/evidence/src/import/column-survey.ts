import type { FaultList } from './faults.ts'
import {
  DIFFERS,
  EVERY_NOTATION,
  firstOf,
  isMissing,
  leavesMarkOpen,
  NOTATIONS,
  notationsOf,
  settledMark,
  type DecimalMark,
  type Notation,
  type NotationSet,
} from './notation.ts'
import { placeList, type PlaceList } from './places.ts'

/** A survey of one column: what its cells say about how it is to be read, in whatever order they come. */
export interface ColumnSurvey {
  readonly column: string
  readonly see: (cell: unknown, line: number) => void
  /** How many cells held a value, in any notation or none. */
  readonly values: () => number
  readonly missing: () => number
  /** The notations that read every cell so far, with `DIFFERS` where a decimal point and comma would disagree. */
  readonly notations: () => NotationSet
  readonly unreadable: PlaceList
  /** The first line of each notation that a cell was written in, by the notation it would be read by alone. */
  readonly firstLines: ReadonlyMap<Notation, number>
}

/** A survey of one column before its first cell. `pointsGroup` as in `notationsOf`. */
export function columnSurvey(column: string, pointsGroup: boolean, missingMarks: ReadonlySet<string>): ColumnSurvey {
  let set: NotationSet = EVERY_NOTATION
  let values = 0
  let missing = 0
  const unreadable = placeList()
  const firstLines = new Map<Notation, number>()
  const seen = new Map<NotationSet, number>()
  return {
    column,
    see(cell, line) {
      if (isNothing(cell, missingMarks)) {
        missing += 1
        return
      }
      values += 1
      const own = notationsOf(cell, pointsGroup)
      if (own === 0) return unreadable.add(line)
      set = (set & own & EVERY_NOTATION) | ((set | own) & DIFFERS)
      if (seen.has(own)) return
      seen.set(own, line)
      const name = firstOf(own, 'point')
      if (name !== undefined && !firstLines.has(name)) firstLines.set(name, line)
    },
    values: () => values,
    missing: () => missing,
    notations: () => set,
    unreadable,
    firstLines,
  }
}

/** Whether a cell says that nothing was measured, by the usual marks or by those that a person named. */
export function isNothing(cell: unknown, missingMarks: ReadonlySet<string>): boolean {
  if (isMissing(cell)) return true
  if (missingMarks.size === 0 || (typeof cell !== 'string' && typeof cell !== 'number')) return false
  return missingMarks.has(String(cell).trim())
}

/**
 * One notation for each column, or a fault for each column that has none. Where a column's own cells leave the decimal mark open it is
 * the one that the file's other columns settle, if these agree, unless a person named it.
 */
export function settleNotations(
  surveys: readonly ColumnSurvey[],
  named: DecimalMark | undefined,
  faults: FaultList,
): ReadonlyMap<string, Notation> {
  const marks = new Set(surveys.map((survey) => settledMark(survey.notations())).filter((mark) => mark !== undefined))
  const decimal = named ?? (marks.size === 1 ? [...marks][0] : undefined)
  const settled = new Map<string, Notation>()
  for (const survey of surveys) {
    const notation = settle(survey, decimal, faults)
    if (notation !== undefined) settled.set(survey.column, notation)
  }
  return settled
}

function settle(survey: ColumnSurvey, decimal: DecimalMark | undefined, faults: FaultList): Notation | undefined {
  const { column, unreadable, firstLines } = survey
  const set = survey.notations()
  if (unreadable.count() > 0)
    return faults.add('not_a_number', `not numbers ${unreadable.text()}`, { line: unreadable.first(), column })
  if ((set & EVERY_NOTATION) === 0) {
    const written = [...firstLines].map(([name, line]) => `${formOf(name)} (line ${line})`)
    const line = Math.max(...firstLines.values())
    return faults.add('mixed_notation', `written in several ways: ${written.join(', ')}`, { line, column })
  }
  if (!leavesMarkOpen(set)) return firstOf(set, 'point')
  if (decimal === undefined)
    return faults.add('ambiguous_number', 'every number could have a decimal point or a decimal comma', { column })
  return firstOf(set, decimal)
}

function formOf(name: Notation): string {
  return `${name}, such as ${NOTATIONS.find((notation) => notation.name === name)?.forms[0] ?? ''}`
}
