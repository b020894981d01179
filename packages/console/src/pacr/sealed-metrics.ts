import { type Band, bandWords } from '../look/bands.ts'
import type { RecordContent } from './records.ts'

type SealedAssessment = RecordContent['assessments'][number]
type SealedMetric = SealedAssessment['metrics'][number]

/** A metric as a record holds it, in words and numbers for a row. */
export interface SealedRow {
  readonly metric: string
  readonly before: string
  readonly after: string
  readonly difference: string
  readonly interval: string
  readonly margin: string
  readonly verdict: string
  readonly pairs: string
}

/** What was known by an assessment, as a sentence. */
export function assessedWords({ verdict, cited }: SealedAssessment): string {
  const word = bandWords[verdict].toLowerCase()
  return cited ? `It was assessed as ${word}.` : `It was assessed as ${word} too; the decision doesn’t rest on that.`
}

/** The metrics of an assessment as they were sealed: no number is left out, and none is worked out anew. */
export function sealedRows({ metrics }: SealedAssessment): SealedRow[] {
  return metrics.map((it) => ({
    metric: `${it.metric.replaceAll('_', ' ')}${it.primary ? '' : ' (decides nothing)'}`,
    before: number(it.baselineMean),
    after: number(it.candidateMean),
    difference: change(it, it.delta),
    interval: it.lower === null || it.upper === null ? '–' : `${change(it, it.lower)} to ${change(it, it.upper)}`,
    margin: it.margin === null ? 'none' : size(it, it.margin),
    verdict: bandWords[it.band satisfies Band],
    pairs: it.pairs.toLocaleString('en'),
  }))
}

function change(metric: SealedMetric, value: number | null): string {
  if (value === null) return '–'
  return `${value > 0 ? '+' : value < 0 ? '−' : '±'}${size(metric, Math.abs(value))}`
}

/** Of a metric that is compared as a ratio, a part of what it was before. */
function size({ scale }: SealedMetric, value: number): string {
  return scale === 'relative' ? `${number(value * 100)} %` : number(value)
}

function number(value: number | null): string {
  return value === null ? '–' : Number(value.toPrecision(4)).toLocaleString('en', { maximumFractionDigits: 6 })
}
