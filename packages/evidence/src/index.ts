export { assess } from './assess.ts'
export { assessmentSchema } from './assessment.ts'
export type {
  AssessedInput,
  Assessment,
  AssessmentWarning,
  Guardrail,
  MetricAssessment,
  PowerAdvice,
} from './assessment.ts'
export { evaluationRunSchema } from './evaluation-run.ts'
export type { DroppedField, EvaluationCase, EvaluationRun } from './evaluation-run.ts'
export type { Digest } from './identifier.ts'
export type { Direction, MetricDefinition, MetricKind } from './metric.ts'
export { assessmentPlanSchema, defaultPlan } from './plan.ts'
export type { AssessmentPlan, MetricPlan } from './plan.ts'
export { BANDS } from './statistics/verdict.ts'
export type { Band } from './statistics/verdict.ts'
export { importCsv } from './import/csv.ts'
export { FAULTS } from './import/faults.ts'
export type { ImportFault, ImportFaultCode, ImportResult } from './import/faults.ts'
export { importResults } from './import/import-results.ts'
export type { ResultFormat } from './import/import-results.ts'
export { importJsonl } from './import/jsonl.ts'
export { importMappingSchema, rowFiltersSchema } from './import/mapping.ts'
export type { ImportMapping, MetricColumn, RowFilter } from './import/mapping.ts'
export { importPromptfoo } from './import/promptfoo.ts'
export type { PromptfooOptions } from './import/promptfoo.ts'
export type { PromptfooSelection } from './import/promptfoo-selection.ts'
export { MISSING_MARKS, NOTATIONS } from './import/notation.ts'
export type { DecimalMark } from './import/notation.ts'
export type { TableReading } from './import/reading.ts'
export type { ByteSource, ImportSource, Sha256 } from './import/source.ts'
export type { TableOptions } from './import/table-options.ts'
export { distributionTotals } from './aggregate/distribution.ts'
export type { Distribution, DistributionTotals } from './aggregate/distribution.ts'
export { quantileOf } from './aggregate/quantile-sketch.ts'
export {
  addMeasurement,
  addSummary,
  distinctIn,
  emptyWindow,
  mergeWindow,
  windowFromJson,
  windowToJson,
} from './aggregate/window.ts'
export type { Measurement, WindowAggregate, WindowJson } from './aggregate/window.ts'
