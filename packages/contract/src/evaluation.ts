import { z } from 'zod'
import { exactText, id, instant, name, pageQuery, sha256, words } from './primitives.ts'

const column = exactText(256)

/** How an uploaded file is to be read. `mapping` and `where` are JSON, for tables; the variables are promptfoo's. */
export const importQuery = z.strictObject({
  format: z.enum(['csv', 'jsonl', 'promptfoo']),
  system: name.optional(),
  label: words(200).optional(),
  mapping: z.string().max(8000).optional().meta({
    description:
      'JSON: {caseId, cluster?, slice?, error?, metrics: [{name, column, kind, direction?}]}; caseId is a column or a list of them',
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
      direction: z.string(),
      notation: z.string(),
      missing: z.number().int(),
    }),
  ),
})

/** An imported evaluation: what is kept of a file, and what was dropped. */
export const evaluationView = z
  .object({
    id,
    system: name.nullable(),
    label: z.string().nullable(),
    format: z.enum(['csv', 'jsonl', 'promptfoo']),
    selection: z.string().nullable(),
    sourceDigest: sha256,
    sizeBytes: z.number().int(),
    cases: z.number().int(),
    errors: z.number().int(),
    metrics: z.array(z.object({ name: z.string(), kind: z.string(), direction: z.string() })),
    dropped: z.array(z.object({ field: z.string(), count: z.number().int() })),
    digestedIdentifiers: z.number().int(),
    repeats: z.number().int().nullable().meta({
      description: "rows beyond each case's first, which are averaged; null if imported before they were counted",
    }),
    table: tableReading.nullable().meta({ description: 'how a table was read; null for other files' }),
    importedBy: id,
    createdAt: instant,
  })
  .meta({ id: 'Evaluation' })
export type Evaluation = z.infer<typeof evaluationView>

export const evaluationQuery = pageQuery.extend({ system: name.optional() })
