import { identifierGate, type IdentifierGate } from '../identifier.ts'
import { settleDirection } from '../metric-directions.ts'
import type { MetricDefinition } from '../metric.ts'
import type { FaultList } from './faults.ts'
import { columnsOf, selectionOf, type ImportMapping, type MetricColumn, type RowFilter } from './mapping.ts'
import type { DecimalMark } from './notation.ts'
import type { ByteSource } from './source.ts'
import type { ReadingWatch } from './watch.ts'

/** How to read a table; without a mapping the columns' usual names are looked for. */
export interface TableOptions {
  readonly mapping?: ImportMapping | undefined
  readonly where?: readonly RowFilter[] | undefined
  /** The decimal mark of columns that could have either. */
  readonly decimal?: DecimalMark | undefined
  /** Texts that mean that nothing was measured, beside the usual ones. */
  readonly missing?: readonly string[] | undefined
  readonly watch?: ReadingWatch | undefined
}

/** A table's source and options, with the gate and the list of faults that reading it needs. */
export interface TableContext {
  readonly source: ByteSource
  readonly options: TableOptions
  readonly gate: IdentifierGate
  readonly faults: FaultList
}

/** A gate that knows the names that the caller typed. */
export function tableGate({ digest }: ByteSource, { mapping, where = [] }: TableOptions): IdentifierGate {
  const selection = selectionOf(where)
  return identifierGate(digest, [
    ...(mapping ? [...columnsOf(mapping), ...mapping.metrics.map(({ name }) => name)] : []),
    ...where.flatMap(({ column, equals }) => [column, equals]),
    ...(selection === null ? [] : [selection]),
  ])
}

/** Which way is better, as far as the mapping or a name says it, and the scale that the mapping declares. */
export function definitionOf({ name, column, kind, direction, scale }: MetricColumn): Omit<MetricDefinition, 'name'> {
  return {
    kind,
    ...settleDirection({ kind, names: [name, column], stated: direction }),
    ...(scale === undefined ? {} : { scale }),
  }
}
