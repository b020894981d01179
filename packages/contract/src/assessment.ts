// Of evidence only the two files of schemas: who reads a wire format shouldn't load importers and statistics.
import { assessmentSchema } from '@afterai/evidence/assessment'
import { assessmentPlanSchema } from '@afterai/evidence/plan'
import { z } from 'zod'
import { underPlan } from './evaluation-plan.ts'
import { id, instant, sha256 } from './primitives.ts'

/** Two evaluations to compare, by a plan; left out, the sealed plan of the change holds, and without one the defaults. */
export const assessRequest = z.strictObject({
  baselineEvaluationId: id,
  candidateEvaluationId: id,
  plan: assessmentPlanSchema.optional().meta({
    description: 'Left out: as the sealed plan says, and without one by the defaults.',
  }),
})

/** An assessment of a change (AURA), with the name that its author had then. The address is for admins and auditors, and one's own. */
export const assessmentView = z
  .object({
    id,
    changeId: id,
    changeDigest: sha256,
    baselineEvaluationId: id,
    candidateEvaluationId: id,
    plan: assessmentPlanSchema,
    assessment: assessmentSchema,
    underPlan: underPlan.nullable().meta({ description: 'Null for those that an earlier release made.' }),
    digest: sha256,
    authorId: id,
    authorName: z.string().nullable(),
    authorEmail: z.string().nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Assessment' })
/** An assessment as it is read: its verdict, and who made it. */
export type AssessmentView = z.infer<typeof assessmentView>
