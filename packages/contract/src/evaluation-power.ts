import { z } from 'zod'

/** The margins to advise on: an assessment’s plan as JSON; left out, the defaults. */
export const powerQuery = z.strictObject({
  plan: z
    .string()
    .max(8000)
    .optional()
    .meta({ description: 'JSON: the plan of an assessment, {metrics: [{name, margin, …}]}' }),
})

/** How far the cases of one evaluation reach, before there is another to compare it with. */
export const powerAdvice = z
  .object({
    metrics: z.array(
      z.object({
        metric: z.string(),
        kind: z.string(),
        direction: z.string().nullable(),
        margin: z.number().nullable().meta({ description: 'Null where none was given and no default fits.' }),
        marginFrom: z.enum(['plan', 'default']).nullable(),
        cases: z.number().int(),
        pairsForMargin: z.number().int().nullable().meta({
          description:
            'Paired cases that show “not worse” with 80 % power where nothing changed; null where nothing can be said.',
        }),
        pairsAtMost: z.number().int().nullable().meta({
          description: 'The same if the two runs have nothing in common.',
        }),
        detectableLoss: z.number().nullable().meta({
          description: 'The smallest loss that these cases would find with 80 % power; of amounts a share.',
        }),
        chance: z.number().nullable().meta({
          description: 'The chance, 0..1, that these cases show “not worse” where nothing changed.',
        }),
      }),
    ),
  })
  .meta({ id: 'PowerAdvice' })
/** Advice on margins. */
export type PowerAdviceView = z.infer<typeof powerAdvice>
