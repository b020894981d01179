import { z } from 'zod'
import { approvalRule } from './policy.ts'
import { id, instant, sha256, words } from './primitives.ts'

/** Which details go with which decision. */
export const decisionDetails = {
  act: ['approve', 'approve_with_conditions', 'accept_risk'],
  not_act: ['reject', 'defer', 'rollback'],
} as const

const detail = z.enum([...decisionDetails.act, ...decisionDetails.not_act])
const conditions = z.array(words(500)).max(20)

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
  .refine((it) => it.decisionDetail !== 'approve_with_conditions' || it.conditions.length > 0, {
    path: ['conditions'],
    error: 'approve_with_conditions needs one condition at least',
  })
export type ProposeDecision = z.infer<typeof proposeDecisionRequest>

export const approvalView = z.object({
  approverId: id,
  approverName: z.string(),
  /** As it was then; for admins and auditors, and one's own. */
  approverEmail: z.string().nullable(),
  verdict: z.enum(['approve', 'reject']),
  comment: z.string().nullable(),
  evidenceDigest: sha256,
  at: instant,
})

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
export type Decision = z.infer<typeof decisionView>

/** `evidenceDigest` is the decision's, as the approver read it: new evidence makes it stale. */
export const approveRequest = z.strictObject({
  verdict: z.enum(['approve', 'reject']),
  evidenceDigest: sha256,
  comment: words(2000).optional(),
})
