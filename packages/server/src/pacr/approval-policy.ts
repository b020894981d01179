import { type ApprovalRule, type Decision, ProblemError, type Role } from '@afterai/contract'
import { quorumOf } from '../policy/index.ts'

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
    /** In whose place it was given; left out for their own. */
    readonly onBehalfOf?: string | undefined
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
  /** Who had them approve in their place. */
  readonly delegators?: readonly string[]
}

/**
 * The state that a decision is in after one more verdict. One approver who isn't the author, unless a policy asks for others; whoever
 * rejects it ends it, but for a majority, which is rejected when it can't be reached any more.
 * @throws ProblemError `invalid_transition` when it is settled, `self_approval` when author and approver are one, `forbidden` when it
 * isn't theirs to approve, `conflict` when they have given their verdict on this evidence
 */
export function statusAfter(voting: Voting, vote: Vote): Decision['status'] {
  const { rule } = voting
  placeOf(voting, vote)
  const all = [...countingOf(voting), vote]
  const agreed = all.filter(({ verdict }) => verdict === 'approve').length
  if (all.length - agreed > rejectionsBorne(rule)) return 'rejected'
  return agreed >= quorumOf(rule) ? 'approved' : 'proposed'
}

/**
 * In whose place somebody gives a verdict: of the people whom the policy names their own, else the first one of whoever delegated to them
 * that nobody has taken yet.
 * @returns the account of who delegated; null for their own
 * @throws as `statusAfter`
 */
export function placeOf(voting: Voting, vote: Vote): string | null {
  const { status, rule } = voting
  if (status !== 'proposed') {
    throw new ProblemError('invalid_transition', { detail: `the decision is ${status} already` })
  }
  const { people } = rule
  const counting = countingOf(voting)
  const isNamed = people.length === 0 || people.includes(vote.approverId)
  const taken = counting.map(({ approverId, onBehalfOf }) => onBehalfOf ?? approverId)
  const places = isNamed ? [] : (vote.delegators ?? []).filter((it) => people.includes(it))
  const free = places.filter((it) => !taken.includes(it))
  const place = free.find((it) => refusalOf(voting, { ...vote, approverId: it }) === undefined) ?? free[0]
  const refusal =
    refusalOf(voting, vote, isNamed || places.length > 0) ??
    // What the one may not approve, nobody approves in their place.
    (place === undefined ? undefined : refusalOf(voting, { ...vote, approverId: place }))
  if (refusal !== undefined) throw refusal
  // One pair of eyes is one, in however many places.
  if (counting.some(({ approverId }) => approverId === vote.approverId)) {
    throw new ProblemError('conflict', { detail: 'you have given your verdict on this evidence' })
  }
  if (taken.includes(vote.approverId) || (places.length > 0 && place === undefined)) {
    const detail = 'a verdict on this evidence was given in your place already, or in that of whoever delegated to you'
    throw new ProblemError('conflict', { detail })
  }
  return place ?? null
}

function countingOf({ approvals, evidenceDigest }: Voting): Voting['approvals'] {
  return approvals.filter((it) => it.evidenceDigest === evidenceDigest)
}

function rejectionsBorne(rule: ApprovalRule): number {
  return rule.ruleType === 'majority_approval' ? rule.people.length - quorumOf(rule) : 0
}

function refusalOf(
  { rule, authorId, requesterId, implementerId }: Voting,
  { approverId, role }: Vote,
  isNamed = true,
): ProblemError | undefined {
  if (approverId === authorId && !rule.allowSelfApproval) return new ProblemError('self_approval')
  const detail = [
    [!isNamed, 'the policy names others to approve this'],
    [!rule.roles.some((it) => it === role), `the policy has ${rule.roles.join(' or ')} approve this`],
    [approverId === requesterId && !rule.requesterMayApprove, 'the policy has somebody approve who did not ask for it'],
    [
      approverId === implementerId && !rule.implementerMayApprove,
      'the policy has somebody approve who did not implement it',
    ],
  ].find(([applies]) => applies === true)?.[1]
  if (typeof detail !== 'string') return undefined
  return new ProblemError('forbidden', { permission: 'decision:approve', detail })
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
