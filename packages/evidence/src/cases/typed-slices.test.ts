import { expect, test } from 'vitest'
import { rowsOf, sourceOf, testDigest } from '../../testing/fixtures.ts'
import { assess, defaultPlan, importCsv, withTypedSlices, type EvaluationRun } from '../index.ts'

const NAMES = ['Größe XL', 'a slice of five whole words', 'refunds']

function run(slices: readonly string[]): EvaluationRun {
  const rows = Array.from({ length: 60 }, (_, index) => `q-${index},${index % 3 === 0 ? 0 : 1},${slices[index % 3]}`)
  const mapping = {
    caseId: 'id',
    slice: 'part',
    metrics: [{ name: 'pass', column: 'pass', kind: 'binary' as const, direction: 'up' as const }],
  }
  const imported = importCsv(sourceOf(`id,pass,part\n${rows.join('\n')}\n`), { mapping })
  rowsOf(imported)
  if (!imported.ok) throw new Error('it was imported')
  return imported.run
}

const typed = (one: EvaluationRun): EvaluationRun => withTypedSlices(one, NAMES, testDigest)
const missing = (one: EvaluationRun): string[] => {
  const { warnings } = assess(one, one, { ...defaultPlan, criticalSlices: NAMES })
  return warnings.flatMap(({ code, slice }) => (code === 'critical_slice_missing' && slice !== null ? [slice] : []))
}

test('a slice that was digested is met by the name that a person types for it, and bears that name', () => {
  const imported = run(NAMES)
  expect(missing(imported)).toEqual(NAMES.slice(0, 2))
  expect(missing(typed(imported))).toEqual([])
  const found = assess(typed(imported), typed(imported), { ...defaultPlan, criticalSlices: NAMES })
  expect(new Set(found.guardrails.flatMap(({ slice }) => slice ?? []))).toEqual(new Set(NAMES))
})

test('nothing else gets a name: not by another key, nor a slice that nobody typed', () => {
  const imported = run(NAMES)
  expect(withTypedSlices(imported, NAMES, (text) => `hmac-${text.length}`)).toBe(imported)
  expect(withTypedSlices(imported, ['refunds', 'none of them'], testDigest)).toBe(imported)
})
