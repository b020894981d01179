import { createHash, type Hash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caseSetOf, resultsDigestOf } from './case-set.ts'
import { caseTable, type EvaluationCase } from './case-table.ts'

const sha256 = (): Hash => createHash('sha256')
const setOf = (ids: readonly string[]) => caseSetOf(tableOf(ids), sha256)

function tableOf(ids: readonly string[]) {
  const entries = ids.map((caseId, at): EvaluationCase => ({ caseId, outcome: 'completed', values: [at] }))
  return caseTable(entries, 1)
}

const caseIds = fc.array(fc.stringMatching(/^[a-z0-9-]{1,12}$/), { minLength: 1, maxLength: 200 })

describe('a set of cases', () => {
  test('P6.4: is the same in whatever order its cases come, and however often', () => {
    fc.assert(
      fc.property(
        caseIds.chain((ids) => fc.tuple(fc.constant(ids), fc.shuffledSubarray(ids, { minLength: ids.length }))),
        ([ids, shuffled]) => {
          expect(setOf([...shuffled, ...ids])).toEqual(setOf(ids))
        },
      ),
    )
  })

  test('P6.4: is another with another case, or one that is spelled otherwise', () => {
    fc.assert(
      fc.property(caseIds, caseIds, (a, b) => {
        const isSame = [...new Set(a)].toSorted().join() === [...new Set(b)].toSorted().join()
        expect(setOf(a).digest === setOf(b).digest).toBe(isSame)
      }),
    )
    expect(setOf(['ab', 'c']).digest).not.toBe(setOf(['a', 'bc']).digest)
  })

  test('P6.4: shares hashes with one that has half of its cases, and none with one that has none', () => {
    const of = (from: number, to: number) => setOf(Array.from({ length: to - from }, (_, at) => `case-${from + at}`))
    const shared = (a: readonly number[], b: readonly number[]) => a.filter((it) => b.includes(it)).length
    for (const size of [2, 40, 1000, 20_000]) {
      const whole = of(0, size)
      expect(shared(whole.sample, of(0, size / 2).sample)).toBeGreaterThan(0)
      expect(shared(whole.sample, of(size, size * 2).sample)).toBe(0)
      expect(whole.sample).toEqual([...whole.sample].toSorted((a, b) => a - b))
      expect(whole.sample.length).toBe(Math.min(size, 32))
    }
  })

  test('takes ids that are longer than what is digested at once', () => {
    const long = 'x'.repeat(70_000)
    expect(setOf([long, 'a']).digest).toBe(setOf(['a', long]).digest)
    expect(setOf([long]).digest).not.toBe(setOf([`${long}x`]).digest)
  })
})

test('P6.4: results are the same whatever the metrics are called and in whatever order rows and metrics come', () => {
  const row = fc.record({ caseId: fc.stringMatching(/^[a-z]{1,4}$/), a: fc.double({ noNaN: true }), b: fc.integer() })
  const rows = fc.uniqueArray(row, { selector: ({ caseId }) => caseId, minLength: 1 })
  const digest = (cases: readonly { caseId: string; values: readonly number[] }[]) =>
    resultsDigestOf(
      caseTable(
        cases.map((it) => ({ outcome: 'completed', ...it })),
        2,
      ),
      sha256,
    )
  fc.assert(
    fc.property(rows, (cases) => {
      const told = digest(cases.map(({ caseId, a, b }) => ({ caseId, values: [a, b] })))
      expect(digest(cases.toReversed().map(({ caseId, a, b }) => ({ caseId, values: [b, a] })))).toBe(told)
      expect(digest(cases.map(({ caseId, a, b }) => ({ caseId, values: [a, b + 1] })))).not.toBe(told)
    }),
  )
})
