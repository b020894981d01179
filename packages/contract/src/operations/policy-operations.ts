import type { Delegation } from '../delegation.ts'
import type { Envelope, EnvelopeTerms } from '../envelope.ts'
import { type Policy, policyRule } from '../policy.ts'
import { at, ids, pageOf, pageParameters } from './example-values.ts'
import type { Operations } from './operation.ts'

const delegation: Delegation = {
  id: ids.event,
  fromId: ids.approver,
  fromName: 'Bo',
  toId: ids.account,
  toName: 'Ada',
  reason: 'On leave.',
  delegatedAt: at.opened,
  until: at.expires,
  endedAt: null,
  endedByName: null,
  inForce: true,
}

const policy: Policy = {
  id: ids.event,
  system: null,
  environment: 'production',
  version: 1,
  rules: [policyRule.parse({ decision: 'before', assessment: 'needed' })],
  reason: 'Nothing runs in production that nobody decided on.',
  setAt: at.opened,
  setBy: ids.account,
  setByName: 'Ada',
}

const terms: EnvelopeTerms = {
  environments: ['production'],
  clauses: [{ path: '/inference/temperature', min: 0, max: 0.5 }],
  evidence: 'none',
  until: at.expires,
}
const envelope: Envelope = {
  id: ids.event,
  title: 'Small moves of the temperature',
  system: 'support-bot',
  terms,
  state: 'proposed',
  proposedAt: at.opened,
  proposedBy: ids.account,
  proposedByName: 'Ada',
  approvedAt: null,
  approvedBy: null,
  approvedByName: null,
  revokedAt: null,
}
const inForce = {
  ...envelope,
  state: 'in_force',
  approvedAt: at.sealed,
  approvedBy: ids.approver,
  approvedByName: 'Bo',
} as const

/** Descriptions of the operations of envelopes and findings, by route. */
export const envelopeOperations: Operations = {
  'GET /v1/envelopes': {
    id: 'listEnvelopes',
    tag: 'Policies',
    summary: 'List the envelopes of standard changes, newest first',
    answer: { items: [inForce] },
  },
  'POST /v1/envelopes': {
    id: 'proposeEnvelope',
    tag: 'Policies',
    summary: 'Propose which standard changes need no decision of their own',
    once: true,
    body: { title: envelope.title, system: 'support-bot', ...terms },
    answer: envelope,
    problems: ['not_found'],
  },
  'POST /v1/envelopes/{id}/approval': {
    id: 'approveEnvelope',
    tag: 'Policies',
    summary: 'Approve an envelope that another person proposed',
    once: true,
    parameters: { id: ids.event },
    body: {},
    answer: inForce,
    problems: ['self_approval', 'invalid_transition', 'step_up_required', 'provider_proof_required'],
  },
  'POST /v1/envelopes/{id}/revocation': {
    id: 'revokeEnvelope',
    tag: 'Policies',
    summary: 'End an envelope',
    once: true,
    parameters: { id: ids.event },
    body: {},
    answer: { ...inForce, state: 'revoked', revokedAt: at.expires },
    problems: ['invalid_transition'],
  },
  'POST /v1/records/{id}/findings': {
    id: 'noteFinding',
    tag: 'Records',
    summary: 'Say that a condition of a record is met, or broken',
    description: 'A broken condition reopens the decision: another one supersedes it.',
    once: true,
    parameters: { id: ids.record },
    body: { condition: 'Keep the old model for refunds', outcome: 'met', note: 'Checked the router.' },
    answer: {
      id: ids.event,
      recordId: ids.record,
      condition: 'Keep the old model for refunds',
      outcome: 'met',
      note: 'Checked the router.',
      foundAt: at.sealed,
      foundBy: ids.account,
      foundByName: 'Ada',
    },
    problems: ['not_found'],
  },
}

/** Descriptions of the operations of policies, by route. */
export const policyOperations: Operations = {
  'GET /v1/policies': {
    id: 'listPolicies',
    tag: 'Policies',
    summary: 'List the rules by which changes are decided',
    parameters: { system: 'support-bot', environment: 'production', at: at.sealed },
    answer: { items: [policy] },
  },
  'GET /v1/delegations': {
    id: 'listDelegations',
    tag: 'Policies',
    summary: 'List who approves in the place of whom',
    parameters: pageParameters,
    answer: pageOf(delegation),
  },
  'POST /v1/delegations': {
    id: 'delegateApprovals',
    tag: 'Policies',
    summary: 'Have another person approve in one’s place, for a time',
    description:
      'Where a policy names people. The other one needs a role that may approve: a delegation gives nobody a permission. What one may not approve oneself, nobody approves in one’s place.',
    once: true,
    body: { to: delegation.toId, until: delegation.until, reason: delegation.reason },
    answer: delegation,
    problems: ['step_up_required', 'provider_proof_required'],
  },
  'POST /v1/delegations/{id}/end': {
    id: 'endDelegation',
    tag: 'Policies',
    summary: 'End a delegation before its time',
    description: 'By one of the two, or an administrator. What was approved by it stays.',
    once: true,
    parameters: { id: ids.event },
    body: {},
    answer: { ...delegation, endedAt: at.sealed, endedByName: 'Ada', inForce: false },
    problems: ['invalid_transition'],
  },
  'POST /v1/policies': {
    id: 'setPolicy',
    tag: 'Policies',
    summary: 'Set the rules of the tenant, an environment, a system, or one environment of it',
    description:
      'As the next version; earlier ones stay. Based on a version that is no longer the newest, it is refused, so that nobody sets what another set meanwhile aside unseen. The answer warns of what nobody could follow. The most particular rules hold: those of an environment of a system, then of the system, of the environment, of the tenant.',
    once: true,
    body: {
      environment: 'production',
      rules: [{ decision: 'before', assessment: 'needed' }],
      reason: 'Nothing runs in production that nobody decided on.',
      basedOn: 0,
    },
    answer: { ...policy, warnings: [] },
    problems: ['not_found', 'policy_changed', 'step_up_required', 'provider_proof_required'],
  },
  'POST /v1/policies/check': {
    id: 'checkPolicy',
    tag: 'Policies',
    summary: 'Ask what of rules nobody could follow, before they are set',
    description:
      'With the members that there are now: a quorum of more people than may approve, or than are left where who proposes may not approve. It sets nothing.',
    body: { rules: [{ decision: 'before', approvals: { ruleType: 'custom', quorum: 3 } }] },
    answer: {
      warnings: [
        {
          pointer: '/rules/0/approvals',
          detail: '3 must agree, and only 2 may: no decision by this rule could be approved',
        },
      ],
    },
  },
}
