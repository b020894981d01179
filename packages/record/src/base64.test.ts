import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { decodeHex, encodeHex } from './hex.ts'

it('Base64 and hex bring back every byte', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
      expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes)
      expect(decodeHex(encodeHex(bytes))).toEqual(bytes)
      expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
    }),
    { numRuns: 50 },
  )
})

it.each(['Zg', 'Zg=', 'Zh==', 'Zg==\n', ' Zg==', 'Z g==', 'Zg===', '-_8=', 'é', 'A'])(
  'refuses %j as Base64',
  (text) => {
    expect(() => decodeBase64(text)).toThrow(expect.objectContaining({ code: 'bad_base64' }))
  },
)

it.each(['0', '0G', 'AB', '0x00', ' 00'])('refuses %j as hex', (text) => {
  expect(() => decodeHex(text)).toThrow(expect.objectContaining({ code: 'bad_hex' }))
})
