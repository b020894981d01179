import { z } from 'zod'
import { id, instant, name, words } from './primitives.ts'

/** A difference that an envelope lets pass: of a path or what is below it, to which values. */
export const envelopeClause = z
  .strictObject({
    path: z
      .string()
      .regex(/^(?:\/[^/\p{Cc}]{1,256}){1,4}$/u, 'a JSON pointer such as /inference/temperature')
      .meta({ description: 'JSON pointer into the configuration; what is below it is meant too.' }),
    oneOf: z
      .array(z.union([z.string().max(256), z.number(), z.boolean()]))
      .min(1)
      .max(100)
      .optional()
      .meta({
        description: 'Only these values. Left out, with `min` and `max`: any.',
      }),
    min: z.number().optional(),
    max: z.number().optional(),
  })
  .refine(({ min, max }) => min === undefined || max === undefined || min <= max, {
    path: ['max'],
    error: 'is below min',
  })
  .refine(({ oneOf, min, max }) => oneOf === undefined || (min === undefined && max === undefined), {
    path: ['oneOf'],
    error: 'goes with neither min nor max',
  })
/** A clause of an envelope: what may differ, and within what. */
export type EnvelopeClause = z.infer<typeof envelopeClause>

/** Which standard changes need no decision of their own. */
export const envelopeTerms = z.strictObject({
  environments: z.array(name).min(1).max(50),
  clauses: z.array(envelopeClause).min(1).max(100),
  evidence: z.enum(['none', 'not_worse']).default('none').meta({
    description: '`not_worse`: only once an assessment of the change finds no loss.',
  }),
  until: instant.meta({ description: 'Until when; a year ahead at most.' }),
})
/** The terms of an envelope: its clauses, where they hold, on which evidence and until when. */
export type EnvelopeTerms = z.infer<typeof envelopeTerms>

/** An envelope as one person proposes it, for another to approve. */
export const proposeEnvelopeRequest = envelopeTerms.extend({
  title: words(200),
  system: name.optional().meta({ description: 'Only of this system; left out: of all.' }),
})
/** An envelope as it is read: its terms, and who proposed and approved it; null where nobody did yet. */
export const envelopeView = z
  .object({
    id,
    title: z.string(),
    system: name.nullable(),
    terms: envelopeTerms,
    state: z.enum(['proposed', 'in_force', 'expired', 'revoked']),
    proposedAt: instant,
    proposedBy: id,
    proposedByName: z.string().nullable(),
    approvedAt: instant.nullable(),
    approvedBy: id.nullable(),
    approvedByName: z.string().nullable(),
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'Envelope' })
/** An envelope as it is read: its terms, and who proposed and approved it; null where nobody did yet. */
export type Envelope = z.infer<typeof envelopeView>
