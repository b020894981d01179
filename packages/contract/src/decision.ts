import { z } from 'zod'
import { approvalRule } from './policy.ts'
import { id, instant, name, pageQuery, sha256, words } from './primitives.ts'

/** Which details go with which decision. */
export const decisionDetails = {
  act: ['approve', 'approve_with_conditions', 'accept_risk'],
  not_act: ['reject', 'defer', 'rollback'],
} as const

const detail = z.enum([...decisionDetails.act, ...decisionDetails.not_act])
const conditions = z.array(words(500)).max(20)

/** What telemetry can tell of a condition, by the calls of a window: rates of calls, means and quantiles over them. */
export const conditionMetrics = [
  'error_rate',
  'refusal_rate',
  'disagreed_rate',
  'cost_per_request_usd',
  'latency_mean_ms',
  'latency_p95_ms',
  'input_tokens_mean',
  'output_tokens_mean',
] as const

/** A condition that telemetry checks: it is broken once the window's value passes the bound, and then stays broken. */
export const conditionCheck = z.strictObject({
  metric: z.enum(conditionMetrics),
  comparison: z.enum(['at_most', 'at_least']),
  bound: z.number().nonnegative(),
  of: z.enum(['value', 'before']).default('value').meta({
    description: '`before`: the bound is a factor of what the same window was before the change ran.',
  }),
  windowHours: z.number().int().min(1).max(168).default(24),
  minCalls: z.number().int().min(1).max(1_000_000).default(20).meta({ description: 'Of fewer calls nothing is said.' }),
})
/** A condition that telemetry checks; `windowHours` in hours, `bound` in the unit of its metric or a factor. */
export type ConditionCheck = z.infer<typeof conditionCheck>

/** A decision on a change, as its author proposes it. */
export const proposeDecisionRequest = z
  .strictObject({
    decision: z.enum(['act', 'not_act']),
    decisionDetail: detail,
    justification: words(5000),
    implementationPlan: words(5000).optional(),
    backoutPlan: words(5000).optional(),
    testPlan: words(5000).optional(),
    riskImpactAnalysis: words(5000).optional(),
    conditions: conditions.default([]),
    checks: z.array(conditionCheck).max(10).optional().meta({ description: 'Conditions that telemetry checks.' }),
    reviewBy: z.iso.date().optional(),
    assessmentIds: z.array(id).max(20).default([]).meta({
      description:
        'What it rests on. None only where the policy lets it be; the record then says that there was no evidence.',
    }),
    supersedes: id.optional().meta({ description: 'The record that this decision corrects.' }),
  })
  .refine((it) => (decisionDetails[it.decision] as readonly string[]).includes(it.decisionDetail), {
    path: ['decisionDetail'],
    error:
      'does not go with this decision: act takes approve, approve_with_conditions or accept_risk; not_act takes reject, defer or rollback',
  })
  .refine(
    (it) => it.decisionDetail !== 'approve_with_conditions' || it.conditions.length + (it.checks?.length ?? 0) > 0,
    {
      path: ['conditions'],
      error: 'approve_with_conditions needs one condition at least',
    },
  )
/** A decision as its author proposes it. */
export type ProposeDecision = z.infer<typeof proposeDecisionRequest>

/** Another person's verdict on a decision, bound to the evidence that they saw; a `comment` of null says nothing more. */
export const approvalView = z.object({
  approverId: id,
  approverName: z.string(),
  /** As it was then; for admins and auditors, and one's own. */
  approverEmail: z.string().nullable(),
  onBehalfOf: id.optional().meta({ description: 'In whose place, by a delegation; left out for their own.' }),
  onBehalfOfName: z.string().optional(),
  verdict: z.enum(['approve', 'reject']),
  comment: z.string().nullable(),
  evidenceDigest: sha256,
  at: instant,
})

/** A decision as it is read; `recordId` is null until it is sealed. */
export const decisionView = z
  .object({
    id,
    changeId: id,
    status: z.enum(['proposed', 'approved', 'rejected']),
    decision: z.enum(['act', 'not_act']),
    decisionDetail: detail,
    justification: z.string(),
    implementationPlan: z.string().nullable(),
    backoutPlan: z.string().nullable(),
    testPlan: z.string().nullable(),
    riskImpactAnalysis: z.string().nullable(),
    conditions: z.array(z.string()),
    checks: z.array(conditionCheck),
    reviewBy: z.string().nullable(),
    assessmentIds: z.array(id),
    supersedes: id.nullable(),
    authorId: id,
    authorName: z.string(),
    /** As it was then; for admins and auditors, and one's own. */
    authorEmail: z.string().nullable(),
    proposedAt: instant,
    evidence: z.enum(['assessed', 'none']).meta({
      description: '`none`: it rests on no assessment.',
    }),
    approvalPolicy: z.object({
      ruleType: approvalRule.shape.ruleType.unwrap(),
      quorum: z.number().int(),
      allowSelfApproval: z.boolean(),
      people: z.array(id).optional(),
      roles: approvalRule.shape.roles.unwrap().optional(),
      requesterMayApprove: z.boolean().optional(),
      implementerMayApprove: z.boolean().optional(),
    }),
    approvalsMissing: z
      .number()
      .int()
      .meta({ description: 'How many must still agree, on the evidence as it is now.' }),
    validUntil: instant.nullable().meta({ description: 'Until when an approval holds, where the policy bounds it.' }),
    approvals: z.array(approvalView),
    evidenceDigest: sha256.meta({
      description: 'What an approval binds to: the change and its assessments as they are now.',
    }),
    evidenceChanged: z
      .boolean()
      .meta({ description: 'Something was added or altered since the decision was proposed.' }),
    recordId: id.nullable(),
  })
  .meta({ id: 'Decision' })
/** A decision as it is read; `recordId` is null until it is sealed. */
export type Decision = z.infer<typeof decisionView>

/** Which decisions are asked for, and how many: each left out narrows nothing, and of several all hold. */
export const decisionQuery = pageQuery.extend({
  status: decisionView.shape.status.optional(),
  awaiting: z.literal('me').optional().meta({ description: 'Open ones that whoever asks may approve now.' }),
  reviewBefore: z.iso.date().optional().meta({ description: 'To be reviewed before that day.' }),
  system: name.optional(),
})

/** `evidenceDigest` is the decision's, as the approver read it: new evidence makes it stale. */
export const approveRequest = z.strictObject({
  verdict: z.enum(['approve', 'reject']),
  evidenceDigest: sha256,
  comment: words(2000).optional(),
})

/** What somebody found of a condition of a record. */
export const findingRequest = z.strictObject({
  condition: words(500).meta({ description: 'As the record has it.' }),
  outcome: z.enum(['met', 'broken']),
  note: words(2000),
})
/** What a person, or telemetry, found of a condition. */
export const findingView = z
  .object({
    id,
    recordId: id,
    condition: z.string(),
    outcome: z.enum(['met', 'broken']),
    note: z.string(),
    foundAt: instant,
    foundBy: id.nullable().meta({ description: 'Null for what telemetry showed.' }),
    foundByName: z.string().nullable(),
  })
  .meta({ id: 'ConditionFinding' })
/** What a person, or telemetry, found of a condition. */
export type ConditionFinding = z.infer<typeof findingView>
