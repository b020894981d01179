import type { DroppedField, EvaluationCase, EvaluationRun } from '../evaluation-run.ts'
import type { IdentifierGate } from '../identifier.ts'
import type { MetricDefinition } from '../metric.ts'
import type { FaultList, ImportFault, ImportResult } from './faults.ts'
import type { ImportSource } from './source.ts'

/** A case before its names have passed the gate. */
export interface RawCase {
  readonly caseId: string
  readonly cluster: string | undefined
  readonly slice: string | undefined
  readonly isError: boolean
  readonly values: readonly (number | null)[]
}

/** What every importer does alike: gathers cases, checks that repeats of a case agree, counts what is dropped. */
export interface RunCollector {
  readonly add: (raw: RawCase, place: Pick<ImportFault, 'line' | 'pointer'>) => void
  readonly drop: (field: string) => void
  readonly finish: (described: { selection: string | null; metrics: readonly MetricDefinition[] }) => ImportResult
}

/** A collector for one file. */
export function runCollector(
  format: EvaluationRun['format'],
  { sourceDigest }: ImportSource,
  gate: IdentifierGate,
  faults: FaultList,
): RunCollector {
  const cases: EvaluationCase[] = []
  const firstOf = new Map<string, EvaluationCase>()
  const dropped = new Map<string, number>()
  return {
    add(raw, place) {
      const entry = pass(raw, gate)
      const first = firstOf.get(entry.caseId) ?? entry
      firstOf.set(entry.caseId, first)
      if (first.cluster !== entry.cluster)
        faults.add('conflicting_case', 'a repeat of this case has another cluster', place)
      if (first.slice !== entry.slice) faults.add('conflicting_case', 'a repeat of this case has another slice', place)
      cases.push(entry)
    },
    drop: (field) => dropped.set(field, (dropped.get(field) ?? 0) + 1),
    finish({ selection, metrics }) {
      if (!faults.any() && cases.length === 0) faults.add('nothing_selected', 'no case is left to import')
      if (faults.any()) return faults.result()
      return {
        ok: true,
        repeats: cases.length - firstOf.size,
        run: {
          format,
          sourceDigest,
          selection: selection === null ? null : gate.label(selection),
          metrics: metrics.map((metric, index) => narrowKind(metric, index, cases)),
          cases,
          dropped: countDropped(dropped, gate),
          digestedIdentifiers: gate.digested(),
        },
      }
    },
  }
}

/** The case with its names bounded or digested. */
function pass(raw: RawCase, gate: IdentifierGate): EvaluationCase {
  return {
    caseId: gate.caseId(raw.caseId),
    ...(raw.cluster === undefined ? {} : { cluster: gate.caseId(raw.cluster) }),
    ...(raw.slice === undefined ? {} : { slice: gate.label(raw.slice) }),
    outcome: raw.isError ? 'error' : 'completed',
    values: raw.values,
  }
}

/** A score of zeros and ones alone is a 0/1 metric, which has a better interval. */
function narrowKind(metric: MetricDefinition, index: number, cases: readonly EvaluationCase[]): MetricDefinition {
  if (metric.kind !== 'continuous') return metric
  const isZeroOne = cases.every(({ values }) => [0, 1, null, undefined].includes(values[index]))
  return isZeroOne ? { ...metric, kind: 'binary' } : metric
}

/** Two long names may share a digest prefix only by sharing the name, but a name can equal another's digest: add them up. */
function countDropped(dropped: ReadonlyMap<string, number>, gate: IdentifierGate): DroppedField[] {
  const byName = new Map<string, number>()
  for (const [field, count] of dropped) {
    const name = gate.token(field)
    byName.set(name, (byName.get(name) ?? 0) + count)
  }
  return [...byName].map(([field, count]) => ({ field, count }))
}
