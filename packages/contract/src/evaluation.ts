import { z } from 'zod'
import { exactText, id, instant, name, pageQuery, sha256, words } from './primitives.ts'

const column = exactText(256)

/** Formats of evaluation results, as evidence's importers name them. */
export const evaluationFormats = [
  'csv',
  'jsonl',
  'json',
  'promptfoo',
  'inspect',
  'lm-eval',
  'deepeval',
  'openai-evals',
  'every-eval-ever',
  'langsmith',
  'langfuse',
  'braintrust',
  'ragas',
  'junit',
] as const

/** How an uploaded file is to be read. `mapping` and `where` are JSON, for tables; provider and prompt are promptfoo's; the variables name cases where a tool has its own. */
export const importQuery = z.strictObject({
  format: z.enum(evaluationFormats).optional().meta({ description: 'Left out, the file shows it.' }),
  system: name.optional(),
  label: words(200).optional(),
  mapping: z.string().max(8000).optional().meta({
    description:
      'JSON: {caseId, cluster?, slice?, error?, metrics: [{name, column, kind, direction?, scale?: {lower, upper}}]}; caseId is a column or a list of them',
  }),
  where: z.string().max(4000).optional().meta({ description: 'JSON: [{column, equals}]' }),
  decimal: z
    .enum(['point', 'comma'])
    .optional()
    .meta({ description: 'the decimal mark of columns that could have either' }),
  missing: z
    .string()
    .max(1000)
    .optional()
    .meta({ description: 'JSON: [text]; cells that mean that nothing was measured, beside the usual ones' }),
  provider: column.optional(),
  prompt: column.optional(),
  caseIdVariable: column.optional(),
  sliceVariable: column.optional(),
  clusterVariable: column.optional(),
})

/** How a table was read. */
const tableReading = z.object({
  encoding: z.string(),
  separator: z.string().nullable(),
  caseId: z.array(z.string()),
  cluster: z.string().nullable(),
  slice: z.string().nullable(),
  error: z.string().nullable(),
  rows: z.number().int(),
  metrics: z.array(
    z.object({
      metric: z.string(),
      column: z.string(),
      kind: z.string(),
      direction: z.string().nullable(),
      notation: z.string(),
      missing: z.number().int(),
    }),
  ),
})

/** Facts of an evaluation: what is kept of a file and what was dropped, without the name of who imported it. Records seal them. */
export const evaluationFacts = z.object({
  id,
  system: name.nullable(),
  label: z.string().nullable(),
  format: z.enum(evaluationFormats),
  selection: z.string().nullable(),
  sourceDigest: sha256,
  caseDigest: sha256.nullable().meta({
    description: 'Of the ids of its cases, in whatever order; null if imported before it was kept.',
  }),
  ranAt: instant.nullable().meta({ description: 'When it was run, where the file says that.' }),
  receivedAt: instant.meta({ description: 'When its file began to arrive.' }),
  sizeBytes: z.number().int(),
  cases: z.number().int(),
  errors: z.number().int(),
  metrics: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      direction: z.string().nullable().meta({ description: 'up, down, or null where nothing says which is better' }),
      directionFrom: z.string().optional().meta({ description: 'who says it: stated, format, name or kind' }),
      scale: z.object({ lower: z.number(), upper: z.number() }).optional(),
    }),
  ),
  dropped: z.array(z.object({ field: z.string(), count: z.number().int() })),
  digestedIdentifiers: z.number().int(),
  notes: z.array(z.string()).meta({ description: 'What a reader should know of how the file was read.' }),
  repeats: z.number().int().nullable().meta({
    description: "rows beyond each case's first, which are averaged; null if imported before they were counted",
  }),
  table: tableReading.nullable().meta({ description: 'how a table was read; null for other files' }),
  importedBy: id,
  createdAt: instant,
})
/** The facts of an evaluation that its records seal. */
export type EvaluationFacts = z.infer<typeof evaluationFacts>

/** An imported evaluation, with the name that its importer had then. The address is for admins and auditors, and one's own. */
export const evaluationView = evaluationFacts
  .extend({ importedByName: z.string().nullable(), importedByEmail: z.string().nullable() })
  .meta({ id: 'Evaluation' })
/** An evaluation as it is read. */
export type Evaluation = z.infer<typeof evaluationView>

/** Which evaluations are asked for, and how many. */
export const evaluationQuery = pageQuery.extend({ system: name.optional() })
