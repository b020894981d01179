import { z } from 'zod'
import { id, instant, page, pageQuery, words } from './primitives.ts'

/** To whom somebody hands the approvals for which a policy names them, until when, and why. */
export const delegateRequest = z.strictObject({
  to: id.meta({ description: 'The account of another person who may approve.' }),
  until: instant.meta({ description: 'At most a year ahead.' }),
  reason: words(500),
})

/** That one person approves in the place of another, for a time. It gives nobody a permission. */
export const delegationView = z
  .object({
    id,
    fromId: id,
    fromName: z.string().nullable(),
    toId: id,
    toName: z.string().nullable(),
    reason: z.string(),
    delegatedAt: instant,
    until: instant,
    endedAt: instant.nullable().meta({ description: 'When somebody ended it before its time; null where nobody did.' }),
    endedByName: z.string().nullable(),
    inForce: z.boolean().meta({ description: 'As of now.' }),
  })
  .meta({ id: 'Delegation' })
/** That one person approves in the place of another, for a time. */
export type Delegation = z.infer<typeof delegationView>

/** Which page of the delegations is asked for. */
export const delegationQuery = pageQuery
/** A page of delegations, the newest first. */
export const delegationsView = page(delegationView)
