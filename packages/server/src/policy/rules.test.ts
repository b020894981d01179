import { policyRule, policyRules } from '@afterai/contract'
import { describe, expect, test } from 'vitest'
import { defaultRules, noChange, ruleFor, rulesIn, type Scoped } from './rules.ts'

const rules = policyRules.parse([
  { changeTypes: ['prompt'], changeClasses: ['standard'], decision: 'never' },
  { severities: ['high', 'critical'], decision: 'before', assessment: 'needed' },
  { decision: 'after', withinHours: 24 },
])
const change = { changeTypes: ['prompt'], changeClass: 'standard', severity: null } as const

describe('the rule of a change', () => {
  test('is the first that fits all that it says', () => {
    expect(ruleFor(rules, { ...change, changeTypes: ['prompt'] }).decision).toBe('never')
    expect(ruleFor(rules, { ...change, changeTypes: ['prompt'], changeClass: 'normal' }).withinHours).toBe(24)
    expect(ruleFor(rules, { ...change, changeTypes: ['model'], severity: 'high' }).decision).toBe('before')
  })

  test('of two kinds is of neither alone; of no stated risk is of no severity; of no change is for every change', () => {
    expect(ruleFor(rules, { ...change, changeTypes: ['prompt', 'model'] }).decision).toBe('after')
    expect(ruleFor(rules, { ...change, changeTypes: ['model'], severity: null }).decision).toBe('after')
    expect(ruleFor(rules, noChange).decision).toBe('after')
  })

  test('is never missing: the last must be for every change', () => {
    expect(policyRules.safeParse(rules.slice(0, 2)).success).toBe(false)
    expect(policyRules.safeParse([]).success).toBe(false)
  })
})

describe('the rules of an environment', () => {
  const then = new Date('2026-01-01T00:00:00Z')
  const scoped = (systemId: string | null, environment: string | null, version = 1, setAt = then): Scoped => ({
    systemId,
    environment,
    version,
    setAt,
    rules: [policyRule.parse({ decision: 'after', withinHours: version })],
  })
  const place = { systemId: 'a', environment: 'production' }
  const later = new Date('2026-02-01T00:00:00Z')

  test('are the most particular, and the built-in ones where there are none', () => {
    const all = [scoped(null, null), scoped(null, 'production'), scoped('a', null), scoped('a', 'production')]
    for (let n = 4; n > 0; n -= 1) expect(rulesIn(all.slice(0, n), place, later)).toBe(all[n - 1])
    expect(rulesIn([scoped('b', 'production'), scoped(null, 'staging')], place, later)).toEqual({
      version: 0,
      rules: defaultRules,
    })
  })

  test('at an instant are those of then', () => {
    const versions = [scoped(null, null, 2, later), scoped(null, null, 1, then)]
    expect(rulesIn(versions, place, new Date('2026-01-15T00:00:00Z')).version).toBe(1)
    expect(rulesIn(versions, place, later).version).toBe(2)
    expect(rulesIn(versions, place, new Date('2025-12-31T00:00:00Z')).version).toBe(0)
  })
})
