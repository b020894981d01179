import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from './canonical-json.ts'
import { digestOf } from './digest.ts'

test('a digest is that of the canonical JSON, whatever order the members came in', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).toReversed())
      expect(digestOf(turned)).toBe(digestOf(value))
      expect(digestOf(value)).toBe(`sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`)
    }),
  )
})

test('what has no JSON form has no digest', () => {
  expect(() => digestOf({ at: undefined })).toThrow('is a undefined')
  expect(() => digestOf(new Date(0))).toThrow('is not a plain object')
})
