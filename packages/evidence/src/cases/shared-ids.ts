import type { EvaluationRun } from '../evaluation-run.ts'
import { areSameTexts } from './text-column.ts'

/**
 * The candidate, with the baseline's ids where both have the same cases: two runs of one suite then hold them once. The memory of its own
 * ids is given back at once, so that only what is returned may be used of it.
 */
export function withSharedIds(baseline: EvaluationRun, candidate: EvaluationRun): EvaluationRun {
  const { ids } = candidate.cases
  if (baseline.cases.ids === ids || !areSameTexts(baseline.cases.ids, ids)) return candidate
  for (const { buffer } of [ids.bytes, ids.offsets]) if (buffer instanceof ArrayBuffer) buffer.transfer(0)
  return { ...candidate, cases: { ...candidate.cases, ids: baseline.cases.ids } }
}
