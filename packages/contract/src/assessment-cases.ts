import { z } from 'zod'
import { id, instant, pageQuery } from './primitives.ts'

/** Which cases of an assessment are asked for. */
export const assessmentCasesQuery = pageQuery.extend({
  // Each page goes through all cases once; what is asked for is two numbers and an id.
  limit: z.coerce.number().int().min(1).max(5000).default(50),
  metric: z.string().min(1).max(200),
  change: z.enum(['lost', 'gained']).meta({
    description: 'Those whose value fell, or those where it rose, whichever of both is better.',
  }),
  slice: z.string().min(1).max(200).optional(),
})

/** A case whose value changed. */
const changedCase = z.object({
  caseId: z.string(),
  slice: z.string().nullable(),
  baseline: z.number().meta({ description: 'Repeats are averaged; an error counts as it does in the assessment.' }),
  candidate: z.number(),
})

/** Cases that an assessment counts as lost or gained, by id, a page at a time. */
export const assessmentCases = z
  .object({
    items: z.array(changedCase),
    total: z.number().int(),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'AssessmentCases' })
/** What an evaluation served in: an assessment of a change, as its baseline or as its candidate. */
export const evaluationUse = z
  .object({
    assessmentId: id,
    changeId: id,
    changeTitle: z.string(),
    role: z.enum(['baseline', 'candidate']),
    verdict: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'EvaluationUse' })
/** An assessment in which an evaluation served. */
export type EvaluationUse = z.infer<typeof evaluationUse>

/** A page of cases of an assessment. */
export type AssessmentCases = z.infer<typeof assessmentCases>
