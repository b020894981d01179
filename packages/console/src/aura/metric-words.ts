import type { Assessment } from '@afterai/client'

/** One row of an assessment: a metric, of all cases or of a slice. */
export type Metric = Assessment['assessment']['metrics'][number]

interface Unit {
  readonly factor: number
  readonly digits: number
  readonly suffix: string
}

/** How the differences of a metric are written: points for what is right or wrong, percent for ratios, as it is for scores. */
function unitOf({ kind, scale, margin }: Metric): Unit {
  if (scale === 'relative') return { factor: 100, digits: 1, suffix: ' %' }
  if (kind === 'binary' || kind === 'safety') return { factor: 100, digits: 1, suffix: ' pts' }
  return { factor: 1, digits: margin !== null && margin >= 1 ? 1 : 3, suffix: '' }
}

/** A difference with its sign and unit: "−9.1 pts", "−45.0 %", "+0.031". */
export function difference(metric: Metric, value: number): string {
  const { factor, digits, suffix } = unitOf(metric)
  const shown = (value * factor).toFixed(digits)
  const isZero = Number(shown) === 0
  return `${isZero ? '±' : value > 0 ? '+' : '−'}${shown.replace('-', '')}${suffix}`
}

/** An amount without a sign: "9.1 points", "45 %". */
export function amount(metric: Metric, value: number): string {
  const { factor, digits, suffix } = unitOf(metric)
  const shown = Math.abs(value * factor)
    .toFixed(digits)
    .replace(/\.0+$/, '')
  return suffix === ' pts' ? `${shown} ${shown === '1' ? 'point' : 'points'}` : `${shown}${suffix}`
}

/** The name of a metric in words: "answer correct" for `answer_correct`. */
export function metricName({ metric }: Pick<Metric, 'metric'>): string {
  return metric.replaceAll('_', ' ')
}

type Counted = Pick<Metric, 'direction' | 'lost' | 'gained'>

/** How many cases changed for the worse: those whose value fell, or rose where lower is better. Null where that isn't counted. */
export function worseCases({ direction, lost, gained }: Counted): number | null {
  return direction === 'down' ? gained : lost
}

/** How many cases changed for the better; null where that isn't counted. */
export function betterCases({ direction, lost, gained }: Counted): number | null {
  return direction === 'down' ? lost : gained
}

/** How many cases changed for the worse and for the better, where that is counted: "15 worse, 2 better". */
export function casesWords({ direction, lost, gained }: Counted): string {
  const [worse, better] = [worseCases({ direction, lost, gained }), betterCases({ direction, lost, gained })]
  if (worse === null || better === null) return 'Cases'
  return `${worse.toLocaleString('en')} worse, ${better.toLocaleString('en')} better`
}

/** What of a metric is better, and what was fixed beforehand: "higher is better · margin 2 points". */
export function metricRule(metric: Metric): string {
  const direction =
    metric.direction === null
      ? 'nobody said what is better'
      : `${metric.direction === 'up' ? 'higher' : 'lower'} is better`
  return metric.margin === null ? `${direction} · no margin` : `${direction} · margin ${amount(metric, metric.margin)}`
}
