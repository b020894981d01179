import {
  caseTable,
  type Assessment,
  type EvaluationCase,
  type EvaluationRun,
  type MetricAssessment,
  type MetricDefinition,
} from '../src/index.ts'

const UNIT = { lower: 0, upper: 1 }
/** Whether an answer passed. */
export const PASS: MetricDefinition = { name: 'pass', kind: 'binary', direction: 'up', directionFrom: 'stated' }
/** A score of 0 to 1. */
export const SCORE: MetricDefinition = {
  name: 'score',
  kind: 'continuous',
  direction: 'up',
  directionFrom: 'stated',
  scale: UNIT,
}
/** Seconds. */
export const LATENCY: MetricDefinition = {
  name: 'latency_s',
  kind: 'latency',
  direction: 'down',
  directionFrom: 'kind',
}

/** A run of some cases. */
export function runWith(metrics: MetricDefinition[], cases: EvaluationCase[], digest = 'a'): EvaluationRun {
  const sourceDigest = digest.repeat(64)
  const described = { format: 'csv', selection: null, dropped: [], digestedIdentifiers: 0 } as const
  return { ...described, sourceDigest, metrics, cases: caseTable(cases, metrics.length) }
}

/** A case for each row of values. */
export function casesOf(
  rows: readonly (readonly (number | null)[])[],
  extra: Partial<EvaluationCase> = {},
): EvaluationCase[] {
  return rows.map((values, index) => ({ caseId: `case-${index}`, outcome: 'completed', values, ...extra }))
}

/** So many ones, the rest zeros. */
export function zeroOnes(ones: number, total: number): number[][] {
  return Array.from({ length: total }, (_, index) => [index < ones ? 1 : 0])
}

/** Finds one metric in an assessment, by its name. */
export function metricOf(assessment: Assessment, name: string): MetricAssessment {
  const metric = assessment.metrics.find((known) => known.metric === name)
  if (!metric) throw new Error(`no metric ${name}`)
  return metric
}
