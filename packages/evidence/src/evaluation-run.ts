import { z } from 'zod'
import { casesOf, caseTable, type CaseTable, type EvaluationCase } from './cases/case-table.ts'
import { caseIdSchema, tokenSchema, labelSchema } from './identifier.ts'
import {
  directionSchema,
  directionSourceSchema,
  metricKindSchema,
  scaleSchema,
  type MetricDefinition,
} from './metric.ts'
import { FORMAT_NAMES, type FormatName } from './import/formats/names.ts'

/** A field of the source that was left out, and how many of its values there were. */
export interface DroppedField {
  readonly field: string
  readonly count: number
}

/** The results of one evaluation of one configuration: numbers, ids and short names, no free text (P1.2). */
export interface EvaluationRun {
  readonly format: FormatName
  /** SHA-256 of the source's bytes, lower-case hex. */
  readonly sourceDigest: string
  /** The part of the source that was chosen, such as a provider. */
  readonly selection: string | null
  readonly metrics: readonly MetricDefinition[]
  readonly cases: CaseTable
  readonly dropped: readonly DroppedField[]
  /** How many different texts had no identifier's shape and were replaced by their keyed digest. */
  readonly digestedIdentifiers: number
  /** When it was run, RFC 3339 in UTC; of several instants in one file the first. Absent where the file doesn't say. */
  readonly ranAt?: string | undefined
  /** Notes for a reader of the results on how they were read, such as that the run was cancelled: our words, no content. */
  readonly notes?: readonly string[] | undefined
}

/** Wire schema of a metric's definition. */
export const metricDefinitionSchema: z.ZodType<MetricDefinition> = z.strictObject({
  name: labelSchema,
  kind: metricKindSchema,
  direction: directionSchema.nullable(),
  directionFrom: directionSourceSchema.optional(),
  scale: scaleSchema.optional(),
})

const caseSchema: z.ZodType<EvaluationCase> = z.strictObject({
  caseId: caseIdSchema,
  cluster: caseIdSchema.optional(),
  slice: labelSchema.optional(),
  outcome: z.enum(['completed', 'error']),
  values: z.array(z.number().nullable()),
})

/** A run as JSON, its cases in rows. */
export interface EvaluationRunJson extends Omit<EvaluationRun, 'cases'> {
  readonly cases: readonly EvaluationCase[]
}

/** Wire schema of an evaluation run. */
export const evaluationRunSchema: z.ZodType<EvaluationRunJson> = z
  .strictObject({
    format: z.enum(FORMAT_NAMES),
    sourceDigest: z.string().regex(/^[0-9a-f]{64}$/),
    selection: labelSchema.nullable(),
    metrics: z.array(metricDefinitionSchema).min(1),
    cases: z.array(caseSchema).min(1),
    dropped: z.array(z.strictObject({ field: tokenSchema, count: z.int().nonnegative() })),
    digestedIdentifiers: z.int().nonnegative(),
    ranAt: z.iso.datetime().optional(),
    notes: z.array(z.string().max(300)).max(20).optional(),
  })
  .refine((run) => run.cases.every(({ values }) => values.length === run.metrics.length), {
    error: 'each case needs one value per metric',
    path: ['cases'],
  })

/** The run with its cases in rows. */
export function runToJson(run: EvaluationRun): EvaluationRunJson {
  return { ...run, cases: [...casesOf(run.cases)] }
}

/** The run with its cases in columns. */
export function runFromJson(json: EvaluationRunJson): EvaluationRun {
  return { ...json, cases: caseTable(json.cases, json.metrics.length) }
}
