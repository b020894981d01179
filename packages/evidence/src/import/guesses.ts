import { isToken } from '../identifier.ts'
import type { FaultList } from './faults.ts'
import { caseColumnsOf, type ImportMapping } from './mapping.ts'

/** Columns that tell what a run was given: beside them a UUID a row is the run's own. */
const INPUT_COLUMN = /^inputs?(?:[._/].*)?$/i
/** Columns that name the example a run answered, best first. */
const EXAMPLE_COLUMNS = ['reference_example_id', 'example_id', 'dataset_example_id', 'dataset_item_id']

/** Ids that nobody gave on purpose never pair: a UUID for each row beside the row's input is that of one run. */
export function checkCaseIds(
  columns: readonly string[],
  mapping: ImportMapping,
  hasUniqueUuids: boolean,
  faults: FaultList,
): void {
  const inputs = columns.filter((column) => INPUT_COLUMN.test(column)).toSorted()
  if (!hasUniqueUuids || inputs.length === 0) return
  const [column = ''] = caseColumnsOf(mapping)
  const better = EXAMPLE_COLUMNS.find((name) => columns.includes(name)) ?? inputs[0] ?? ''
  const step = isToken(better)
    ? `name the column that stays the same from one run to the next, such as --case ${better}, and each metric with --metric NAME=COLUMN:KIND:DIRECTION`
    : undefined
  faults.add('ids_of_runs', 'a UUID of its own for each row, beside an input', { column }, step)
}
