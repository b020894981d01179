import { z } from 'zod'
import { directionOf } from '../metric-directions.ts'
import { isTypedName, labelSchema, TYPED_FORM } from '../identifier.ts'
import {
  directionSchema,
  metricKindSchema,
  scaleSchema,
  type Direction,
  type MetricKind,
  type Scale,
} from '../metric.ts'

/** A column (CSV), or a key or JSON pointer (JSONL), that holds a metric. */
export interface MetricColumn {
  readonly name: string
  readonly column: string
  readonly kind: MetricKind
  readonly direction?: Direction | undefined
  /** The ends of a score's scale. */
  readonly scale?: Scale | undefined
}

/** Where a table keeps its cases and metrics. Only mapped columns are imported. */
export interface ImportMapping {
  /** One column, or several that identify a case together, such as a data set and an index. */
  readonly caseId: string | readonly string[]
  readonly cluster?: string | undefined
  readonly slice?: string | undefined
  /** A column that is empty, `0` or `false` where an answer came, and anything else where none did. */
  readonly error?: string | undefined
  readonly metrics: readonly MetricColumn[]
}

/** A row is imported only if this column holds exactly this text. */
export interface RowFilter {
  readonly column: string
  readonly equals: string
}

const columnSchema = z.string().min(1).max(256)

/** Wire schema of a mapping. */
export const importMappingSchema: z.ZodType<ImportMapping> = z.strictObject({
  caseId: z.union([columnSchema, z.array(columnSchema).min(1).max(8)]),
  cluster: columnSchema.optional(),
  slice: columnSchema.optional(),
  error: columnSchema.optional(),
  metrics: z
    .array(
      z.strictObject({
        name: labelSchema,
        column: columnSchema,
        kind: metricKindSchema,
        direction: directionSchema.optional(),
        scale: scaleSchema.optional(),
      }),
    )
    .min(1)
    .max(200)
    .refine((metrics) => new Set(metrics.map(({ name }) => name)).size === metrics.length, {
      error: 'a metric is named twice',
    }),
})

/** Wire schema of filters. Their values name the selection, so each is a name. */
export const rowFiltersSchema: z.ZodType<readonly RowFilter[]> = z
  .array(z.strictObject({ column: columnSchema, equals: labelSchema }))
  .max(16)
  .refine((filters) => filters.length === 0 || isTypedName(selectionOf(filters) ?? ''), {
    error: `the values together are too long; a selection ${TYPED_FORM}`,
  })

/** The name of what filters select; null where there is none. */
export function selectionOf(filters: readonly RowFilter[]): string | null {
  return filters.length === 0 ? null : filters.map(({ equals }) => equals).join('/')
}

/** The columns that identify a case. */
export function caseColumnsOf({ caseId }: ImportMapping): readonly string[] {
  return typeof caseId === 'string' ? [caseId] : caseId
}

/** Every column that a mapping reads. */
export function columnsOf(mapping: ImportMapping): string[] {
  const { cluster, slice, error, metrics } = mapping
  return [...caseColumnsOf(mapping), cluster, slice, error, ...metrics.map(({ column }) => column)].filter(
    (column) => column !== undefined,
  )
}

/** Whether a column says which data set a row belongs to, by its name: the same id in two of them is two cases. */
export function isDatasetColumn(column: string): boolean {
  return /^(?:.*[_. -])?(?:data_?set|task|subset|split|benchmark|language|lang|locale)(?:[_. -](?:name|id))?$/i.test(
    column,
  )
}

/** Whether a column says what a row measured: a table of one metric a row. */
export function isMeasureColumn(column: string): boolean {
  return /^(?:metric|scorer|evaluator)(?:[_. -]name)?$/i.test(column)
}

/** Whether a column says which configuration a row belongs to: mixing several would pass for repeats. */
export function isConfigurationColumn(column: string): boolean {
  return /^(?:.*[_. -])?(?:config|configuration|model|provider|variant|experiment)(?:[_. -](?:name|id|version))?$/i.test(
    column,
  )
}

const CASE_COLUMNS = ['case_id', 'caseid', 'test_id', 'testid', 'sample_id', 'question_id', 'id']
const CLUSTER_COLUMNS = ['cluster_id', 'cluster', 'conversation_id', 'document_id', 'group_id']
const SLICE_COLUMNS = ['slice', 'segment', 'category']
const ERROR_COLUMNS = ['error', 'errored', 'timed_out']

const METRIC_COLUMNS: readonly (readonly [pattern: RegExp, kind: MetricKind])[] = [
  [/^(correct|pass|passed|success|accuracy|exact_match)$/, 'continuous'],
  [/^([a-z0-9]+_)*(score|rating)$/, 'continuous'],
  [/^(safe|is_safe|safety)$/, 'safety'],
  [/^(latency|latency_s|latency_ms|duration_s|duration_ms|latencyms)$/, 'latency'],
  [/^(cost|cost_usd|cost_eur|price_usd)$/, 'cost'],
  [/^((input|output|prompt|completion|total)_)?tokens$/, 'tokens'],
]

/** The mapping of a table whose columns have the usual names, whatever their order; `undefined` if it has no column of case ids. */
export function automaticMapping(columns: readonly string[]): ImportMapping | undefined {
  const sorted = columns.toSorted()
  const find = (names: readonly string[]): string | undefined =>
    names.map((name) => sorted.find((column) => column.toLowerCase() === name)).find((column) => column !== undefined)
  const caseId = find(CASE_COLUMNS)
  if (caseId === undefined) return undefined
  return {
    caseId,
    cluster: find(CLUSTER_COLUMNS),
    slice: find(SLICE_COLUMNS),
    error: find(ERROR_COLUMNS),
    metrics: [
      ...METRIC_COLUMNS.flatMap(([pattern, kind]) =>
        sorted.filter((column) => pattern.test(column.toLowerCase())).map((column) => ({ name: column, column, kind })),
      ),
      ...sorted.filter(mayBeMetric).map((column) => ({ name: column, column, kind: 'continuous' as const })),
    ],
  }
}

/** Whether a column has the name of a metric that is known, though it may as well hold words: it is read if it holds numbers. */
export function mayBeMetric(column: string): boolean {
  return (
    usualKind(column) === undefined &&
    !ERROR_COLUMNS.includes(column.toLowerCase()) &&
    directionOf(column) !== undefined
  )
}

/** The kind that a column's usual name tells, if it has one. */
export function usualKind(column: string): MetricKind | undefined {
  return METRIC_COLUMNS.find(([pattern]) => pattern.test(column.toLowerCase()))?.[1]
}

/** Whether a column has one of the usual names of case ids. */
export function isUsualCaseColumn(column: string): boolean {
  return CASE_COLUMNS.includes(column.toLowerCase())
}
