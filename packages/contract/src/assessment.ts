// Of evidence only the two files of schemas: who reads a wire format shouldn't load importers and statistics.
import { assessmentSchema } from '@afterai/evidence/assessment'
import { assessmentPlanSchema, defaultPlan } from '@afterai/evidence/plan'
import { z } from 'zod'
import { id, instant, sha256 } from './primitives.ts'

/** Two evaluations to compare, by a plan; left out, the plan says nothing and the defaults hold. */
export const assessRequest = z.strictObject({
  baselineEvaluationId: id,
  candidateEvaluationId: id,
  plan: assessmentPlanSchema.default(defaultPlan),
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
    digest: sha256,
    authorId: id,
    authorName: z.string().nullable(),
    authorEmail: z.string().nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Assessment' })
/** An assessment as it is read: its verdict, and who made it. */
export type AssessmentView = z.infer<typeof assessmentView>
