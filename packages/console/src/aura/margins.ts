import type { Operations } from '@afterai/client'
import type { ImportedRun } from './evaluations.ts'

/** The plan of an assessment, as the API takes it. */
export type Plan = NonNullable<Operations['assessChange']['body']['plan']>
type PlannedMetric = NonNullable<Plan['metrics']>[number]

/** What somebody says of a metric before they see its results; empty: the default. */
export interface MetricChoice {
  readonly name: string
  readonly kind: string
  /** What the file or the table of names knows; null: nobody does, and without an answer the verdict is withheld. */
  readonly known: string | null
  readonly direction: 'up' | 'down' | ''
  /** As it was typed, in the unit that the pages write margins in. */
  readonly margin: string
}

/** The unit in which pages write the margins of a kind of metric: points for what is right or wrong, percent for ratios, none for a score on a scale of its own. */
export function unitOfKind(kind: string): 'points' | '%' | '' {
  if (kind === 'binary' || kind === 'safety') return 'points'
  return kind === 'continuous' ? '' : '%'
}

/** The metrics that both files have, as there is something to say of them. */
export function choicesFor(before: ImportedRun, after: ImportedRun): MetricChoice[] {
  return before.metrics
    .filter(({ name }) => after.metrics.some((other) => other.name === name))
    .map(({ name, kind, direction }) => ({ name, kind, known: direction, direction: '', margin: '' }))
}

/** Names of metrics that only one of the files has. */
export function unpaired(before: ImportedRun, after: ImportedRun): string[] {
  const names = [before, after].map(({ metrics }) => new Set(metrics.map(({ name }) => name)))
  const [first = new Set(), second = new Set()] = names
  return [...first, ...second].filter((name) => first.has(name) !== second.has(name))
}

/** The plan that the choices make: only what was said; undefined where nothing was. A margin with a comma is one too. */
export function toPlan(choices: readonly MetricChoice[]): Plan | undefined {
  const metrics = choices.flatMap(({ name, kind, direction, margin }): PlannedMetric[] => {
    const value = marginOf({ kind, margin })
    if (direction === '' && value === undefined) return []
    return [{ name, ...(direction === '' ? {} : { direction }), ...(value === undefined ? {} : { margin: value }) }]
  })
  return metrics.length === 0 ? undefined : { metrics }
}

/** The margin that was typed, as the API takes it: a part of one where it is written in points or percent. Undefined for none; NaN for what is none, or more than all. */
export function marginOf({ kind, margin }: Pick<MetricChoice, 'kind' | 'margin'>): number | undefined {
  const trimmed = margin.trim().replace(',', '.')
  if (trimmed === '') return undefined
  if (!/^\d+(\.\d+)?$/.test(trimmed) || Number(trimmed) <= 0) return Number.NaN
  const unit = unitOfKind(kind)
  if (unit === '') return Number(trimmed)
  return unit === 'points' && Number(trimmed) >= 100 ? Number.NaN : Number((Number(trimmed) / 100).toPrecision(12))
}
