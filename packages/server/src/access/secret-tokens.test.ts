import * as fc from 'fast-check'
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { credentialHasher } from './secret-tokens.ts'

test('P3.3: the hash of a credential is HMAC-SHA-256, whatever the key and the text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.string({ unit: 'binary' }), (key, text) => {
      const expected = createHmac('sha256', key).update(text).digest()
      expect(Buffer.from(credentialHasher(key)(text)).equals(expected)).toBe(true)
    }),
  )
  expect(() => credentialHasher(new Uint8Array(65))).toThrow(RangeError)
})
