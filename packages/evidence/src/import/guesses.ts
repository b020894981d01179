import { isToken } from '../identifier.ts'
import { isQuality, type MetricKind } from '../metric.ts'
import type { FaultList } from './faults.ts'
import { caseColumnsOf, type ImportMapping } from './mapping.ts'
import { placeList } from './places.ts'

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

/** Watches the values of one score for a -1 that stands for none. */
export interface SentinelWatch {
  readonly see: (value: number, line: number) => void
  readonly report: (column: string, faults: FaultList) => void
}

/** A watch for a metric of this kind. A scale that goes below 0, or ends at 1, has its own use for -1. */
export function sentinelWatch(kind: MetricKind): SentinelWatch {
  const minusOnes = placeList()
  let lowest = Infinity
  let highest = -Infinity
  return {
    see(value, line) {
      if (value === -1) return minusOnes.add(line)
      lowest = Math.min(lowest, value)
      highest = Math.max(highest, value)
    },
    report(column, faults) {
      if (!isQuality(kind) || minusOnes.count() === 0 || lowest < 0 || highest <= 1 || highest > 100) return
      const found = `-1 ${minusOnes.text()}, on a scale that has nothing else below 0`
      faults.add('sentinel', found, { line: minusOnes.first(), column })
    },
  }
}
