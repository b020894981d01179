import { expect, test } from 'vitest'
import { casesOf, PASS, runWith, zeroOnes } from '../../testing/runs.ts'
import { assess, withSharedIds } from '../index.ts'
import { encodeCases } from './case-table-bytes.ts'

const before = runWith([PASS], casesOf(zeroOnes(30, 60)))
const after = () => runWith([PASS], casesOf(zeroOnes(20, 60)), 'b')

test('a candidate with the same cases holds the ids of the baseline, and is the same run', () => {
  const shared = withSharedIds(before, after())
  expect(shared.cases.ids).toBe(before.cases.ids)
  expect(encodeCases(shared.cases)).toEqual(encodeCases(after().cases))
  expect(assess(before, shared)).toEqual(assess(before, after()))
})

test('a candidate with other cases, or with one more, stays as it is', () => {
  const renamed = casesOf(zeroOnes(20, 60)).map((entry) => ({ ...entry, caseId: entry.caseId.replace('59', '58') }))
  for (const cases of [renamed, casesOf(zeroOnes(20, 61))]) {
    const candidate = runWith([PASS], cases, 'b')
    expect(withSharedIds(before, candidate)).toBe(candidate)
    expect(candidate.cases.ids.bytes.length).toBeGreaterThan(0)
  }
  expect(withSharedIds(before, before)).toBe(before)
})
