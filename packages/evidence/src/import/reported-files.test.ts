import { describe, expect, test } from 'vitest'
import { fileOf, fixtureBytes, hasFixtures, runOf } from '../../testing/fixtures.ts'
import { everyNumber, numberColumn } from '../cases/number-column.ts'
import {
  assess,
  defaultPlan,
  distinctCases,
  importResults,
  isHeadline,
  sharedCases,
  type ReadingOptions,
} from '../index.ts'

const run = (name: string, options: ReadingOptions = {}) =>
  runOf(importResults(fileOf(fixtureBytes(`found/evaluations/${name}`), name), options))

describe.skipIf(!hasFixtures)('files that were once read wrong (skipped where the shared fixtures are absent)', () => {
  test('P6.5: more toxicity is never an improvement', () => {
    const both = [run('toxicity_a.csv'), run('toxicity_b.csv')] as const
    expect(assess(...both).verdict).toBe('withheld')
    const scale = { lower: 0, upper: 1 }
    const scaled = assess(...both, { ...defaultPlan, metrics: [{ name: 'toxicity_score', scale }] })
    expect(scaled.verdict).toBe('material_regression')
  })

  test('tokens that stand in the response are read', () => {
    const { metrics, cases } = run('tokens_in_response.json')
    const tokens = cases.values[metrics.findIndex(({ name }) => name === 'tokens')] ?? numberColumn([])
    expect(everyNumber(tokens, (value) => value > 0)).toBe(true)
  })

  test('cases pair although the run gave each its own conversation', () => {
    const [a, b] = [run('conversation_a.json'), run('conversation_b.json')]
    expect(sharedCases(a.cases, b.cases)).toBe(distinctCases(a.cases))
    const named = { caseIdVariable: 'q' }
    expect(sharedCases(run('conversation_a.json', named).cases, run('conversation_b.json', named).cases)).toBe(20)
  })

  test('there are as many cases as tests, however alike their variables are', () => {
    const { cases } = run('samevars.json')
    expect([cases.rows, distinctCases(cases)]).toEqual([20, 20])
  })

  test('prompts without labels are chosen by names that stay, and compared with each other', () => {
    const refused = importResults(fileOf(fixtureBytes('found/evaluations/two_prompts.json'), 'two_prompts.json'))
    expect(JSON.stringify(refused)).toContain('--baseline-prompt and --candidate-prompt: p0, p1')
    const [first, second] = [run('two_prompts.json', { prompt: 'p0' }), run('two_prompts.json', { prompt: 'p1' })]
    expect(sharedCases(first.cases, second.cases)).toBe(distinctCases(first.cases))
  })

  test('P6.5: what failed in every case on both sides is not green, and says so under the verdict', () => {
    const { verdict, warnings } = assess(run('allfail.json'), run('allfail_b.json'))
    expect(verdict).toBe('inconclusive')
    expect(warnings.filter(isHeadline).map(({ code, metric }) => [code, metric])).toContainEqual(['floor', 'pass'])
  })
})
