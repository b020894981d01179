import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAdmission } from './admission.ts'

const limits = { requests: 8, bytes: 800 }

test('P5.3: whatever tenants ask for, the bounds hold, a quarter is left by who takes most, and all is given back', () => {
  const asked = fc.array(fc.record({ tenant: fc.constantFrom('a', 'b', 'c', 'd'), bytes: fc.nat(200) }), {
    maxLength: 60,
  })
  fc.assert(
    fc.property(asked, (requests) => {
      const admission = createAdmission(limits)
      const inside = requests.flatMap(({ tenant, bytes }) => {
        try {
          return [{ tenant, bytes, leave: admission.enter(tenant, bytes) }]
        } catch {
          return []
        }
      })
      const bytesOf = (list: typeof inside) => list.reduce((sum, { bytes }) => sum + bytes, 0)
      expect(inside.length).toBeLessThanOrEqual(limits.requests)
      expect(bytesOf(inside)).toBeLessThanOrEqual(limits.bytes)
      for (const tenant of ['a', 'b', 'c', 'd']) {
        const own = inside.filter((it) => it.tenant === tenant)
        expect(own.length).toBeLessThanOrEqual(limits.requests * 0.75)
        expect(bytesOf(own)).toBeLessThanOrEqual(limits.bytes * 0.75)
      }
      for (const { leave } of inside) {
        leave()
        leave()
      }
      // Empty again, it takes even one request that is larger than the whole.
      expect(() => admission.enter('a', limits.bytes * 2)).not.toThrow()
    }),
  )
})
