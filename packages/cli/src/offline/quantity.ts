import type { MetricAssessment } from '@afterai/evidence'

/** A value of a metric, as people read it: 0/1 metrics in percent, others with three digits. */
export function formatValue(metric: MetricAssessment, value: number | null): string {
  if (value === null) return 'unknown'
  return isZeroOne(metric) ? `${fixed(value * 100, 1)}%` : digits(value)
}

/** A difference of a metric, with its sign: points for 0/1 metrics, percent for ratios. */
export function formatChange(metric: MetricAssessment, value: number): string {
  const sign = value > 0 ? '+' : ''
  if (metric.scale === 'relative') return `${sign}${fixed(value * 100, 1)}%`
  return isZeroOne(metric) ? `${sign}${fixed(value * 100, 1)} points` : `${sign}${digits(value)}`
}

/** An interval of a metric's differences: the unit is said once. */
export function formatRange(metric: MetricAssessment, lower: number, upper: number): string {
  return `${formatChange(metric, lower).replace(/ points$/, '')} to ${formatChange(metric, upper)}`
}

/** A probability in percent; never "0%" or "100%", which no evidence gives. */
export function formatProbability(share: number): string {
  if (share < 0.001) return 'under 0.1%'
  if (share > 0.999) return 'over 99.9%'
  return `${fixed(share * 100, 1)}%`
}

/** A count with separators. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}

function isZeroOne({ kind }: MetricAssessment): boolean {
  return kind === 'binary' || kind === 'safety'
}

/** Without a minus before zero. */
function fixed(value: number, places: number): string {
  return value.toFixed(places).replace(/^-(0(?:\.0+)?)$/, '$1')
}

function digits(value: number): string {
  if (value === 0) return '0'
  return Math.abs(value) >= 1e6 || Math.abs(value) < 1e-3
    ? value.toExponential(2)
    : String(Number(value.toPrecision(3)))
}
