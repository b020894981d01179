import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aboutWords, hoursWords, needWords, type Rule, scopeWords } from './rule-words.ts'

const approvals: Rule['approvals'] = {
  ruleType: 'single_approver',
  quorum: 1,
  roles: ['admin', 'approver'],
  people: [],
  allowSelfApproval: false,
  requesterMayApprove: true,
  implementerMayApprove: true,
}
const rule: Rule = {
  decision: 'after',
  withinHours: 168,
  assessment: 'wanted',
  approvals,
  emergency: { roles: ['admin', 'approver'], withinHours: 72 },
}
const names = new Map([
  ['a', 'Ada'],
  ['b', 'Bo'],
])

describe('which changes a rule is about', () => {
  test('is every change, or every other one below more particular rules', () => {
    expect([aboutWords({}, true), aboutWords({}, false)]).toEqual(['Every change', 'Every other change'])
  })

  test('names kinds, classes and severities, and that a change of another kind besides isn’t meant', () => {
    expect(
      aboutWords(
        { changeTypes: ['prompt', 'infra'], changeClasses: ['standard'], severities: ['high', 'critical'] },
        true,
      ),
    ).toBe('Standard changes of prompt or infrastructure alone, stated as high or critical')
  })
})

describe('what a rule asks for', () => {
  test('by default', () => {
    expect(needWords(rule, names)).toEqual([
      'It may run, and is decided within 7 days after it began.',
      'An assessment is wanted: without one it can be decided, and the record says that there was none.',
      'One agrees: an administrator or an approver.',
      'Never who proposed it.',
      'An administrator or an approver may declare an emergency; it is decided within 3 days then.',
    ])
  })

  test('of several people by name, also of one who has left', () => {
    const majority = { ...approvals, ruleType: 'majority_approval', people: ['a', 'gone', 'b'] } as const
    expect(needWords({ ...rule, approvals: { ...majority, people: [...majority.people] } }, names)).toContain(
      'More than half of Ada, a removed account and Bo agree.',
    )
  })

  test('never hides that one person alone may do it', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), (requesterMayApprove, implementerMayApprove) => {
        const words = needWords(
          { ...rule, approvals: { ...approvals, allowSelfApproval: true, requesterMayApprove, implementerMayApprove } },
          names,
        ).join(' ')
        expect(words).toMatch(/[Ww]ho(ever)? proposed it may approve it/)
        expect(words).not.toContain('Never who proposed it')
      }),
    )
  })

  test('says that the gate is shut, that nobody declares an emergency, and until when an approval holds', () => {
    const words = needWords(
      { ...rule, decision: 'before', validDays: 1, emergency: { roles: [], withinHours: 72 } },
      names,
    )
    expect(words[0]).toBe('It is decided before it runs: the gate is shut until then.')
    expect(words.slice(-2)).toEqual(['An approval holds for 1 day.', 'Nobody may declare an emergency.'])
  })
})

test('hours are told whole', () => {
  expect([hoursWords(1), hoursWords(24), hoursWords(36), hoursWords(48)]).toEqual([
    '1 hour',
    '1 day',
    '36 hours',
    '2 days',
  ])
})

test('a scope says where the rules hold', () => {
  expect([
    scopeWords({ system: null, environment: null }),
    scopeWords({ system: null, environment: 'production' }),
    scopeWords({ system: 'bot', environment: null }),
    scopeWords({ system: 'bot', environment: 'production' }),
  ]).toEqual(['Everywhere', 'production, of every system', 'bot, everywhere', 'bot, in production'])
})
