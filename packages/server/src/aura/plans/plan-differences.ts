import type { UnderPlan } from '@afterai/contract'
import type { AssessmentPlan, MetricPlan } from '@afterai/evidence'
import { canonicalJson } from '@afterai/record'

type Difference = UnderPlan['differences'][number]

/** What an assessment was held to other than its plan says: each metric's margin, scale and the rest, slices, and the mode. Order doesn't matter. */
export function planDifferences(planned: AssessmentPlan, used: AssessmentPlan): Difference[] {
  const names = [...new Set([...planned.metrics, ...used.metrics].map(({ name }) => name))].toSorted()
  return [
    ...differing('/mode', planned.mode, used.mode),
    ...names.flatMap((name) => metricDifferences(name, metricIn(planned, name), metricIn(used, name))),
    ...differing('/criticalSlices', slicesOf(planned), slicesOf(used)),
  ]
}

const said = ['kind', 'direction', 'margin', 'scale', 'primary', 'failureValue'] as const

function metricDifferences(name: string, planned: MetricPlan | undefined, used: MetricPlan | undefined): Difference[] {
  const path = `/metrics/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
  const inParts = said.flatMap((part) => differing(`${path}/${part}`, planned?.[part], used?.[part]))
  const isNamedByBoth = (planned === undefined) === (used === undefined)
  return inParts.length > 0 || isNamedByBoth ? inParts : differing(path, planned, used)
}

function metricIn({ metrics }: AssessmentPlan, name: string): MetricPlan | undefined {
  return metrics.find((it) => it.name === name)
}

// None named and nothing said are the same.
function slicesOf({ criticalSlices }: AssessmentPlan): readonly string[] {
  return [...new Set(criticalSlices)].toSorted()
}

function differing(path: string, planned: unknown, used: unknown): Difference[] {
  const [before, after] = [written(planned), written(used)]
  return before === after ? [] : [{ path, planned: before, used: after }]
}

function written(value: unknown): string | null {
  return value === undefined ? null : canonicalJson(value)
}
