import { policyRule } from '@afterai/contract'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newId } from '../platform/ids.ts'
import { quorumOf, type RuledMember, warningsOf } from './quorum.ts'

const member = (role: RuledMember['role'], kind: RuledMember['kind'] = 'person'): RuledMember => ({
  accountId: newId(),
  kind,
  role,
})
const ruled = (approvals: object, decision = 'before') => policyRule.parse({ decision, approvals })
const two = { ruleType: 'custom', quorum: 2 }

describe('rules that nobody could follow', () => {
  test('are those of nobody, and of more people than may approve; machines don’t count', () => {
    const members = [member('admin'), member('member'), member('admin', 'service')]
    expect(warningsOf([ruled({ roles: ['approver'] })], members)).toEqual([
      {
        pointer: '/rules/0/approvals',
        detail: '1 must agree, and nobody may: no decision by this rule could be approved',
      },
    ])
    expect(warningsOf([ruled({}), ruled(two)], members)).toMatchObject([
      { pointer: '/rules/0/approvals', detail: expect.stringContaining('there is one who may') },
      { pointer: '/rules/1/approvals', detail: expect.stringContaining('only 1 may') },
    ])
  })

  test('tell who proposes apart: from nobody else, or from one of them alone', () => {
    const bo = member('approver')
    const alone = [member('admin'), bo, member('viewer')]
    expect(warningsOf([ruled(two)], alone)[0]?.detail).toMatch(/as nobody else may propose, no decision/)
    expect(warningsOf([ruled(two)], [...alone, member('member')])[0]?.detail).toMatch(/what one of them proposes/)
    expect(warningsOf([ruled({ ...two, allowSelfApproval: true })], alone)).toEqual([])
    expect(warningsOf([ruled({ people: [bo.accountId] })], alone)[0]?.detail).toMatch(/what one of them proposes/)
    expect(warningsOf([ruled({})], alone)).toEqual([])
  })

  test('are none where no decision is needed', () => {
    expect(warningsOf([ruled(two, 'never')], [])).toEqual([])
  })

  test('never are those that enough people beside any who proposes can follow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 25 }), (quorum, count) => {
        const rule = ruled({ ruleType: 'custom', quorum })
        const members = Array.from({ length: count }, () => member('approver'))
        expect(warningsOf([rule], members)).toHaveLength(count > quorumOf(rule.approvals) ? 0 : 1)
      }),
    )
  })
})
