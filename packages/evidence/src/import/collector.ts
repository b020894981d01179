import {
  caseTableBuilder,
  distinctCases,
  type CaseTable,
  type CaseTableBuilder,
  type EvaluationCase,
} from '../cases/case-table.ts'
import { everyNumber, type NumberColumn } from '../cases/number-column.ts'
import { compareTexts } from '../cases/text-column.ts'
import type { DroppedField, EvaluationRun } from '../evaluation-run.ts'
import type { IdentifierGate } from '../identifier.ts'
import type { MetricDefinition } from '../metric.ts'
import { casePlaces } from './case-places.ts'
import type { FaultList, ImportFault, ImportResult } from './faults.ts'
import { readInstant } from './instant.ts'
import type { ImportSource } from './source.ts'

type FaultPlace = Pick<ImportFault, 'line' | 'pointer'>

/** A case before its names have passed the gate. */
export interface RawCase {
  readonly caseId: string
  readonly cluster: string | undefined
  readonly slice: string | undefined
  readonly isError: boolean
  readonly values: readonly (number | null)[]
}

/** The collector that every importer uses: gathers cases, checks that repeats of a case agree, counts what is dropped. */
export interface RunCollector {
  readonly add: (raw: RawCase, place: FaultPlace) => void
  readonly drop: (field: string) => void
  /** Keeps a sentence for whoever reads the results. It must hold nothing of the file but what passed the gate. */
  readonly note: (text: string) => void
  /** Takes an instant at which the file says that it was run; what is none, or has no offset, says nothing. */
  readonly ranAt: (value: unknown) => void
  readonly finish: (described: { selection: string | null; metrics: readonly MetricDefinition[] }) => ImportResult
}

/** A collector for one file. */
export function runCollector(
  format: EvaluationRun['format'],
  { sourceDigest }: ImportSource,
  gate: IdentifierGate,
  faults: FaultList,
): RunCollector {
  const dropped = new Map<string, number>()
  const places = casePlaces()
  let builder: CaseTableBuilder | undefined
  const notes = new Set<string>()
  const instants: string[] = []
  return {
    add(raw, place) {
      builder ??= caseTableBuilder(raw.values.length)
      // Only a case with a cluster or a slice can contradict another.
      if (raw.cluster !== undefined || raw.slice !== undefined) places.set(builder.rows(), place)
      builder.add(pass(raw, gate))
    },
    note: (text) => void notes.add(text),
    ranAt(value) {
      const instant = readInstant(value)
      if (instant !== undefined) instants.push(instant)
    },
    drop: (field) => dropped.set(field, (dropped.get(field) ?? 0) + 1),
    finish({ selection, metrics }) {
      const { table, order } = (builder ?? caseTableBuilder(metrics.length)).finish()
      findConflicts(table, order, (row, what) =>
        faults.add('conflicting_case', `a repeat of this case has another ${what}`, places.at(row)),
      )
      places.release()
      if (order.buffer instanceof ArrayBuffer) order.buffer.transfer(0)
      if (!faults.any() && table.rows === 0)
        faults.add(selection === null ? 'empty' : 'nothing_selected', 'there is no case to import')
      if (faults.any()) return faults.result()
      return {
        ok: true,
        repeats: table.rows - distinctCases(table),
        run: {
          format,
          sourceDigest,
          selection: selection === null ? null : gate.label(selection),
          metrics: metrics.map((metric, index) => narrowKind(metric, table.values[index])),
          cases: table,
          dropped: countDropped(dropped, gate),
          digestedIdentifiers: gate.digested(),
          ...(instants.length === 0 ? {} : { ranAt: instants.toSorted()[0] }),
          ...(notes.size === 0 ? {} : { notes: [...notes] }),
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
function narrowKind(metric: MetricDefinition, values: NumberColumn | undefined): MetricDefinition {
  const { scale, ...rest } = metric
  if (metric.kind !== 'continuous' || (scale !== undefined && (scale.lower !== 0 || scale.upper !== 1))) return metric
  const isZeroOne = !values || everyNumber(values, (value) => value === 0 || value === 1 || Number.isNaN(value))
  return isZeroOne ? { ...rest, kind: 'binary' } : metric
}

/** Repeats stand next to each other in a table: each must have the cluster and the slice of the one that came first. */
function findConflicts(
  { rows, ids, clusters, slices }: CaseTable,
  order: Uint32Array,
  found: (addedAt: number, what: 'cluster' | 'slice') => void,
): void {
  if (clusters === null && slices === null) return
  const conflicts: { addedAt: number; what: 'cluster' | 'slice' }[] = []
  for (let start = 0, end = 1; start < rows; start = end, end += 1) {
    while (end < rows && compareTexts(ids, start, ids, end) === 0) end += 1
    if (end - start === 1) continue
    const repeats = Array.from({ length: end - start }, (_, index) => start + index)
    const first = repeats.reduce((a, b) => ((order[b] ?? 0) < (order[a] ?? 0) ? b : a))
    for (const row of repeats) {
      const addedAt = order[row] ?? 0
      if (clusters !== null && clusters.of[first] !== clusters.of[row]) conflicts.push({ addedAt, what: 'cluster' })
      if (slices !== null && slices.of[first] !== slices.of[row]) conflicts.push({ addedAt, what: 'slice' })
    }
  }
  for (const { addedAt, what } of conflicts.toSorted((a, b) => a.addedAt - b.addedAt)) found(addedAt, what)
}

/** Two long names may share a digest prefix only by sharing the name, but a name can equal another's digest: add them up. */
function countDropped(dropped: ReadonlyMap<string, number>, gate: IdentifierGate): DroppedField[] {
  const byName = new Map<string, number>()
  for (const [field, count] of dropped) {
    const name = gate.token(field)
    byName.set(name, (byName.get(name) ?? 0) + count)
  }
  return [...byName].map(([field, count]) => ({ field, count })).toSorted((a, b) => (a.field < b.field ? -1 : 1))
}
