import { isLabel } from '../identifier.ts'
import { readName } from './cell.ts'
import { isObject } from './json.ts'
import { parsedCell } from './formats/records.ts'
import { detached } from './table-file.ts'

/** So many fields are told apart, and so many values of each: more are no slices. */
const MOST_FIELDS = 200
const MOST_VALUES = 50

/** A field of a tool's file whose values could name the slices of its cases. */
export interface SliceVariable {
  readonly name: string
  /** How many different values it has. */
  readonly values: number
}

/** Looks at the fields of each case. */
export interface VariableSurvey {
  readonly see: (fields: unknown) => void
  /** Those of which every case has one of a few short values, by name. */
  readonly found: () => readonly SliceVariable[]
}

/** A survey before its first case. Fields of `metadata`, as some tools write it, count as the case's own. */
export function variableSurvey(isShowable: (name: string) => boolean): VariableSurvey {
  const fields = new Map<string, Set<string>>()
  const spoilt = new Set<string>()
  let cases = 0
  const seenIn = new Map<string, number>()
  function look(record: unknown): void {
    if (!isObject(record)) return
    for (const [name, cell] of Object.entries(record)) {
      if (spoilt.has(name) || !isShowable(name)) continue
      const value = readName(cell)
      const values = fields.get(name) ?? new Set<string>()
      if (value === undefined || !isLabel(value)) spoilt.add(name)
      else if (fields.size < MOST_FIELDS || fields.has(name)) {
        fields.set(name, values.size > MOST_VALUES ? values : values.add(detached(value)))
        seenIn.set(name, (seenIn.get(name) ?? 0) + 1)
      }
    }
  }
  return {
    see(record) {
      cases += 1
      look(record)
      if (isObject(record)) look(parsedCell(record['metadata']))
    },
    found: () =>
      [...fields]
        .filter(([name, { size }]) => !spoilt.has(name) && size > 1 && size <= MOST_VALUES && size < cases)
        .filter(([name]) => (seenIn.get(name) ?? 0) >= cases)
        .map(([name, { size }]) => ({ name, values: size }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }
}
