import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseTable, casesOf, distinctCases, errorCount, type EvaluationCase } from './case-table.ts'
import { decodeCases, encodeCases } from './case-table-bytes.ts'

const numberOrNull: fc.Arbitrary<number | null> = fc.option(fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, 1)))

const entry: fc.Arbitrary<EvaluationCase> = fc.record({
  caseId: fc.oneof(
    fc.string({ minLength: 1, maxLength: 6, unit: 'binary' }),
    fc.constantFrom('1', '01', 'é', 'z', '🙂'),
  ),
  cluster: fc.option(fc.constantFrom('a1', 'b2', 'ü3'), { nil: undefined }),
  slice: fc.option(fc.constantFrom('north', 'south'), { nil: undefined }),
  outcome: fc.constantFrom('completed' as const, 'error' as const),
  values: fc.tuple(numberOrNull, numberOrNull),
})

/** As a table gives it back: without what isn't there. */
function plain({ cluster, slice, ...rest }: EvaluationCase): EvaluationCase {
  return { ...rest, ...(cluster === undefined ? {} : { cluster }), ...(slice === undefined ? {} : { slice }) }
}

function asSet(cases: Iterable<EvaluationCase>): string[] {
  return [...cases]
    .map((it) => JSON.stringify([it.caseId, it.cluster, it.slice, it.outcome, it.values.map(String)]))
    .toSorted()
}

test('a table gives back the cases that it was made of, sorted by the bytes of their ids', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 30 }), (cases) => {
      const table = caseTable(cases, 2)
      const ids = [...casesOf(table)].map(({ caseId }) => Buffer.from(caseId))
      expect(ids).toEqual(ids.toSorted(Buffer.compare))
      expect(asSet(casesOf(table))).toEqual(asSet(cases.map(plain)))
      expect(distinctCases(table)).toBe(new Set(cases.map(({ caseId }) => caseId)).size)
      expect(errorCount(table)).toBe(cases.filter(({ outcome }) => outcome === 'error').length)
    }),
    { numRuns: 300, seed: 1 },
  )
})

test('the bytes of a table are those of its cases, whatever order they came in, and give the table back', () => {
  const unique = fc.uniqueArray(entry, { selector: ({ caseId }) => caseId, maxLength: 20 })
  fc.assert(
    fc.property(unique, (cases) => {
      const table = caseTable(cases, 2)
      const bytes = encodeCases(table)
      expect(decodeCases(bytes)).toEqual(table)
      expect(encodeCases(caseTable(cases.toReversed(), 2))).toEqual(bytes)
    }),
    { numRuns: 300, seed: 2 },
  )
})

test('repeats of a case come in the order of what they measured, whatever order they came in', () => {
  const repeats = [
    [1, null],
    [0, null],
    [null, 1],
    [0, 1],
  ].map(([first = null, second = null]): EvaluationCase => ({
    caseId: 'case-1',
    outcome: 'completed',
    values: [first, second],
  }))
  const sorted = encodeCases(caseTable(repeats, 2))
  expect(encodeCases(caseTable(repeats.toReversed(), 2))).toEqual(sorted)
})

test('bytes that are cut off, longer, or of another kind are refused', () => {
  const bytes = encodeCases(caseTable([{ caseId: 'a1', cluster: 'c1', outcome: 'completed', values: [1] }], 1))
  for (let length = 0; length < bytes.length; length += 1)
    expect(() => decodeCases(bytes.subarray(0, length))).toThrow(/cut off|JSON|not a table|add up/)
  expect(() => decodeCases(Uint8Array.of(...bytes, 0))).toThrow('another length')
  expect(() => decodeCases(new TextEncoder().encode('\u0009\0\0\0{"version":2}'))).toThrow(/JSON|version 1/)
})
