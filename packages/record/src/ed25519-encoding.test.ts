import { describe, expect, it } from 'vitest'
import { createExampleKey } from '../testing/example-record.ts'
import { beyondTheField, smallOrderEncodings, uncheckedKey, uncheckedVkey } from '../testing/unsound-keys.ts'
import { encodeBase64 } from './base64.ts'
import { importEd25519, importPublicKey, rawEd25519, signWith, verifySignature } from './crypto.ts'
import { isSoundPoint, isSoundSignature } from './ed25519-encoding.ts'
import { encodeHex } from './hex.ts'
import { parseVkey } from './signed-note.ts'

const p = 2n ** 255n - 19n
const mod = (value: bigint): bigint => ((value % p) + p) % p
const d = mod(-121665n * power(121666n, p - 2n))

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, mod(base)]
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = mod(result * square)
    square = mod(square * square)
  }
  return result
}

type Point = readonly [x: bigint, y: bigint]

// Source: RFC 8032 §5.1.4, without projective coordinates.
function add([x1, y1]: Point, [x2, y2]: Point): Point {
  const twist = mod(d * mod(x1 * x2) * mod(y1 * y2))
  return [mod((x1 * y2 + x2 * y1) * power(1n + twist, p - 2n)), mod((y1 * y2 + x1 * x2) * power(1n - twist, p - 2n))]
}

// Source: RFC 8032 §5.1.3.
function pointAt(y: bigint): Point {
  const x2 = mod((y * y - 1n) * power(d * y * y + 1n, p - 2n))
  const x = power(x2, (p + 3n) / 8n)
  return [mod(x * x) === x2 ? x : mod(x * power(2n, (p - 1n) / 4n)), y]
}

const yOf = (encoded: Uint8Array): bigint => BigInt(`0x${encodeHex(encoded.toReversed())}`) % 2n ** 255n

describe('encodings of Ed25519', () => {
  it('are of small order where three doublings end at the identity: 14 of 8 points', () => {
    const points = smallOrderEncodings.map((encoded) => pointAt(mod(yOf(encoded))))
    for (const point of points) {
      const twice = add(point, point)
      const fourTimes = add(twice, twice)
      expect(add(fourTimes, fourTimes)).toEqual([0n, 1n])
    }
    expect(new Set(smallOrderEncodings.map(encodeHex)).size).toBe(14)
    // Each y is of one point or of two: 0 1 2 | 0 | 1 4 of them are eight.
    expect(new Set(points.flatMap(([x, y]) => [`${x} ${y}`, `${mod(-x)} ${y}`])).size).toBe(8)
  })

  it('P4.5: with which anybody can sign are no key, in any encoding', () => {
    const refused = expect.objectContaining({ code: 'bad_key' })
    for (const raw of [...smallOrderEncodings, ...beyondTheField]) {
      expect(isSoundPoint(raw)).toBe(false)
      expect(() => importEd25519(raw)).toThrow(refused)
      expect(() => importPublicKey(uncheckedKey(raw).pem)).toThrow(refused)
      expect(() => importPublicKey(uncheckedKey(raw).publicKey.spki)).toThrow(refused)
      for (const type of [1, 4] as const) expect(() => parseVkey(uncheckedVkey('name', raw, type))).toThrow(refused)
    }
  })

  it('P4.5: of what keys sign are sound, but for R of small order or beyond the field, and S from the order of the group', () => {
    const { privateKey, publicKey } = createExampleKey()
    const message = new Uint8Array(9)
    const signature = signWith(privateKey, message)
    expect(isSoundPoint(rawEd25519(publicKey))).toBe(true)
    expect(isSoundSignature(signature)).toBe(true)
    expect(verifySignature(publicKey, message, signature)).toBe(true)
    for (const point of [...smallOrderEncodings, ...beyondTheField])
      expect(isSoundSignature(Uint8Array.of(...point, ...signature.subarray(32)))).toBe(false)
    const order = Buffer.from('1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed', 'hex').toReversed()
    expect(isSoundSignature(Uint8Array.of(...signature.subarray(0, 32), ...order))).toBe(false)
    order[0] = 0xec
    expect(isSoundSignature(Uint8Array.of(...signature.subarray(0, 32), ...order))).toBe(true)
    expect(isSoundSignature(signature.subarray(1))).toBe(false)
  })

  it('are one for each P-256 key: a compressed point is another keyid, and none', () => {
    const { spki } = createExampleKey('p256').publicKey
    const compressed = Uint8Array.of(
      ...Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
      2 + ((spki.at(-1) ?? 0) & 1),
      ...spki.subarray(27, 59),
    )
    expect(importPublicKey(spki).algorithm).toBe('p256')
    expect(() => importPublicKey(compressed)).toThrow('the public key is not in its one encoding')
    const pem = `-----BEGIN PUBLIC KEY-----\n${encodeBase64(compressed)}\n-----END PUBLIC KEY-----\n`
    expect(() => importPublicKey(pem)).toThrow('the public key is not in its one encoding')
  })
})
