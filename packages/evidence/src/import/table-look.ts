import { isToken, type IdentifierGate } from '../identifier.ts'
import { settleDirection } from '../metric-directions.ts'
import type { Direction, MetricKind } from '../metric.ts'
import { automaticMapping, caseColumnsOf, type ImportMapping, isConfigurationColumn } from './mapping.ts'
import { caseColumnOf, type ColumnFacts, factsOf, isNumeric, kindOf, measures } from './proposal.ts'
import type { TableFile } from './table-file.ts'

/** What a column of a table is taken for. */
export const COLUMN_ROLES = ['case', 'cluster', 'slice', 'error', 'metric', 'nothing'] as const
/** The role of a column. */
export type ColumnRole = (typeof COLUMN_ROLES)[number]

/** Why it is: somebody said so, its name is a usual one, or what its cells hold. */
export const COLUMN_REASONS = [
  'said',
  'usual_name',
  'tells_rows_apart',
  'numbers',
  'configuration',
  'counts',
  'words',
  'empty',
] as const
/** The reason for a role. */
export type ColumnReason = (typeof COLUMN_REASONS)[number]

/** A column, what it would be taken for, and why. Its cells are never quoted, but for the names of configurations. */
export interface ColumnLook {
  /** The name as it may be shown: its keyed digest where it isn't one plain word. */
  readonly name: string
  /** Where it stands among the file's columns, from 0: for who knows them. */
  readonly place: number
  readonly takenFor: ColumnRole
  readonly why: ColumnReason
  /** Of what holds numbers. */
  readonly kind: MetricKind | null
  readonly direction: Direction | null
  readonly filled: number
  /** How many different values it has. */
  readonly distinct: number
  /** Whether its few short values could name slices. */
  readonly canSlice: boolean
  /** The configurations that its rows are of, where it tells them apart by names: one file may hold both sides. */
  readonly choices: readonly string[]
}

/** So many values at most make slices, and so many configurations are listed. */
const MOST_CHOICES = 20
/** So many columns are looked at. */
const MOST_COLUMNS = 60

/** Looks at the columns of a table: once through its records, and before anything is settled. */
export function lookAtColumns<R>(
  file: TableFile<R>,
  { mapping, gate }: { readonly mapping: ImportMapping | undefined; readonly gate: IdentifierGate },
): { readonly columns: readonly ColumnLook[]; readonly more: number } {
  const names = file.leaves()
  const facts = factsOf(file, names.slice(0, MOST_COLUMNS))
  const roleOf = mapping === undefined ? guessedRoles(facts) : saidRoles(mapping)
  const columns = facts.map((fact, place): ColumnLook => {
    const { column, survey, ids, few } = fact
    const [takenFor, why] = roleOf(fact)
    const kind = isNumeric(survey) && survey.values() > 0 ? kindOf(column, fact.zeroOne) : null
    const isConfiguration = isConfigurationColumn(column)
    const names = [...few]
    const areFew = names.length > 1 && names.length < survey.values() && names.every(isToken)
    return {
      name: gate.token(column),
      place,
      takenFor,
      why,
      kind,
      direction: kind === null ? null : settleDirection({ kind, names: [column] }).direction,
      filled: survey.values(),
      distinct: ids.count(),
      canSlice: areFew && names.length <= MOST_CHOICES && !isConfiguration,
      choices: areFew && names.length <= MOST_CHOICES && isConfiguration ? names.toSorted() : [],
    }
  })
  return { columns, more: names.length - facts.length }
}

type Role = readonly [role: ColumnRole, why: ColumnReason]
type RoleOf = (fact: ColumnFacts) => Role

function saidRoles(mapping: ImportMapping): RoleOf {
  const roles = rolesIn(mapping)
  return (fact) => {
    const role = roles.get(fact.column)
    return role === undefined ? ['nothing', emptiness(fact)] : [role, 'said']
  }
}

/** What an import without a mapping takes each column for; where it would take none, what the cells suggest. */
function guessedRoles(facts: readonly ColumnFacts[]): RoleOf {
  const usual = automaticMapping(facts.map(({ column }) => column))
  const roles = usual === undefined ? new Map<string, ColumnRole>() : rolesIn({ ...usual, metrics: [] })
  const known = new Set(usual?.metrics.map(({ column }) => column))
  const identifies = usual === undefined ? caseColumnOf(facts)?.column : undefined
  return (fact) => {
    const role = roles.get(fact.column)
    if (role !== undefined) return [role, 'usual_name']
    if (fact.column === identifies) return ['case', 'tells_rows_apart']
    if (isConfigurationColumn(fact.column)) return ['nothing', 'configuration']
    if (!isNumeric(fact.survey)) return ['nothing', emptiness(fact)]
    if (!measures(fact.column)) return ['nothing', 'counts']
    return ['metric', known.has(fact.column) ? 'usual_name' : 'numbers']
  }
}

function rolesIn(mapping: ImportMapping): Map<string, ColumnRole> {
  const named = (column: string | undefined, role: ColumnRole): (readonly [string, ColumnRole])[] =>
    column === undefined ? [] : [[column, role]]
  return new Map([
    ...mapping.metrics.map(({ column }) => [column, 'metric'] as const),
    ...named(mapping.error, 'error'),
    ...named(mapping.slice, 'slice'),
    ...named(mapping.cluster, 'cluster'),
    ...caseColumnsOf(mapping).map((column) => [column, 'case'] as const),
  ])
}

function emptiness({ survey }: ColumnFacts): ColumnReason {
  if (survey.values() === 0) return 'empty'
  return isNumeric(survey) ? 'numbers' : 'words'
}
