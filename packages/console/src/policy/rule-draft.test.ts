import type { Policy } from '@afterai/client'
import { expect, test } from 'vitest'
import { draftsOf, moved, plainRule, scopeOf, toRules, withRule } from './rule-draft.ts'

function policyOf(system: string | null, environment: string | null, validDays: number): Policy {
  const rules = [{ ...plainRule, validDays }]
  return { id: null, system, environment, version: 1, rules, reason: null, setAt: null, setBy: null, setByName: null }
}

test('begins from the rules of the scope, else from those of the next wider one', () => {
  const all = [policyOf(null, null, 1), policyOf(null, 'production', 2), policyOf('bot', null, 3)]
  const daysOf = (system: string | null, environment: string | null) =>
    draftsOf(all, { system, environment })[0]?.rule.validDays
  expect([daysOf('bot', 'production'), daysOf('other', 'production'), daysOf('other', 'staging')]).toEqual([3, 2, 1])
  expect(draftsOf([], scopeOf(' bot ', ' ')).map(({ rule }) => rule)).toEqual([plainRule])
})

test('a new rule stands before the last, which stays for every change whatever moves', () => {
  const drafts = withRule(withRule(draftsOf([], scopeOf('', '')), 'a'), 'b')
  expect(drafts.map(({ key }) => key)).toEqual(['a', 'b', 'rule-0'])
  expect(moved(drafts, 1).map(({ key }) => key)).toEqual(['b', 'a', 'rule-0'])
  expect(moved(drafts, 2)).toEqual(drafts)
  expect(moved(drafts, 0)).toEqual(drafts)
})

test('sends the last rule without what it is about, and leaves out what nobody ticked', () => {
  const rule = { ...plainRule, changeTypes: ['prompt' as const], severities: [] }
  const rules = toRules([
    { key: 'a', rule },
    { key: 'b', rule },
  ])
  expect(rules.map((it) => [it.changeTypes, 'severities' in it])).toEqual([
    [['prompt'], false],
    [undefined, false],
  ])
})
