import { assessmentPlanSchema } from '@afterai/evidence/plan'
import { z } from 'zod'
import { id, instant, sha256 } from './primitives.ts'

/**
 * The terms of an evaluation plan: what results will be held to, said before there are any. A metric that may decide says its margin: a
 * default could be another one in a later release.
 */
export const planTerms = z
  .strictObject({
    plan: assessmentPlanSchema,
    datasets: z.array(sha256).min(1).max(20).meta({
      description: 'Digests of the sets of cases that it is about, as evaluations tell them in `caseDigest`.',
    }),
    minCases: z.number().int().min(1).max(100_000_000).meta({ description: 'How many cases an attempt has at least.' }),
    attempts: z.number().int().min(1).max(1000).default(1).meta({
      description: 'The stop rule: after so many attempts it is over. Those beyond are told.',
    }),
  })
  .superRefine(({ plan: { metrics }, datasets }, context) => {
    const refuse = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message })
    if (metrics.every(({ primary }) => primary === false)) refuse(['plan', 'metrics'], 'has no metric that may decide')
    for (const [index, { margin, primary }] of metrics.entries())
      if (margin === undefined && primary !== false)
        refuse(['plan', 'metrics', index, 'margin'], 'is missing: a metric that may decide has one')
    if (new Set(datasets).size < datasets.length) refuse(['datasets'], 'names a set of cases twice')
  })
/** The terms of a plan: metrics, cases, attempts and slices. */
export type PlanTerms = z.infer<typeof planTerms>

/** Facts of a sealed plan, without the name of who sealed it. Records seal them. */
export const evaluationPlanFacts = z.object({
  id,
  changeId: id,
  version: z.number().int().meta({ description: 'Plans of a change are numbered from 1; none goes.' }),
  terms: planTerms,
  digest: sha256.meta({ description: 'Of the terms, the change and the version; the event of the log has it too.' }),
  supersedes: id.nullable(),
  sealedAt: instant,
  sealedBy: id,
})
/** A sealed plan as records hold it. */
export type EvaluationPlanFacts = z.infer<typeof evaluationPlanFacts>

/** A sealed plan, with the name that its author had then. The address is for admins and auditors, and one's own. */
export const evaluationPlanView = evaluationPlanFacts
  .extend({ sealedByName: z.string().nullable(), sealedByEmail: z.string().nullable() })
  .meta({ id: 'EvaluationPlan' })
/** A sealed plan as it is read. */
export type EvaluationPlan = z.infer<typeof evaluationPlanView>

/** An evaluation that was imported while plans of a change were sealed, and that has their cases, or may have. */
export const planAttempt = z.object({
  evaluationId: id,
  label: z.string().nullable(),
  importedAt: instant.meta({ description: 'When its file began to arrive.' }),
  ranAt: instant.nullable().meta({ description: 'When it was run, where the file says that.' }),
  planId: id.nullable().meta({ description: 'The plan in force when it was imported; null: none was yet.' }),
  cases: z.enum(['all', 'some', 'unknown', 'others']).meta({
    description:
      'Which of the cases of the plans it has; `unknown`: it came by a release that did not tell, `others`: none of them.',
  }),
  role: z
    .enum(['candidate', 'baseline', 'other'])
    .meta({ description: 'What it is in the assessment that tells of it.' }),
  isAgain: z.boolean().meta({ description: 'It is one attempt with an earlier import of the same file.' }),
  repeats: id.nullable().meta({ description: 'An evaluation that was imported before with the same results.' }),
  verdicts: z
    .array(z.object({ assessmentId: id, changeId: id, verdict: z.string() }))
    .meta({ description: 'Assessments that were made of it as the candidate before, at most 20.' }),
})
/** One attempt under a plan: an evaluation of its cases, with what came of it. */
export type PlanAttempt = z.infer<typeof planAttempt>

/** Attempts under the plans of a change, as they were known at an instant. */
export const planAttempts = z.object({
  count: z.number().int().meta({ description: 'Without what is the baseline, and without other cases.' }),
  notAssessed: z.number().int().meta({ description: 'How many of them no assessment was made of.' }),
  otherCases: z.number().int().meta({ description: 'Evaluations of the system besides, of other cases.' }),
  otherSystems: z.number().int().meta({ description: 'Evaluations of the same cases for other systems.' }),
  items: z.array(planAttempt).meta({ description: 'The newest 200, in the order of their import.' }),
})
/** All attempts under the plans of a change. */
export type PlanAttempts = z.infer<typeof planAttempts>

/** When the margins of an assessment were fixed. */
export const planBases = ['sealed_before_results', 'sealed_after_results', 'given_with_results'] as const
/** When margins were fixed, against the arrival of the results. */
export type PlanBasis = (typeof planBases)[number]

/** What there is to say of an assessment and its plan, besides margins that differ. */
export const planFindingCodes = [
  'run_before_plan',
  'imported_before',
  'same_results',
  'other_system',
  'other_cases',
  'other_cases_in_baseline',
  'too_few_cases',
  'too_many_attempts',
  'other_attempts',
  'not_assessed',
  'superseded_after_results',
] as const
/** The name of something that was found of an assessment under a plan. */
export type PlanFindingCode = (typeof planFindingCodes)[number]

/** How an assessment stands to the plans of its change, as of when it was made. */
export const underPlan = z.object({
  basis: z.enum(planBases).meta({
    description:
      'Whether the plan was sealed before the candidate was imported, after it, or there was none and margins came with the results.',
  }),
  follows: z.boolean().meta({
    description: 'Sealed before its results, with nothing that differs from the plan or breaks it.',
  }),
  planId: id.nullable(),
  version: z.number().int().nullable(),
  planDigest: sha256.nullable(),
  sealedAt: instant.nullable(),
  supersededBy: id.nullable().meta({ description: 'The newest plan, where it is a later one.' }),
  differences: z.array(
    z.object({
      path: z.string().meta({ description: 'What of the plan: `/metrics/pass/margin`.' }),
      planned: z.string().nullable().meta({ description: 'As JSON; null where the plan says nothing.' }),
      used: z.string().nullable().meta({ description: 'As JSON; null where the assessment says nothing.' }),
    }),
  ),
  findings: z.array(
    z.object({
      code: z.enum(planFindingCodes),
      breaks: z.boolean().meta({ description: 'Whether the assessment does not follow the plan for it.' }),
      text: z.string(),
    }),
  ),
  attempts: planAttempts,
})
/** How an assessment stands to the plan of its change. */
export type UnderPlan = z.infer<typeof underPlan>
