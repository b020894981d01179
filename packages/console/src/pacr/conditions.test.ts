import { expect, test } from 'vitest'
import { conditionStates } from './conditions.ts'

type Finding = Parameters<typeof conditionStates>[1][number]

const found = (condition: string, outcome: 'met' | 'broken', recordId = 'r'): Finding => ({
  id: `${condition} ${outcome}`,
  recordId,
  condition,
  outcome,
  note: '',
  foundAt: '',
  foundBy: null,
  foundByName: null,
})
const check = {
  metric: 'error_rate',
  comparison: 'at_most',
  bound: 0.02,
  of: 'value',
  windowHours: 24,
  minCalls: 20,
} as const

test('a condition that was broken once stays so, whatever is found later', () => {
  const decision = { conditions: ['a', 'b', 'c'], checks: [], recordId: 'r' }
  const states = conditionStates(decision, [found('a', 'met'), found('a', 'broken'), found('b', 'met')])
  expect(states.map(({ state }) => state)).toEqual(['broken', 'met', 'not_said'])
  expect(states[0]?.findings).toHaveLength(2)
})

test('what was found of another record is not of this one', () => {
  const [it] = conditionStates({ conditions: ['a'], checks: [], recordId: 'r' }, [found('a', 'broken', 'other')])
  expect(it?.state).toBe('not_said')
})

test('what telemetry checks is found by the name that the server gives it', () => {
  const decision = { conditions: [], checks: [check, { ...check, bound: 1.2, of: 'before' as const }], recordId: 'r' }
  const states = conditionStates(decision, [
    found('error_rate <= 0.02 over 24 h', 'broken'),
    found('error_rate <= 1.2 x before over 24 h', 'met'),
  ])
  expect(states.map(({ state, isChecked }) => [state, isChecked])).toEqual([
    ['broken', true],
    ['met', true],
  ])
})
