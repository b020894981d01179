import { distinctTexts } from '../distinct-texts.ts'
import { isToken } from '../identifier.ts'
import { isBlank, readName } from './cell.ts'
import type { RunCollector } from './collector.ts'
import type { FaultList } from './faults.ts'
import {
  caseColumnsOf,
  columnsOf,
  isConfigurationColumn,
  isDatasetColumn,
  isMeasureColumn,
  type ImportMapping,
  type RowFilter,
} from './mapping.ts'
import { detached, type TableFile } from './table-file.ts'

/** So many names of dropped fields are counted apart; the rest together. Only keys of JSON can be so many. */
const MOST_NAMES = 1000
const OTHER_FIELDS = 'other-fields'

/** Sees to the fields that aren't read: counts them, and refuses what would be averaged in silence. */
export interface FieldRoles<R> {
  readonly see: (record: R, place: { readonly caseId: string; readonly line: number }) => void
}

interface Role<R> {
  readonly cell: (record: R) => unknown
  readonly name: string
  readonly isRead: boolean
  /** Checks a value of this field; true once it has complained, and it is checked no more. */
  check: ((value: string, place: { readonly caseId: string; readonly line: number }) => boolean) | undefined
}

interface RolesContext {
  readonly mapping: ImportMapping
  readonly where: readonly RowFilter[]
  readonly faults: FaultList
  readonly collector: RunCollector
}

/** The roles of a table's fields. */
export function fieldRoles<R>(file: TableFile<R>, { mapping, where, faults, collector }: RolesContext): FieldRoles<R> {
  const used = new Set([...columnsOf(mapping), ...where.map(({ column }) => column)])
  /** The fields that are read: the used columns, and what a used JSON pointer leads through. */
  const read = new Set([...used, ...[...used].flatMap((column) => /^\/([^/]+)\//.exec(column)?.[1] ?? [])])
  const roles = new Map<string, Role<R>>()

  function roleOf(field: string): Role<R> {
    const known = roles.get(field)
    if (known) return known
    const isFull = roles.size >= MOST_NAMES
    const name = isFull ? OTHER_FIELDS : detached(field)
    const role = { cell: file.cell(field), name, isRead: read.has(field), check: checkOf(field) }
    if (!isFull) roles.set(name, role)
    return role
  }

  function checkOf(field: string): Role<R>['check'] {
    if (used.has(field)) return undefined
    if (isConfigurationColumn(field)) return configurationCheck(field, faults)
    return isDatasetColumn(field) || isMeasureColumn(field) ? identityCheck(field, mapping, faults) : undefined
  }

  return {
    see(record, place) {
      for (const field of file.fields(record)) {
        const role = roleOf(field)
        if (role.isRead) continue
        const cell = role.cell(record)
        if (role.check?.(readName(cell) ?? '', place) === true) role.check = undefined
        if (!isBlank(cell)) collector.drop(role.name)
      }
    },
  }
}

/** Rows of two configurations under the same case ids would be averaged as repeats: refuse to guess. */
function configurationCheck(column: string, faults: FaultList): NonNullable<Role<unknown>['check']> {
  let first: string | undefined
  return (value, { line }) => {
    first ??= detached(value)
    if (first === value) return false
    faults.add('ambiguous_selection', 'several configurations', { column, line })
    return true
  }
}

/** One id in two data sets is two cases, and two metrics of one case are no repeats: neither is averaged. */
function identityCheck(column: string, mapping: ImportMapping, faults: FaultList): NonNullable<Role<unknown>['check']> {
  const ids = distinctTexts()
  const pairs = distinctTexts()
  let first: string | undefined
  let varies = false
  return (value, { caseId, line }) => {
    first ??= detached(value)
    varies ||= first !== value
    const isNewCase = ids.add(caseId)
    const isNewPair = pairs.add(`${value}\0${caseId}`)
    // Beyond what can be told apart, several values are taken to share cases.
    if (!(isNewPair && !isNewCase) && !(varies && ids.isFull())) return false
    if (isMeasureColumn(column)) faults.add('ambiguous_selection', 'several measures of one case', { column, line })
    else faults.add('several_datasets', 'one case id in several data sets', { column, line }, stepFor(column, mapping))
    return true
  }
}

function stepFor(column: string, mapping: ImportMapping): string | undefined {
  const columns = [column, ...caseColumnsOf(mapping)]
  if (!columns.every(isToken)) return undefined
  return `name both columns, ${columns.map((name) => `--case ${name}`).join(' ')}, or choose one data set with --where ${column}=VALUE`
}
