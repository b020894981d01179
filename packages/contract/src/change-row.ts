import { BANDS } from '@afterai/evidence/assessment'
import { z } from 'zod'
import { changeClass, changeFacts, changeStatus, changeTypes, intent, risk } from './change.ts'
import { lifeStages, lifeView } from './life.ts'
import { id, instant, name, pageQuery, words } from './primitives.ts'

const origin = changeFacts.shape.source.shape.origin
const decision = lifeView.shape.decision

/** What of changes is asked for: each left out narrows nothing, and of several all hold. */
const changeFilter = {
  system: name.optional(),
  environment: name.optional(),
  type: z.enum(changeTypes).optional().meta({ description: 'One of its types.' }),
  verdict: z
    .enum([...BANDS, 'none'])
    .optional()
    .meta({ description: 'Of the newest assessment; `none`: it is not assessed.' }),
  severity: risk.shape.severity.optional(),
  class: changeClass.optional(),
  origin: origin.optional(),
  author: id.optional().meta({ description: 'The account that opened it.' }),
  stage: z.enum(lifeStages).optional(),
  status: changeStatus.optional(),
  decision: decision.optional(),
  open: z.stringbool().optional().meta({
    description:
      'Whether there is work left: it is neither dismissed nor closed, and not both decided and reviewed, unless a decision on it is open.',
  }),
  emergency: z.stringbool().optional().meta({ description: 'Somebody declared that it had to run first.' }),
  awaiting: z.literal('me').optional().meta({ description: 'What waits for whoever asks.' }),
  from: instant.optional().meta({ description: 'Opened then or later.' }),
  to: instant.optional().meta({ description: 'Opened before.' }),
  q: words(100).optional().meta({ description: 'A part of the title, or of the system’s name, in whichever case.' }),
}
/** What changes a count is of. */
export const changeRowFilter = z.strictObject(changeFilter)
/** What changes a count is of. */
export type ChangeRowFilter = z.infer<typeof changeRowFilter>
/** Which rows of changes are asked for, and how many. */
export const changeRowQuery = pageQuery.extend(changeFilter)

/** A change in a row of a list, with how far it has come; without its configurations and what differs. */
export const changeRow = z
  .object({
    id,
    title: z.string(),
    system: name,
    environment: name,
    changeTypes: z.array(z.enum(changeTypes)),
    changeClass,
    origin,
    status: changeStatus,
    intent,
    stage: z.enum(lifeStages),
    decision,
    running: lifeView.shape.running,
    severity: z.string().nullable(),
    verdict: z.string().nullable().meta({ description: 'Of the newest assessment; null: it is not assessed.' }),
    assessmentId: id.nullable().meta({ description: 'The newest assessment.' }),
    decisionId: id.nullable().meta({ description: 'The decision that is open, or else the one that was sealed last.' }),
    recordId: id.nullable().meta({ description: 'The record that was sealed last.' }),
    emergency: z.boolean().meta({ description: 'Somebody declared that it had to run first.' }),
    authorId: id,
    authorName: z.string().nullable(),
    awaitingMe: z.boolean().meta({ description: 'Whether it waits for whoever asks, by what they may do.' }),
    openedAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'ChangeRow' })
/** A change in a row of a list. */
export type ChangeRow = z.infer<typeof changeRow>

/** How many changes there are of a filter. `capped`: these at the least; no more were counted, or looked at. */
export const changeCount = z.object({ count: z.number().int(), capped: z.boolean() }).meta({ id: 'ChangeCount' })
/** How many changes there are of a filter, or at the least. */
export type ChangeCount = z.infer<typeof changeCount>
