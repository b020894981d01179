import { describe, expect, test } from 'vitest'
import { findEvidence, reasons, requirements } from './asvs.ts'

const evidence = findEvidence()

describe('docs/reference/asvs.md', () => {
  test('knows every requirement that a test names', () => {
    expect(evidence.filter(({ id }) => !Object.hasOwn(requirements, id))).toEqual([])
  })

  test('gives no reason for the want of a test that there is', () => {
    expect(Object.keys(reasons).filter((id) => evidence.some((it) => it.id === id))).toEqual([])
  })

  test.each(['4.2.1', '6.3.1', '15.3.6', '3.4.1', '4.1.3'])('finds the tests of %s', (wanted) => {
    expect(evidence.filter(({ id }) => id === wanted).length).toBeGreaterThan(0)
  })
})
