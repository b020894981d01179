import { z } from 'zod'
import { changeRow } from './change-row.ts'
import { id, instant, name } from './primitives.ts'
import { rulingCauses } from './standing.ts'

/** What can wait for somebody, by the work that it is. */
export const inboxKinds = [
  'approve',
  'propose',
  'assess',
  'confirm',
  'verify',
  'close',
  'review',
  'standing',
  'key',
] as const
/** What waits for somebody, by the work that it is. */
export type InboxKind = (typeof inboxKinds)[number]

const inboxItem = z.object({
  kind: z.enum(inboxKinds),
  row: changeRow.nullable().meta({ description: 'The change that it is about; null where it is about none.' }),
  title: z.string(),
  system: name.nullable(),
  environment: name.nullable(),
  changeId: id.nullable(),
  decisionId: id.nullable(),
  since: instant.meta({ description: 'Since when it waits.' }),
  due: instant.nullable().meta({ description: 'By when; null where nothing says so.' }),
  note: z.string().meta({ description: 'What it waits for, or why.' }),
  cause: z.enum(rulingCauses).nullable().meta({
    description: 'Of what runs as it must not, or is due for a review: why, in a word.',
  }),
})
/** Something that waits for whoever asks. */
export type InboxItem = z.infer<typeof inboxItem>

/** What waits for whoever asks, the most urgent first, and how much there is of each kind. */
export const inboxView = z
  .object({
    items: z.array(inboxItem).meta({ description: 'The first 100.' }),
    counts: z.object(
      Object.fromEntries(inboxKinds.map((it) => [it, z.number().int()])) as Record<InboxKind, z.ZodNumber>,
    ),
    capped: z.boolean().meta({ description: 'There may be more than was looked at, or than is shown.' }),
  })
  .meta({ id: 'Inbox' })
/** What waits for whoever asks. */
export type Inbox = z.infer<typeof inboxView>
