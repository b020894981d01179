import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createAccountBox } from './secret-box.ts'

const box = createAccountBox(randomBytes(32))
const secret = Buffer.from('a secret of an account')

test('P3.3, ASVS 11.3.4: the same secret is never sealed under the same nonce twice', () => {
  const nonces = Array.from({ length: 5_000 }, () =>
    Buffer.from(box.seal(secret, 'account/1').subarray(1, 13)).toString('hex'),
  )
  expect(new Set(nonces).size).toBe(nonces.length)
})

test('P3.3: a secret opens for what it belongs to, under its key, and unaltered, and not otherwise', () => {
  const sealed = box.seal(secret, 'account/1')
  expect(Buffer.from(box.open(sealed, 'account/1'))).toEqual(secret)
  expect(() => box.open(sealed, 'account/2')).toThrow('authenticate')
  expect(() => createAccountBox(randomBytes(32)).open(sealed, 'account/1')).toThrow('authenticate')
  for (let at = 1; at < sealed.length; at += 1) {
    const altered = Uint8Array.from(sealed)
    altered[at] = (altered[at] ?? 0) ^ 1
    expect(() => box.open(altered, 'account/1'), `byte ${at}`).toThrow('authenticate')
  }
  expect(() => box.open(sealed.subarray(0, 20), 'account/1')).toThrow('unknown form')
})
