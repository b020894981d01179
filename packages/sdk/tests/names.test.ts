import { modelName, name } from '@afterai/contract'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isModelName, isName } from '../src/names.ts'

test('names, and those of models, have the form that the server asks for', () => {
  const part = fc.constantFrom(...'aZ09._:@/-~+#()[]\\ =,é\n'.split(''), '$', 'a'.repeat(127), 'b'.repeat(128))
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.join('')
      expect(isName(text)).toBe(name.safeParse(text).success)
      expect(isModelName(text)).toBe(modelName.safeParse(text).success)
    }),
    { numRuns: 2000 },
  )
})
