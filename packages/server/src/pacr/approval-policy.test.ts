import { approvalRule } from '@afterai/contract'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quorumOf } from '../policy/index.ts'
import { placeOf, statusAfter, type Vote, type Voting } from './approval-policy.ts'

const people = Array.from({ length: 5 }, (_, n) => `00000000-0000-7000-8000-00000000000${n}`)

function voting(rule: Parameters<typeof approvalRule.parse>[0], more: Partial<Voting> = {}): Voting {
  return {
    status: 'proposed',
    rule: approvalRule.parse(rule),
    authorId: 'author',
    requesterId: 'requester',
    implementerId: 'implementer',
    approvals: [],
    evidenceDigest: 'now',
    ...more,
  }
}

function vote(approverId: string, verdict: Vote['verdict'] = 'approve', role: Vote['role'] = 'approver'): Vote {
  return { approverId, verdict, role }
}

function given(approverId: string, verdict: Vote['verdict'] = 'approve', evidenceDigest = 'now') {
  return { approverId, verdict, evidenceDigest }
}

function codeOf(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('who may approve', () => {
  test('one other person with the role, unless a policy says otherwise', () => {
    expect(statusAfter(voting({}), vote('bo'))).toBe('approved')
    expect(codeOf(() => statusAfter(voting({}), vote('author')))).toBe('self_approval')
    expect(statusAfter(voting({ allowSelfApproval: true }), vote('author'))).toBe('approved')
    expect(codeOf(() => statusAfter(voting({ roles: ['admin'] }), vote('bo')))).toBe('forbidden')
    expect(codeOf(() => statusAfter(voting({ people: [people[0]] }), vote('bo')))).toBe('forbidden')
  })

  test('three functions, three people: neither who asked nor who implemented, where the policy wants it', () => {
    const rule = { requesterMayApprove: false, implementerMayApprove: false }
    for (const person of ['requester', 'implementer']) {
      expect(codeOf(() => statusAfter(voting(rule), vote(person)))).toBe('forbidden')
      expect(statusAfter(voting({}), vote(person))).toBe('approved')
    }
    expect(statusAfter(voting(rule), vote('bo'))).toBe('approved')
  })

  test('nobody twice on the same evidence, and nobody once it is settled', () => {
    const approvals = [given('bo')]
    expect(codeOf(() => statusAfter(voting({ ruleType: 'custom', quorum: 2 }, { approvals }), vote('bo')))).toBe(
      'conflict',
    )
    expect(codeOf(() => statusAfter(voting({}, { status: 'rejected' }), vote('bo')))).toBe('invalid_transition')
  })
})

describe('in the place of another', () => {
  const named = { ruleType: 'unanimous_approval', people: people.slice(0, 2) } as const
  const [ann = '', ben = ''] = people
  const standIn = (delegators: readonly string[], more: Partial<Vote> = {}): Vote => ({
    ...vote('cy'),
    delegators,
    ...more,
  })

  test('of the people whom a policy names, and of nobody else', () => {
    expect(codeOf(() => placeOf(voting(named), standIn([])))).toBe('forbidden')
    expect(codeOf(() => placeOf(voting(named), standIn(['somebody'])))).toBe('forbidden')
    expect(placeOf(voting(named), standIn([ann]))).toBe(ann)
    expect(placeOf(voting(named), { ...vote(ann), delegators: [ben] })).toBeNull()
    expect(placeOf(voting({}), standIn([ann]))).toBeNull()
  })

  test('a place counts once, and one pair of eyes is one', () => {
    const given = (approverId: string, onBehalfOf?: string) => ({
      approverId,
      onBehalfOf,
      verdict: 'approve' as const,
      evidenceDigest: 'now',
    })
    expect(codeOf(() => placeOf(voting(named, { approvals: [given(ann)] }), standIn([ann])))).toBe('conflict')
    expect(codeOf(() => placeOf(voting(named, { approvals: [given('cy', ann)] }), vote(ann)))).toBe('conflict')
    expect(codeOf(() => placeOf(voting(named, { approvals: [given('cy', ann)] }), standIn([ben])))).toBe('conflict')
    expect(placeOf(voting(named, { approvals: [given(ann)] }), standIn([ann, ben]))).toBe(ben)
    expect(statusAfter(voting(named, { approvals: [given(ann)] }), standIn([ben]))).toBe('approved')
    expect(statusAfter(voting(named), standIn([ann]))).toBe('proposed')
  })

  test('what the one may not approve, nobody approves in their place; nor what the other may not', () => {
    const three = { ...named, requesterMayApprove: false, implementerMayApprove: false }
    expect(codeOf(() => placeOf(voting(named, { authorId: ann }), standIn([ann])))).toBe('self_approval')
    expect(codeOf(() => placeOf(voting(named, { authorId: 'cy' }), standIn([ann])))).toBe('self_approval')
    expect(codeOf(() => placeOf(voting(three, { requesterId: ann }), standIn([ann])))).toBe('forbidden')
    expect(codeOf(() => placeOf(voting(three, { implementerId: 'cy' }), standIn([ann])))).toBe('forbidden')
    expect(codeOf(() => placeOf(voting({ ...named, roles: ['admin'] }), standIn([ann])))).toBe('forbidden')
    expect(placeOf(voting(named, { authorId: ann }), standIn([ann, ben]))).toBe(ben)
  })
})

describe('how many must agree', () => {
  test('a quorum, a majority, all', () => {
    const two = voting({ ruleType: 'custom', quorum: 2 })
    expect(statusAfter(two, vote('bo'))).toBe('proposed')
    expect(statusAfter({ ...two, approvals: [given('bo')] }, vote('cy'))).toBe('approved')
    expect(quorumOf(approvalRule.parse({ ruleType: 'majority_approval', people }))).toBe(3)
    expect(quorumOf(approvalRule.parse({ ruleType: 'unanimous_approval', people }))).toBe(5)
  })

  test('no approval counts on evidence that its approver didn’t see', () => {
    const stale = voting({ ruleType: 'custom', quorum: 2 }, { approvals: [given('bo', 'approve', 'before')] })
    expect(statusAfter(stale, vote('cy'))).toBe('proposed')
    expect(statusAfter({ ...stale, approvals: [...stale.approvals, given('cy')] }, vote('bo'))).toBe('approved')
  })

  test('in whatever order people vote, it is approved exactly when enough agree and not too many refuse', () => {
    const types = fc.constantFrom('majority_approval', 'unanimous_approval')
    const verdicts = fc.array(fc.constantFrom<Vote['verdict']>('approve', 'reject'), { minLength: 5, maxLength: 5 })
    fc.assert(
      fc.property(types, verdicts, fc.shuffledSubarray(people, { minLength: 5 }), (ruleType, votes, order) => {
        const rule = approvalRule.parse({ ruleType, people })
        let state = voting(rule)
        for (const approverId of order) {
          if (state.status !== 'proposed') break
          const verdict = votes[people.indexOf(approverId)] ?? 'reject'
          const status = statusAfter(state, vote(approverId, verdict))
          state = { ...state, status, approvals: [...state.approvals, given(approverId, verdict)] }
        }
        const agreed = votes.filter((it) => it === 'approve').length
        expect(state.status).toBe(agreed >= quorumOf(rule) ? 'approved' : 'rejected')
      }),
    )
  })
})
