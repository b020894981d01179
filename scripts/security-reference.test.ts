import { describe, expect, it } from 'vitest'
import { promises } from './promises.ts'
import { findProofs } from './security-reference.ts'

const proofs = findProofs()
const proved = (id: string): number => proofs.filter((proof) => proof.id === id).length

describe('docs/security.md', () => {
  it.each(promises.filter(({ state }) => state !== 'not built'))('has a test for $id', ({ id }) => {
    expect(proved(id)).toBeGreaterThan(0)
  })

  it.each(promises.filter(({ state }) => state === 'not built'))(
    'has no test for $id, which is not built',
    ({ id }) => {
      expect(proved(id)).toBe(0)
    },
  )

  it('knows every promise that a test names', () => {
    const known = promises.map(({ id }): string => id)
    expect(proofs.filter(({ id }) => !known.includes(id))).toEqual([])
  })
})
