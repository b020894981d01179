import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LATENCY, metricOf, PASS, runWith } from '../testing/runs.ts'
import { assess } from './assess.ts'
import { changedCases } from './changed-cases.ts'
import type { EvaluationCase } from './cases/case-table.ts'
import { defaultPlan } from './plan.ts'

const caseOf = (caseId: string, pass: number | null, slice?: string): EvaluationCase => ({
  caseId,
  ...(slice === undefined ? {} : { slice }),
  outcome: pass === null ? 'error' : 'completed',
  values: [pass],
})
const everything = { from: 0, limit: 1000 }

test('are told by id, with their slice and both values; errors count as the assessment counts them', () => {
  const before = runWith([PASS], [caseOf('c', 1, 'refunds'), caseOf('a', 1), caseOf('b', 0), caseOf('only', 1)])
  const after = runWith([PASS], [caseOf('a', null), caseOf('b', 1), caseOf('c', 0, 'refunds')], 'b')
  expect(changedCases(before, after, defaultPlan, { metric: 'pass', change: 'lost', ...everything })).toEqual({
    items: [
      { caseId: 'a', slice: null, baseline: 1, candidate: 0 },
      { caseId: 'c', slice: 'refunds', baseline: 1, candidate: 0 },
    ],
    total: 2,
    next: null,
  })
  const gained = { metric: 'pass', change: 'gained', slice: 'refunds', ...everything } as const
  expect(changedCases(before, after, defaultPlan, gained)).toEqual({ items: [], total: 0, next: null })
  expect(changedCases(before, after, defaultPlan, { ...gained, slice: 'no such' })?.total).toBe(0)
})

test('nothing is answered of a metric that only one side has', () => {
  const query = { metric: 'latency_s', change: 'lost', ...everything } as const
  const before = runWith([PASS], [caseOf('a', 1)])
  expect(changedCases(before, runWith([LATENCY], [caseOf('a', 1)], 'b'), defaultPlan, query)).toBeUndefined()
})

const cases = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 6 }),
    before: fc.constantFrom(0, 1, null),
    after: fc.constantFrom(0, 1, null),
    slice: fc.constantFrom('x', 'y', undefined),
  }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 60 },
)

test('Property: as many as the assessment counts, and page by page the same as at once', () => {
  fc.assert(
    fc.property(cases, fc.integer({ min: 1, max: 9 }), (rows, limit) => {
      const before = runWith(
        [PASS],
        rows.map(({ id, before: value, slice }) => caseOf(id, value, slice)),
      )
      const after = runWith(
        [PASS],
        rows.map(({ id, after: value, slice }) => caseOf(id, value, slice)),
        'b',
      )
      const counted = metricOf(assess(before, after), 'pass')
      for (const change of ['lost', 'gained'] as const) {
        const whole = changedCases(before, after, defaultPlan, { metric: 'pass', change, ...everything })
        expect(whole?.total).toBe(counted[change] ?? 0)
        const paged: unknown[] = []
        for (let from: number | null = 0; from !== null;) {
          const part = changedCases(before, after, defaultPlan, { metric: 'pass', change, from, limit })
          paged.push(...(part?.items ?? []))
          from = part?.next ?? null
        }
        expect(paged).toEqual(whole?.items)
      }
    }),
  )
})
