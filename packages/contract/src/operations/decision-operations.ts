import type { Decision } from '../decision.ts'
import { at, digests, ids, pageOf, pageParameters } from './example-values.ts'
import type { Operations } from './operation.ts'

/** A decision, as the examples tell it. */
export const decision: Decision = {
  id: ids.decision,
  changeId: ids.change,
  status: 'proposed',
  decision: 'not_act',
  decisionDetail: 'reject',
  justification: 'Refunds fail too often.',
  implementationPlan: null,
  backoutPlan: null,
  testPlan: null,
  riskImpactAnalysis: null,
  conditions: [],
  checks: [],
  reviewBy: '2027-01-31',
  assessmentIds: [ids.assessment],
  supersedes: null,
  authorId: ids.account,
  authorName: 'Ada',
  authorEmail: 'ada@example.com',
  proposedAt: at.proposed,
  evidence: 'assessed',
  approvalsMissing: 1,
  validUntil: null,
  approvalPolicy: { ruleType: 'single_approver', quorum: 1, allowSelfApproval: false },
  approvals: [],
  evidenceDigest: digests.evidence,
  evidenceChanged: false,
  recordId: null,
}
const approval: Decision['approvals'][number] = {
  approverId: ids.approver,
  approverName: 'Bo',
  approverEmail: null,
  verdict: 'approve',
  comment: 'Agreed.',
  evidenceDigest: digests.evidence,
  at: at.sealed,
}

/** Descriptions of the operations of decisions, by route. */
export const decisionOperations: Operations = {
  'GET /v1/decisions': {
    id: 'listDecisions',
    tag: 'Decisions',
    summary: 'List decisions, newest first',
    description:
      'Looking for those of a filter ends after fifty decisions for each of `limit`: a page may be short while `nextCursor` goes on.',
    parameters: {
      ...pageParameters,
      status: 'proposed',
      awaiting: 'me',
      reviewBefore: '2027-01-31',
      system: 'support-bot',
    },
    answer: pageOf(decision),
  },
  'GET /v1/decisions/{id}': {
    id: 'getDecision',
    tag: 'Decisions',
    summary: 'Read a decision',
    parameters: { id: ids.decision },
    answer: decision,
  },
  'GET /v1/changes/{id}/decisions': {
    id: 'listDecisionsOfChange',
    tag: 'Decisions',
    summary: 'List the decisions on a change',
    parameters: { id: ids.change, ...pageParameters },
    answer: pageOf(decision),
  },
  'POST /v1/changes/{id}/decisions': {
    id: 'proposeDecision',
    tag: 'Decisions',
    summary: 'Propose to act on a change, or not to',
    description:
      '`act` takes the details `approve`, `approve_with_conditions` and `accept_risk`; `not_act` takes `reject`, `defer` and `rollback`. Somebody other than the author approves it.',
    once: true,
    parameters: { id: ids.change },
    body: {
      decision: 'not_act',
      decisionDetail: 'reject',
      justification: 'Refunds fail too often.',
      assessmentIds: [ids.assessment],
      reviewBy: '2027-01-31',
    },
    answer: decision,
    problems: ['conflict', 'invalid_transition'],
  },
  'POST /v1/decisions/{id}/approvals': {
    id: 'approveDecision',
    tag: 'Decisions',
    summary: 'Approve or reject a decision',
    description:
      'An approval seals the record, and is answered once the log has it. `evidenceDigest` is the decision’s as the approver read it: evidence that came since makes it stale. Only people approve, and not the author.',
    once: true,
    parameters: { id: ids.decision },
    body: { verdict: 'approve', evidenceDigest: digests.evidence, comment: 'Agreed.' },
    answer: { ...decision, status: 'approved', approvalsMissing: 0, approvals: [approval], recordId: ids.record },
    problems: [
      'self_approval',
      'step_up_required',
      'provider_proof_required',
      'invalid_transition',
      'evidence_changed',
      'ledger_unavailable',
    ],
  },
}
