import { styleText } from 'node:util'
import {
  BANDS,
  isGreen,
  isHeadline,
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

/** The meaning of each band, in a sentence that claims no more than the interval does. */
const MEANING: Readonly<Record<Band, string>> = {
  material_regression: 'worse by more than the margin allows',
  regression: 'worse, and perhaps by more than the margin allows',
  withheld: 'not judged: something has to be said first',
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
    formatVerdict(assessment, columns, paint),
    formatInputs(assessment, columns),
    ...assessment.metrics.map((metric) => formatMetric(metric, columns, paint)),
    formatSlices(assessment, paint),
    formatWarnings(assessment, columns, paint),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function formatVerdict(assessment: Assessment, width: number, paint: Paint): string {
  const { verdict, mode, guardrails, overallRisk, warnings } = assessment
  const deciding = guardrails.filter(({ band }) => band === verdict).map(({ metric, slice }) => named(metric, slice))
  const because = deciding.length > 0 ? `Decided by: ${deciding.join(', ')}.` : 'No guardrail was measured.'
  const elsewhere = lossesElsewhere(assessment)
  const isMixed = elsewhere.length > 0 && isGreen(verdict)
  const title = paint('bold', paint(isMixed ? 'yellow' : colorOf(verdict), nameOf(verdict).toUpperCase()))
  const risk = overallRisk === null ? [] : [`Chance of a loss beyond a margin: ${formatProbability(overallRisk)}.`]
  const labelled = mode === 'prospective' ? [] : [`Mode: ${mode}.`]
  const headlines = warnings.filter((warning) => isUnderVerdict(warning, assessment) && !elsewhere.includes(warning))
  const isBlind = verdict === 'inconclusive' && headlines.length > 0
  const meaning = isBlind ? "these results can't show whether anything was lost" : MEANING[verdict]
  return [
    `${title}  ${isMixed ? `${meaning} in what decides, worse elsewhere` : meaning}`,
    ...(isMixed ? elsewhere.flatMap((warning) => warningLines(warning, '! ', width)) : []),
    ...headlines.flatMap((warning) => warningLines(warning, '! ', width)),
    ...block('', [because, ...openSlices(assessment), ...risk, ...labelled].join(' '), width),
  ].join('\n')
}

/** Losses in what doesn't decide: under a green verdict they stand at its side. */
function lossesElsewhere({ warnings, guardrails }: Assessment): AssessmentWarning[] {
  return warnings.filter(
    ({ code, metric, slice }) =>
      (code === 'secondary_regression' || code === 'slice_regression') &&
      !guardrails.some((it) => it.metric === metric && it.slice === slice),
  )
}

/** In how many slices a verdict without a loss leaves open whether there is one. */
function openSlices({ verdict, slices }: Assessment): string[] {
  const judged = slices.filter(({ primary, interval }) => primary && interval !== null)
  const open = judged.filter(({ band }) => !isGreen(band))
  return isGreen(verdict) && open.length > 0 ? [`Open in ${open.length} of ${judged.length} slices.`] : []
}

/** Whether a warning is about what decides, or must be read beside a green verdict. */
function isUnderVerdict(warning: AssessmentWarning, assessment: Assessment): boolean {
  const { verdict, guardrails } = assessment
  const { metric, slice } = warning
  if (isGreen(verdict) && lossesElsewhere(assessment).includes(warning)) return true
  return isHeadline(warning) && (metric === null || guardrails.some((it) => it.metric === metric && it.slice === slice))
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
  const heading = `${paint('bold', metric.metric)}${roleOf(metric)}  ${paint(colorOf(metric.band), nameOf(metric.band))}`
  if (metric.sameAs) return `${heading}\n  the same as ${metric.sameAs} in every case`
  const means = `${formatValue(metric, metric.baselineMean)} to ${formatValue(metric, metric.candidateMean)} on average, ${formatCount(metric.pairs)} pairs`
  if (metric.delta === null || metric.interval === null)
    return [heading, ...block('  ', `${means}; no interval`, width)].join('\n')
  const { delta, interval } = metric
  const margin =
    metric.margin === null ? 'no margin' : `margin ${formatChange(metric, metric.margin).replace(/^\+/, '')}`
  const range = formatRange(metric, interval.lower, interval.upper)
  const change = `${formatChange(metric, delta)}, 95% interval ${range}, ${margin}`
  const chart = drawOriented(metric, delta, interval, width)
  return [
    heading,
    ...block('  ', means, width),
    ...block('  ', change, width),
    ...(chart === undefined ? [] : [`  ${chart}  ${paint('dim', 'worse ◂ ▸ better')}`]),
    ...formatDetails(metric).flatMap((line) => block('  ', line, width)),
  ].join('\n')
}

/** Whether the metric decides, and which way is better where only its name says so. */
function roleOf({ primary, direction, directionFrom }: MetricAssessment): string {
  const parts = [
    primary && 'guardrail',
    directionFrom === 'name' && `${direction === 'up' ? 'more' : 'less'} is better, by its name`,
  ]
  const said = parts.filter((part) => part !== false)
  return said.length === 0 ? '' : ` (${said.join('; ')})`
}

function formatDetails(metric: MetricAssessment): string[] {
  const { lost, gained, regressionRisk, totalChange, p95Change, clusters, power, band } = metric
  const facts = [
    lost !== null && gained !== null && changedText(metric, lost, gained),
    totalChange !== null && `total ${formatChange(metric, totalChange.estimate)}`,
    p95Change !== null && `95th percentile ${formatChange(metric, p95Change)}`,
    clusters !== null && `${formatCount(clusters)} clusters`,
    regressionRisk !== null && `weighed risk ${formatProbability(regressionRisk)}`,
  ].filter((fact) => fact !== false)
  const isOpen = band === 'inconclusive' && power !== null && power.morePairs > 0
  return [
    ...(facts.length > 0 ? [facts.join('; ')] : []),
    ...answersAlone(metric),
    ...(isOpen ? [`about ${formatCount(power.morePairs)} more pairs would decide`] : []),
  ]
}

/** Losing a 1 is a loss only where more is better. */
function changedText({ direction }: MetricAssessment, lost: number, gained: number): string {
  return direction === 'up'
    ? `${formatCount(lost)} cases lost, ${formatCount(gained)} gained`
    : `${formatCount(lost)} cases went from 1 to 0, ${formatCount(gained)} from 0 to 1`
}

/** Errors count as failures; beside that stands what the answers that came are worth. */
function answersAlone(metric: MetricAssessment): string[] {
  const alone = metric.withoutErrors
  if (!alone) return []
  const change =
    alone.delta === null || alone.interval === null
      ? 'no interval'
      : `${formatChange(metric, alone.delta)}, 95% interval ${formatRange(metric, alone.interval.lower, alone.interval.upper)}`
  return [
    `without errors: ${formatValue(metric, alone.baselineMean)} to ${formatValue(metric, alone.candidateMean)}, ${formatCount(alone.pairs)} pairs; ${change}`,
  ]
}

function drawOriented(metric: MetricAssessment, delta: number, interval: Ends, width: number): string | undefined {
  if (metric.margin === null || metric.direction === null) return undefined
  return drawInterval(oriented(delta, interval, { ...metric, margin: metric.margin }), width - 20)
}

interface Ends {
  readonly lower: number
  readonly upper: number
}

/** Turned so that up is better; ratios on their logarithm, where the margin lies as far below as above. */
function oriented(
  delta: number,
  { lower, upper }: Ends,
  {
    scale: kind,
    margin: given,
    direction,
  }: Pick<MetricAssessment, 'scale' | 'direction'> & { readonly margin: number },
) {
  const scale = kind === 'relative' ? Math.log1p : (value: number): number => value
  const margin = scale(given)
  if (direction === 'up') return { lower: scale(lower), estimate: scale(delta), upper: scale(upper), margin }
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

function formatWarnings(assessment: Assessment, width: number, paint: Paint): string {
  const rest = assessment.warnings.filter((warning) => !isUnderVerdict(warning, assessment))
  if (rest.length === 0) return ''
  return [paint('bold', 'Mind'), ...rest.flatMap((warning) => warningLines(warning, '  - ', width))].join('\n')
}

function warningLines({ code, text, metric, slice }: AssessmentWarning, lead: string, width: number): string[] {
  const where = metric === null && slice === null ? '' : `${named(metric, slice)}: `
  return block(lead, `${where}${text} (${code})`, width)
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
  if (isGreen(band)) return 'green'
  return band === 'inconclusive' || band === 'minor_regression' || band === 'withheld' ? 'yellow' : 'red'
}
