import { styleText } from 'node:util'
import {
  BANDS,
  type AssessedInput,
  type Assessment,
  type AssessmentWarning,
  type Band,
  type MetricAssessment,
} from '@afterai/evidence'
import { drawInterval } from './interval-chart.ts'
import { formatChange, formatCount, formatProbability, formatRange, formatValue } from './quantity.ts'

/** How to print an assessment. `width` is in columns. */
export interface AssessmentFormat {
  readonly color: boolean
  readonly width: number
}

type Paint = (style: 'red' | 'yellow' | 'green' | 'bold' | 'dim', text: string) => string

const NARROWEST = 72
const WIDEST = 110

/** What each band means, in a sentence that claims no more than the interval does. */
const MEANING: Readonly<Record<Band, string>> = {
  material_regression: 'worse by more than the margin allows',
  regression: 'worse, and perhaps by more than the margin allows',
  minor_regression: 'worse, but by less than the margin allows',
  inconclusive: 'not enough evidence: a loss beyond the margin is not ruled out',
  non_inferior: 'no loss beyond the margin',
  improved: 'better',
}

/** The report of an assessment as text: the verdict first, then each metric against its margin, then what to mind. */
export function formatAssessment(assessment: Assessment, { color, width }: AssessmentFormat): string {
  const paint: Paint = (style, text) => (color ? styleText(style, text, { validateStream: false }) : text)
  const columns = Math.min(Math.max(width, NARROWEST), WIDEST)
  const sections = [
    formatVerdict(assessment, paint),
    formatInputs(assessment, columns),
    ...assessment.metrics.map((metric) => formatMetric(metric, columns, paint)),
    formatSlices(assessment, paint),
    formatWarnings(assessment.warnings, columns, paint),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function formatVerdict({ verdict, mode, guardrails, overallRisk }: Assessment, paint: Paint): string {
  const deciding = guardrails.filter(({ band }) => band === verdict).map(({ metric, slice }) => named(metric, slice))
  const because = deciding.length > 0 ? `Decided by: ${deciding.join(', ')}.` : 'No guardrail was measured.'
  const title = paint('bold', paint(colorOf(verdict), nameOf(verdict).toUpperCase()))
  const risk = overallRisk === null ? [] : [`Chance of a loss beyond a margin: ${formatProbability(overallRisk)}.`]
  const labelled = mode === 'prospective' ? [] : [`Mode: ${mode}.`]
  return [`${title}  ${MEANING[verdict]}`, [because, ...risk, ...labelled].join(' ')].join('\n')
}

function formatInputs({ baseline, candidate }: Assessment, width: number): string {
  return [
    ...block('baseline   ', formatInput(baseline), width),
    ...block('candidate  ', formatInput(candidate), width),
  ].join('\n')
}

function formatInput({ selection, cases, errors, format, sourceDigest }: AssessedInput): string {
  const counts = `${formatCount(cases)} cases, ${formatCount(errors)} ${errors === 1 ? 'error' : 'errors'}`
  return `${selection === null ? '' : `${selection}: `}${counts} (${format}, sha256 ${sourceDigest.slice(0, 8)}…)`
}

function formatMetric(metric: MetricAssessment, width: number, paint: Paint): string {
  const role = metric.primary ? ' (guardrail)' : ''
  const heading = `${paint('bold', metric.metric)}${role}  ${paint(colorOf(metric.band), nameOf(metric.band))}`
  const means = `${formatValue(metric, metric.baselineMean)} to ${formatValue(metric, metric.candidateMean)} on average, ${formatCount(metric.pairs)} pairs`
  if (metric.delta === null || metric.interval === null)
    return [heading, ...block('  ', `${means}; no interval`, width)].join('\n')
  const { delta, interval } = metric
  const margin = formatChange(metric, metric.margin).replace(/^\+/, '')
  const range = formatRange(metric, interval.lower, interval.upper)
  const change = `${formatChange(metric, delta)}, 95% interval ${range}, margin ${margin}`
  return [
    heading,
    ...block('  ', means, width),
    ...block('  ', change, width),
    `  ${drawInterval(oriented(delta, interval, metric), width - 20)}  ${paint('dim', 'worse ◂ ▸ better')}`,
    ...formatDetails(metric).flatMap((line) => block('  ', line, width)),
  ].join('\n')
}

function formatDetails(metric: MetricAssessment): string[] {
  const { lost, gained, regressionRisk, totalChange, p95Change, clusters, power, band } = metric
  const facts = [
    lost !== null && gained !== null && `${formatCount(lost)} cases lost, ${formatCount(gained)} gained`,
    totalChange !== null && `total ${formatChange(metric, totalChange.estimate)}`,
    p95Change !== null && `95th percentile ${formatChange(metric, p95Change)}`,
    clusters !== null && `${formatCount(clusters)} clusters`,
    regressionRisk !== null && `weighed risk ${formatProbability(regressionRisk)}`,
  ].filter((fact) => fact !== false)
  const isOpen = band === 'inconclusive' && power !== null && power.morePairs > 0
  return [facts.join('; '), ...(isOpen ? [`about ${formatCount(power.morePairs)} more pairs would decide`] : [])]
}

/** Turned so that up is better; ratios on their logarithm, where the margin lies as far below as above. */
function oriented(delta: number, { lower, upper }: { lower: number; upper: number }, metric: MetricAssessment) {
  const scale = metric.scale === 'relative' ? Math.log1p : (value: number): number => value
  const margin = scale(metric.margin)
  if (metric.direction === 'up') return { lower: scale(lower), estimate: scale(delta), upper: scale(upper), margin }
  return { lower: -scale(upper), estimate: -scale(delta), upper: -scale(lower), margin }
}

/** The primary metrics by slice, worst band first. */
function formatSlices({ slices }: Assessment, paint: Paint): string {
  const shown = slices
    .filter(({ primary, interval }) => primary && interval !== null)
    .toSorted((a, b) => BANDS.indexOf(a.band) - BANDS.indexOf(b.band))
  if (shown.length === 0) return ''
  const longest = Math.max(...shown.map(({ metric, slice }) => named(metric, slice).length))
  const lines = shown.map((metric) => {
    const change = `${formatChange(metric, metric.delta ?? 0)}, ${formatCount(metric.pairs)} pairs`
    return `  ${named(metric.metric, metric.slice).padEnd(longest)}  ${paint(colorOf(metric.band), nameOf(metric.band))}: ${change}`
  })
  return [paint('bold', 'Slices'), ...lines].join('\n')
}

function formatWarnings(warnings: readonly AssessmentWarning[], width: number, paint: Paint): string {
  if (warnings.length === 0) return ''
  const lines = warnings.flatMap(({ code, text, metric, slice }) => {
    const where = metric === null && slice === null ? '' : `${named(metric, slice)}: `
    return block('  - ', `${where}${text} (${code})`, width)
  })
  return [paint('bold', 'Mind'), ...lines].join('\n')
}

/** Text behind a lead, wrapped to `width` and indented by the lead's length. */
function block(lead: string, text: string, width: number): string[] {
  return wrap(text, width - lead.length).map((line, index) => `${index === 0 ? lead : ' '.repeat(lead.length)}${line}`)
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

function named(metric: string | null, slice: string | null): string {
  return [metric, slice].filter((name) => name !== null).join(' in ')
}

function nameOf(band: Band): string {
  return band.replaceAll('_', ' ')
}

function colorOf(band: Band): 'red' | 'yellow' | 'green' {
  if (band === 'improved' || band === 'non_inferior') return 'green'
  return band === 'inconclusive' || band === 'minor_regression' ? 'yellow' : 'red'
}
