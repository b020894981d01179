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
export { caseTable, casesOf, distinctCases, errorCount, sharedCases } from './cases/case-table.ts'
export type { CaseTable, EvaluationCase } from './cases/case-table.ts'
export { caseSetOf, resultsDigestOf } from './cases/case-set.ts'
export type { CaseSet } from './cases/case-set.ts'
export { casePieces, decodeCases } from './cases/case-table-bytes.ts'
export { evaluationRunSchema, runFromJson, runToJson } from './evaluation-run.ts'
export type { DroppedField, EvaluationRun, EvaluationRunJson } from './evaluation-run.ts'
export { changedCases } from './changed-cases.ts'
export type { ChangedCase, ChangedCases, ChangedCasesQuery } from './changed-cases.ts'
export { advisePower } from './power-advice.ts'
export type { MetricPower } from './power-advice.ts'
export { withSharedIds } from './cases/shared-ids.ts'
export { withTypedSlices } from './cases/typed-slices.ts'
export type { Digest } from './identifier.ts'
export { isHeadline } from './metric-warnings.ts'
export { previewResults, sliceNames } from './import/preview.ts'
export type { FileChoice, ImportPreview } from './import/preview.ts'
export { COLUMN_REASONS, COLUMN_ROLES } from './import/table-look.ts'
export type { ColumnLook } from './import/table-look.ts'
export { lookAtJson } from './import/json-look.ts'
export { shellWord } from './import/proposal.ts'
export type { Direction, MetricDefinition, MetricKind, Scale } from './metric.ts'
export { DIRECTIONS } from './direction-table.ts'
export type { DirectionEntry } from './direction-table.ts'
export { directionOf, settleDirection } from './metric-directions.ts'
export { assessmentPlanSchema, defaultPlan } from './plan.ts'
export type { AssessmentPlan, MetricPlan } from './plan.ts'
export { BANDS, isGreen, isLoss } from './statistics/verdict.ts'
export type { Band } from './statistics/verdict.ts'
export { importCsv } from './import/csv.ts'
export { FAULTS } from './import/faults.ts'
export type { ImportFault, ImportFaultCode, ImportResult } from './import/faults.ts'
export {
  byName as formatByName,
  importResults,
  recogniseFormat,
  RESULTS_FORMATS,
  RESULTS_MEDIA_TYPES,
} from './import/formats/index.ts'
export { unsuitedOption } from './import/formats/index.ts'
export type { ReadingOptions, ResultsFormat } from './import/formats/format.ts'
export { FORMAT_NAMES } from './import/formats/names.ts'
export type { FormatName } from './import/formats/names.ts'
export { importJsonl } from './import/jsonl.ts'
export { importMappingSchema, rowFiltersSchema } from './import/mapping.ts'
export type { ImportMapping, MetricColumn, RowFilter } from './import/mapping.ts'
export { importPromptfoo, pairingVariables } from './import/promptfoo.ts'
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
export { openWindow, packWindow } from './aggregate/packed-window.ts'
export {
  addMeasurement,
  addSummary,
  distinctIn,
  emptyWindow,
  mergeWindow,
  takeBackMeasurement,
  windowFromJson,
  windowToJson,
} from './aggregate/window.ts'
export type { Measurement, WindowAggregate, WindowJson } from './aggregate/window.ts'
