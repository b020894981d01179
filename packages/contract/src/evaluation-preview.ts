import { z } from 'zod'
import { evaluationFacts, evaluationFormats, importQuery } from './evaluation.ts'

/** How a file is to be read that nothing is kept of: as an import says it, without what an evaluation is called. */
export const previewQuery = importQuery.omit({ system: true, label: true })

/** What an import would make of a file, and all that is wrong with it. */
export const importPreview = z
  .object({
    format: z.enum(evaluationFormats).nullable().meta({ description: 'Null where the file does not show it.' }),
    takes: z.array(z.enum(['mapping', 'where', 'notation', 'variables', 'selection'])).meta({
      description:
        'What there is to say of how to read it: `mapping` of columns, filters (`where`), `notation` of numbers, `variables` that name cases and slices, `selection` of a provider and prompt.',
    }),
    columns: z.array(
      z.object({
        name: z.string().meta({ description: 'Its keyed digest where it is not one plain word.' }),
        place: z.number().int().meta({ description: 'Among the columns of the file, from 0.' }),
        takenFor: z.enum(['case', 'cluster', 'slice', 'error', 'metric', 'nothing']),
        why: z
          .enum(['said', 'usual_name', 'tells_rows_apart', 'numbers', 'configuration', 'counts', 'words', 'empty'])
          .meta({ description: 'What the guess rests on; `said`: the mapping says so.' }),
        kind: z.string().nullable().meta({ description: 'Of what holds numbers.' }),
        direction: z.string().nullable(),
        filled: z.number().int().meta({ description: 'Rows that have something in it.' }),
        distinct: z.number().int(),
        canSlice: z.boolean().meta({ description: 'Its few short values could name slices.' }),
        choices: z.array(z.string()).meta({
          description: 'The configurations that its rows are of: one file may hold both sides.',
        }),
      }),
    ),
    moreColumns: z.number().int().meta({ description: 'Columns beyond those listed.' }),
    variables: z
      .array(z.object({ name: z.string(), values: z.number().int() }))
      .meta({ description: 'Fields of the cases of a tool’s own file that could name their slices.' }),
    choices: z
      .array(z.object({ by: z.enum(['provider', 'prompt']), names: z.array(z.string()) }))
      .meta({ description: 'Parts of the file of which an import reads one.' }),
    run: evaluationFacts
      .pick({
        selection: true,
        ranAt: true,
        errors: true,
        metrics: true,
        dropped: true,
        digestedIdentifiers: true,
        notes: true,
        table: true,
      })
      .extend({
        rows: z.number().int(),
        cases: z.number().int().meta({ description: 'Different ones: rows less repeats.' }),
        slices: z.array(z.string()).meta({ description: 'The first 200.' }),
      })
      .nullable()
      .meta({ description: 'Null where the file would be refused.' }),
    faults: z.array(
      z.object({
        code: z.string(),
        text: z.string(),
        line: z.number().int().nullable(),
        column: z.string().nullable(),
        pointer: z.string().nullable(),
      }),
    ),
    moreFaults: z.number().int().meta({ description: 'Faults beyond those listed.' }),
  })
  .meta({ id: 'ImportPreview' })
/** What an import would make of a file. */
export type ImportPreview = z.infer<typeof importPreview>
