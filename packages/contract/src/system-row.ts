import { z } from 'zod'
import { id, instant, name, pageQuery, words } from './primitives.ts'
import { standings } from './standing.ts'

/** Which rows of systems are asked for, and how many. */
export const systemRowQuery = pageQuery.extend({
  q: words(100).optional().meta({ description: 'A part of its name or title, in whichever case.' }),
})

/** A system in a row of a list: whether what runs may run, and how much there is to work on. */
export const systemRow = z
  .object({
    name,
    owner: z.string().nullable().meta({ description: 'As its card says, else as it was registered.' }),
    environments: z.array(
      z.object({
        environment: name,
        standing: z.enum(standings).meta({ description: 'The worst, where several things run by themselves.' }),
        since: instant.meta({ description: 'Since when that runs.' }),
      }),
    ),
    openChanges: z.number().int().meta({ description: 'Changes with work left; 100 stands for that many and more.' }),
    lastChange: z.object({ id, title: z.string(), openedAt: instant }).nullable(),
  })
  .meta({ id: 'SystemRow' })
/** A system in a row of a list. */
export type SystemRow = z.infer<typeof systemRow>
