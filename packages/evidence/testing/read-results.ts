import { importResults, type EvaluationRunJson, type FormatName, type ReadingOptions } from '../src/index.ts'
import { fileOf, rowsOf } from './fixtures.ts'

/** The run of a file of results, or an error that shows its faults. */
export function readResults(
  content: string | Uint8Array,
  options: ReadingOptions & { format?: FormatName } = {},
): EvaluationRunJson {
  return rowsOf(importResults(fileOf(content), options))
}

/** Lists the faults of a file of results. */
export function faultsOf(
  content: string | Uint8Array,
  options: ReadingOptions & { format?: FormatName } = {},
  name?: string,
) {
  const imported = importResults(fileOf(content, name), options)
  return imported.ok ? [] : imported.faults
}

/** The cases of a run by their ids. */
export const byId = ({ cases }: EvaluationRunJson) => new Map(cases.map((it) => [it.caseId, it]))
/** Each metric's name and direction. */
export const metricsOf = ({ metrics }: EvaluationRunJson) =>
  metrics.map(({ name, direction }) => `${name} ${direction}`)
