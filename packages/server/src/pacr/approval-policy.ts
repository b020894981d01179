import { type ApprovalRule, type Decision, ProblemError, type Role } from '@afterai/contract'

type Verdict = Decision['approvals'][number]['verdict']

/** What a verdict is held against. */
export interface Voting {
  readonly status: Decision['status']
  readonly rule: ApprovalRule
  readonly authorId: string
  /** Who opened the change. */
  readonly requesterId: string
  /** Who said that it runs; null while nobody did. */
  readonly implementerId: string | null
  /** Verdicts that were given before. Those on other evidence than now don't count. */
  readonly approvals: readonly {
    readonly approverId: string
    readonly verdict: Verdict
    readonly evidenceDigest: string
  }[]
  readonly evidenceDigest: string
}

/** A verdict, and who gives it. */
export interface Vote {
  readonly approverId: string
  readonly role: Role
  readonly verdict: Verdict
}

/**
 * The state that a decision is in after one more verdict. One approver who isn't the author, unless a policy asks for others; whoever
 * rejects it ends it, but for a majority, which is rejected when it can't be reached any more.
 * @throws ProblemError `invalid_transition` when it is settled, `self_approval` when author and approver are one, `forbidden` when it
 * isn't theirs to approve, `conflict` when they have given their verdict on this evidence
 */
export function statusAfter(voting: Voting, vote: Vote): Decision['status'] {
  const { status, rule, evidenceDigest } = voting
  if (status !== 'proposed') {
    throw new ProblemError('invalid_transition', { detail: `the decision is ${status} already` })
  }
  refuseUnentitled(voting, vote)
  const counting = voting.approvals.filter((it) => it.evidenceDigest === evidenceDigest)
  if (counting.some(({ approverId }) => approverId === vote.approverId)) {
    throw new ProblemError('conflict', { detail: 'you have given your verdict on this evidence' })
  }
  const all = [...counting, vote]
  const agreed = all.filter(({ verdict }) => verdict === 'approve').length
  if (all.length - agreed > rejectionsBorne(rule)) return 'rejected'
  return agreed >= quorumOf(rule) ? 'approved' : 'proposed'
}

/** How many must agree. */
export function quorumOf({ ruleType, quorum, people }: ApprovalRule): number {
  if (ruleType === 'majority_approval') return Math.floor(people.length / 2) + 1
  if (ruleType === 'unanimous_approval') return people.length
  return ruleType === 'custom' ? quorum : 1
}

function rejectionsBorne(rule: ApprovalRule): number {
  return rule.ruleType === 'majority_approval' ? rule.people.length - quorumOf(rule) : 0
}

function refuseUnentitled({ rule, authorId, requesterId, implementerId }: Voting, { approverId, role }: Vote): void {
  if (approverId === authorId && !rule.allowSelfApproval) throw new ProblemError('self_approval')
  const detail = [
    [rule.people.length > 0 && !rule.people.includes(approverId), 'the policy names others to approve this'],
    [!rule.roles.some((it) => it === role), `the policy has ${rule.roles.join(' or ')} approve this`],
    [approverId === requesterId && !rule.requesterMayApprove, 'the policy has somebody approve who did not ask for it'],
    [
      approverId === implementerId && !rule.implementerMayApprove,
      'the policy has somebody approve who did not implement it',
    ],
  ].find(([applies]) => applies === true)?.[1]
  if (typeof detail === 'string') throw new ProblemError('forbidden', { permission: 'decision:approve', detail })
}

/** The rule as a decision shows it, and its record seals the digest of: what is as usual is left out, as it was before there were policies. */
export function approvalPolicyOf(rule: ApprovalRule): Decision['approvalPolicy'] {
  const { ruleType, allowSelfApproval, people, roles, requesterMayApprove, implementerMayApprove } = rule
  return {
    ruleType,
    quorum: quorumOf(rule),
    allowSelfApproval,
    ...(people.length === 0 ? {} : { people }),
    ...(roles.length === 2 ? {} : { roles }),
    ...(requesterMayApprove ? {} : { requesterMayApprove }),
    ...(implementerMayApprove ? {} : { implementerMayApprove }),
  }
}
