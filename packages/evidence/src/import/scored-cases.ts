import { identifierGate, type IdentifierGate } from '../identifier.ts'
import { settleDirection } from '../metric-directions.ts'
import type { Direction, MetricDefinition, MetricKind, Scale } from '../metric.ts'
import { readMetric } from './cell.ts'
import { runCollector, type RawCase } from './collector.ts'
import { faultList, type FaultList, type ImportFault, type ImportResult } from './faults.ts'
import type { FormatName } from './formats/names.ts'
import { LIMITS, type ImportSource } from './source.ts'

/** A case as a file of another tool tells it: its names haven't passed the gate, its values aren't read yet. */
export interface ScoredCase extends Pick<RawCase, 'cluster' | 'slice' | 'isError'> {
  readonly caseId: string | undefined
  /** Values of the format's own metrics, by their names. */
  readonly measured: Readonly<Record<string, unknown>>
  /** Values under names that the file chose, and which way is better where the file says so. */
  readonly scores: Iterable<readonly [name: string, value: unknown, better?: Direction | undefined]>
}

/** Gathers the cases of a file whose metrics show only as it is read. */
export interface ScoredCases {
  readonly gate: IdentifierGate
  readonly faults: FaultList
  readonly drop: (field: string) => void
  readonly note: (text: string) => void
  readonly ranAt: (value: unknown) => void
  readonly add: (scored: ScoredCase, place: Place) => void
  readonly finish: (selection: string | null) => ImportResult
}

type Place = Pick<ImportFault, 'line' | 'pointer' | 'column'>

/** Metrics that several formats measure alike. */
export const COMMON_METRICS: Readonly<
  Record<'pass' | 'score' | 'latency_s' | 'latency_ms' | 'cost' | 'tokens', MetricDefinition>
> = {
  pass: { name: 'pass', kind: 'binary', direction: 'up', directionFrom: 'format' },
  score: { name: 'score', kind: 'continuous', direction: 'up', directionFrom: 'format' },
  latency_s: { name: 'latency_s', kind: 'latency', direction: 'down', directionFrom: 'kind' },
  latency_ms: { name: 'latency_ms', kind: 'latency', direction: 'down', directionFrom: 'kind' },
  cost: { name: 'cost', kind: 'cost', direction: 'down', directionFrom: 'kind' },
  tokens: { name: 'tokens', kind: 'tokens', direction: 'down', directionFrom: 'kind' },
}

/** The direction and scale of every score of a format's files. Where it states none, a score's name may, or nobody does. */
export interface NamedScores {
  readonly better?: Direction | undefined
  readonly scale?: Scale | undefined
}

/** The scale on which several tools score: 1 is all that was asked for. */
export const UNIT_SCALE: Scale = { lower: 0, upper: 1 }

/** A case as it is held until all metrics are known: its values by the order in which metrics showed. */
interface Held {
  readonly raw: Omit<RawCase, 'values'>
  readonly values: (number | null)[]
  readonly place: Place
}

