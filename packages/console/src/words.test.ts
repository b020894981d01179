import { ApiProblem, NoAnswer } from '@afterai/client'
import { describe, expect, test } from 'vitest'
import { grouped, unchangedValues } from './ace/delta.ts'
import { readChangeSearch, toFilter } from './ace/change-search.ts'
import { relative } from './api/instants.ts'
import { toWords } from './api/problem-words.ts'
import { choicesFor, marginOf, toPlan } from './aura/margins.ts'
import { amount, difference } from './aura/metric-words.ts'
import { checkWords } from './pacr/check-words.ts'
import { readAuditSearch } from './trail/audit-search.ts'
import { metric } from '../testing/metrics.ts'

describe('numbers of metrics', () => {
  test('what is right or wrong is told in points, ratios in percent, scores as they are', () => {
    expect(difference(metric(), -0.091)).toBe('−9.1 pts')
    expect(difference(metric({ kind: 'latency', scale: 'relative' }), -0.45)).toBe('−45.0 %')
    expect(difference(metric({ kind: 'continuous', margin: 0.1 }), 0.0312)).toBe('+0.031')
    expect(amount(metric(), 0.02)).toBe('2 points')
    expect(amount(metric(), -0.01)).toBe('1 point')
  })

  test('what rounds to nothing has neither sign', () => {
    expect(difference(metric(), -0.0001)).toBe('±0.0 pts')
  })
})

describe('times', () => {
  const now = Date.parse('2026-11-30T12:00:00Z')
  test.each([
    ['2026-11-30T11:59:30Z', 'just now'],
    ['2026-11-30T11:58:00Z', '2m ago'],
    ['2026-11-30T09:00:00Z', '3h ago'],
    ['2026-12-03T12:00:00Z', 'in 3d'],
  ])('%s is told as %s', (at, words) =>
    expect(relative(at, now).replaceAll(/ min\.?| hr\.?| days?/g, (unit) => unit.trim()[0] ?? '')).toBe(words),
  )

  test('what is long ago is told by its date', () => {
    expect(relative('2026-01-05T12:00:00Z', now)).toMatch(/^\d January 2026$/)
  })
})

describe('problems in words', () => {
  test('a missing permission is named, with who can give it', () => {
    const problem = new ApiProblem(403, {
      title: 'You may not do this',
      permission: 'decision:approve',
      remedy: 'x',
      instance: 'req-1',
    })
    expect(toWords(problem)).toMatchObject({
      title: 'You may not do this',
      remedy: expect.stringContaining('decision:approve'),
      requestId: 'req-1',
    })
  })

  test('fields that were refused come with their pointers', () => {
    const problem = new ApiProblem(400, {
      title: 'Not valid',
      errors: [{ pointer: '/title', detail: 'is empty' }, 'nonsense'],
    })
    expect(toWords(problem).fields).toEqual([{ pointer: '/title', name: 'Title', detail: 'It is empty.' }])
  })

  test('no answer says that nothing is lost; a fault of ours shows no stack', () => {
    expect(toWords(new NoAnswer('http://x', 'TIMEOUT')).remedy).toContain('kept')
    expect(JSON.stringify(toWords(new Error('secret at line 3')))).not.toContain('secret')
  })
})

describe('addresses', () => {
  test('a list’s address is read, and what it doesn’t know is left out', () => {
    expect(
      readChangeSearch({ view: 'all', q: 5, verdict: 'improved', type: 'tools', since: '2026-11-01', x: 1 }),
    ).toEqual({
      view: 'all',
      q: '5',
      verdict: 'improved',
      type: 'tools',
      since: '2026-11-01',
    })
    expect(readChangeSearch({ view: 'nothing', q: {}, verdict: '<b>', since: 'yesterday' })).toEqual({})
  })

  test('without a view, what is open is asked for', () => {
    expect(toFilter({})).toEqual({ open: 'true' })
    expect(toFilter({ view: 'mine', q: '  ' })).toEqual({ awaiting: 'me' })
  })

  test('the trail’s address is read as strictly', () => {
    expect(readAuditSearch({ action: 'decision.', outcome: 'denied', actor: '', resource: 3 })).toEqual({
      action: 'decision.',
      outcome: 'denied',
    })
  })
})

describe('differences', () => {
  test('each category stands together, in the order in which it first came', () => {
    const item = (category: 'model' | 'tools', path: string) => ({ category, path, before: 1, after: 2 }) as const
    expect(grouped([item('tools', '/a'), item('model', '/b'), item('tools', '/c')]).map(({ path }) => path)).toEqual([
      '/a',
      '/c',
      '/b',
    ])
  })

  test('values that stayed are counted, and not where there is nothing to compare', () => {
    const model = { provider: 'acme', name: 'large' }
    const before = { model, prompts: [], inference: { temperature: 0.7 }, tools: [] } as never
    const after = {
      model: { ...model, name: 'small' },
      prompts: [],
      inference: { temperature: 0.7 },
      tools: [],
    } as never
    const delta = [{ category: 'model', path: '/model/name', before: 'large', after: 'small' }] as const
    expect(unchangedValues({ before, after, delta: [...delta] })).toBe(2)
    expect(unchangedValues({ before: null, after, delta: [...delta] })).toBeNull()
  })
})

describe('margins', () => {
  const run = (names: readonly string[]) =>
    ({ metrics: names.map((name) => ({ name, kind: 'binary', direction: 'up' })) }) as never
  test('only metrics of both files are asked about, and only what was said is planned', () => {
    const choices = choicesFor(run(['a', 'b']), run(['b', 'c']))
    expect(choices.map(({ name }) => name)).toEqual(['b'])
    expect(toPlan(choices)).toBeUndefined()
    expect(toPlan(choices.map((choice) => ({ ...choice, margin: '5,0', direction: 'down' })))).toEqual({
      metrics: [{ name: 'b', direction: 'down', margin: 0.05 }],
    })
  })

  test.each(['0', '-1', 'much', '1e3', '0.0.1'])('%s is no margin', (text) =>
    expect(marginOf({ kind: 'binary', margin: text })).toBeNaN(),
  )

  test.each([
    ['binary', '2', 0.02],
    ['safety', '0,5', 0.005],
    ['latency', '10', 0.1],
    ['cost', '250', 2.5],
    ['continuous', '0.3', 0.3],
  ])('of %s, %s is what the page calls it', (kind, margin, value) => expect(marginOf({ kind, margin })).toBe(value))

  test('more than every case is no margin of what is right or wrong', () => {
    expect(marginOf({ kind: 'binary', margin: '200' })).toBeNaN()
    expect(marginOf({ kind: 'safety', margin: '100' })).toBeNaN()
  })
})

test('a condition that telemetry checks is told with its unit', () => {
  const check = {
    metric: 'error_rate',
    comparison: 'at_most',
    bound: 0.02,
    of: 'value',
    windowHours: 24,
    minCalls: 20,
  } as const
  expect(checkWords(check)).toBe('Errors at most 2 % over 24 h')
  expect(checkWords({ ...check, metric: 'cost_per_request_usd', bound: 1.1, of: 'before' })).toBe(
    'Cost a request at most 1.1 × what they were before over 24 h',
  )
})
