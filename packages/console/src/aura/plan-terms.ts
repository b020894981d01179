import type { Operations } from '@afterai/client'
import { marginOf, type MetricChoice } from './margins.ts'

type Terms = Operations['sealPlan']['body']

/** The metrics of an evaluation, as there is something to say of them before results. */
export function choicesOf(
  metrics: readonly { readonly name: string; readonly kind: string; readonly direction: string | null }[],
): MetricChoice[] {
  return metrics.map(({ name, kind, direction }) => ({
    name,
    kind,
    known: direction,
    direction: '',
    margin: '',
  }))
}

/** The terms of a plan as the API takes them: a metric without a margin is looked at, and decides nothing. */
export function toTerms(
  choices: readonly MetricChoice[],
  {
    caseDigest,
    minCases,
    attempts,
  }: { readonly caseDigest: string; readonly minCases: number; readonly attempts: number },
): Terms {
  return {
    plan: {
      metrics: choices.map(({ name, kind, direction, margin }) => {
        const value = marginOf({ kind, margin })
        return {
          name,
          primary: value !== undefined,
          ...(direction === '' ? {} : { direction }),
          ...(value === undefined ? {} : { margin: value }),
        }
      }),
    },
    datasets: [caseDigest],
    minCases,
    attempts,
  }
}