/** Gatherer for one file. `own` are the format's metrics, in the order in which they are kept; those that nothing measures are left out. */
export function scoredCases(
  format: FormatName,
  source: ImportSource,
  own: readonly MetricDefinition[],
  says: NamedScores = {},
): ScoredCases {
  const gate = identifierGate(source.digest)
  const faults = faultList(gate)
  const collector = runCollector(format, source, gate, faults)
  const held: Held[] = []
  const columnOf = new Map<string, number>()
  const told = new Map<string, Set<Direction>>()
  let isTooWide = false

  function column(key: string): number | undefined {
    const known = columnOf.get(key)
    if (known !== undefined) return known
    if (columnOf.size >= LIMITS.columns) {
      if (!isTooWide) faults.add('too_large', `more than ${LIMITS.columns} metrics`)
      isTooWide = true
      return undefined
    }
    columnOf.set(key, columnOf.size)
    return columnOf.size - 1
  }

  function put(values: (number | null)[], key: string, value: unknown, kind: MetricKind, place: Place): void {
    const cell = readMetric(value, kind)
    if ('fault' in cell) return faults.add(cell.fault, cell.text, placeOf(place, key, gate))
    const index = cell.value === null ? undefined : column(key)
    if (index !== undefined) values[index] = cell.value
  }

  function hold(raw: Held['raw'], { measured, scores }: ScoredCase, place: Place): void {
    const values: (number | null)[] = []
    for (const { name, kind } of own) put(values, `own ${name}`, measured[name], kind, place)
    for (const [name, value, better] of scores) {
      put(values, `named ${name}`, value, 'continuous', place)
      if (better !== undefined) told.set(name, (told.get(name) ?? new Set()).add(better))
    }
    held.push({ raw, values, place })
  }

  return {
    gate,
    faults,
    drop: collector.drop,
    note: collector.note,
    ranAt: collector.ranAt,
    add(scored, place) {
      const { caseId, cluster, slice, isError } = scored
      if (caseId === undefined) faults.add('case_id_missing', 'nothing identifies the case', place)
      else hold({ caseId, cluster, slice, isError }, scored, place)
    },
    finish(selection) {
      const metrics = definitions({ own, columnOf, told, says, gate })
      if (metrics.length === 0 && held.length > 0 && !faults.any())
        faults.add('no_metric', 'no case has a score or an amount', {}, 'run the evaluation with a scorer')
      for (const { raw, values, place } of held)
        collector.add({ ...raw, values: metrics.map(({ index }) => values[index] ?? null) }, place)
      return collector.finish({ selection, metrics: metrics.map(({ metric }) => metric) })
    },
  }
}

/** Own metrics in their order, then the named ones in the order of their names: never in that of the file. */
function definitions({
  own,
  columnOf,
  told,
  says,
  gate,
}: {
  readonly own: readonly MetricDefinition[]
  readonly columnOf: ReadonlyMap<string, number>
  readonly told: ReadonlyMap<string, ReadonlySet<Direction>>
  readonly says: NamedScores
  readonly gate: IdentifierGate
}): { metric: MetricDefinition; index: number }[] {
  const taken = new Set(own.map(({ name }) => name))
  const ownMetrics = own.flatMap((metric) => {
    const index = columnOf.get(`own ${metric.name}`)
    return index === undefined ? [] : [{ metric, index }]
  })
  const named = [...columnOf]
    .filter(([key]) => key.startsWith('named '))
    .map(([key, index]) => ({ name: key.slice('named '.length), index }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, index }): { metric: MetricDefinition; index: number } => ({
      metric: {
        name: gate.label(taken.has(name) ? `named/${name}` : nameOfMetric(name)),
        kind: 'continuous',
        ...namedDirection(name, told.get(name), says),
        ...(says.scale === undefined ? {} : { scale: says.scale }),
      },
      index,
    }))
  return [...ownMetrics, ...named]
}

/** A file that says both of one score says nothing, whatever the score is called. */
function namedDirection(
  name: string,
  told: ReadonlySet<Direction> | undefined,
  { better }: NamedScores,
): Pick<MetricDefinition, 'direction' | 'directionFrom'> {
  if (told !== undefined && told.size > 1) return { direction: null }
  const [own] = told ?? []
  // What a file says of this very score is more than a name; what a format says of all its scores isn't.
  if (own !== undefined) return { direction: own, directionFrom: 'format' }
  // What stands in brackets behind a name are the metric's arguments: `factual_correctness(mode=f1)`, `Correctness [GEval]`.
  return settleDirection({ kind: 'continuous', names: [name.replace(/\s*[([].*$/s, '')], format: better })
}

/** Brackets and the like, in which tools set a metric's arguments, would keep its name from being a name. */
function nameOfMetric(name: string): string {
  return name.replaceAll(/\s*[()[\]=,]+\s*/g, '-').replaceAll(/^-|-$/g, '')
}

function placeOf({ line, pointer }: Place, key: string, gate: IdentifierGate): Place {
  const name = gate.token(key.slice(key.indexOf(' ') + 1))
  return {
    ...(line === undefined ? {} : { line, column: name }),
    ...(pointer === undefined ? {} : { pointer: `${pointer}/${name}` }),
  }
}
