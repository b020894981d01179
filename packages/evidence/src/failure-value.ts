import { everyNumber, numberAt, numberCount, type NumberColumn } from './cases/number-column.ts'
import { isBinary } from './metric.ts'
import type { ResolvedMetric } from './resolve-metrics.ts'

/** Finds the value of an error: the plan's, else the worse end of a known scale or of 0..1 if all values lie in it, else the worst value seen. */
export function failureValue(
  { failureValue: given, direction, kind, scale }: ResolvedMetric,
  before: NumberColumn,
  after: NumberColumn,
): number | null {
  if (given !== undefined) return given
  if (direction === null) return null
  if (scale !== null) return direction === 'up' ? scale.lower : scale.upper
  if (isBinary(kind) || (isUnit(before) && isUnit(after))) return direction === 'up' ? 0 : 1
  const worse = direction === 'up' ? Math.min : Math.max
  let worst = direction === 'up' ? Infinity : -Infinity
  for (const values of [before, after])
    for (let row = 0; row < numberCount(values); row += 1) {
      const value = numberAt(values, row)
      if (!Number.isNaN(value)) worst = worse(worst, value)
    }
  return worst
}

function isUnit(values: NumberColumn): boolean {
  return everyNumber(values, (value) => Number.isNaN(value) || (value >= 0 && value <= 1))
}
