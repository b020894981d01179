import { z } from 'zod'
import { words } from './primitives.ts'

/** What is searched for: a part of a title or name, in whichever case, or the beginning of an id. */
export const searchQuery = z.strictObject({ q: words(100) })

/** What was found, of each kind eight at most. */
export const searchView = z
  .object({
    items: z.array(
      z.object({
        kind: z.enum(['change', 'system', 'record', 'person']),
        id: z.string().meta({ description: 'The id; of a system its name, and of a person their account.' }),
        title: z.string(),
        hint: z.string().meta({ description: 'What tells it from others: where it is, or what it is.' }),
      }),
    ),
  })
  .meta({ id: 'Found' })
/** What was found. */
export type Found = z.infer<typeof searchView>
