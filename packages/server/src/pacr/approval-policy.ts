import { type Decision, ProblemError } from '@afterai/contract'

/** Who must agree. One approver who isn't the decision's author; further rules come as further policies. */
export const approvalPolicy: Decision['approvalPolicy'] = {
  ruleType: 'single_approver',
  quorum: 1,
  allowSelfApproval: false,
}

type Status = Decision['status']

/**
 * The state that a decision is in after one more verdict.
 * @throws ProblemError `invalid_transition` when it is settled, `self_approval` when author and approver are one
 */
export function statusAfter(
  { status, authorId }: { status: Status; authorId: string },
  { approverId, verdict }: { approverId: string; verdict: 'approve' | 'reject' },
): Exclude<Status, 'proposed'> {
  if (status !== 'proposed')
    throw new ProblemError('invalid_transition', { detail: `the decision is ${status} already` })
  if (approverId === authorId) throw new ProblemError('self_approval')
  return verdict === 'approve' ? 'approved' : 'rejected'
}
