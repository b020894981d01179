import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { sha512 } from '@noble/hashes/sha2.js'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadBrowserBuild } from '../testing/browser-build.ts'
import { beyondTheField, smallOrderEncodings } from '../testing/unsound-keys.ts'
import * as node from './index.ts'
import * as ofBrowsers from './primitives.browser.ts'
import * as ofNode from './primitives.node.ts'

type Build = typeof node

let twin: Build
beforeAll(async () => {
  twin = await loadBrowserBuild()
})

const hex = (text: string): Uint8Array => node.decodeHex(text.toLowerCase().replaceAll(/\s/g, ''))
const littleEndian = (value: bigint): Uint8Array => hex(value.toString(16).padStart(64, '0')).toReversed()
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${node.encodeHex(bytes.toReversed())}`)
const ed25519Spki = (raw: Uint8Array): Uint8Array => node.concatBytes(hex('302a300506032b6570032100'), raw)
const p256Spki = (point: Uint8Array): Uint8Array =>
  node.concatBytes(hex('3059301306072a8648ce3d020106082a8648ce3d030107034200'), point)

/** What a build makes of a key and a signature: whether it fits, or the code of the refusal. */
function answerOf(build: Build, spki: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean | string {
  try {
    return build.verifySignature(build.importPublicKey(spki), bytes, signature)
  } catch (error) {
    return String(Object(error).code)
  }
}

// The answer that both give; a difference ends the test.
function bothSay(spki: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean | string {
  const [first, second] = [answerOf(node, spki, bytes, signature), answerOf(twin, spki, bytes, signature)]
  expect(second).toBe(first)
  return first
}

describe('published vectors', () => {
  it('of SHA-256 (FIPS 180-4) and HMAC (RFC 4231 §4.3) hold in both', () => {
    const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    const mac = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
    for (const build of [node, twin]) {
      expect(node.encodeHex(build.sha256(node.utf8('abc')))).toBe(digest)
      const answer = build.hmacSha256(node.utf8('Jefe'), node.utf8('what do ya want for nothing?'))
      expect(node.encodeHex(answer)).toBe(mac)
    }
  })

  // Source: RFC 8032 §7.1.
  it.each([
    [
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      '72',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ],
  ])('of Ed25519 hold in both (key %s)', (key, message, signature) => {
    expect(bothSay(ed25519Spki(hex(key)), hex(message), hex(signature))).toBe(true)
    expect(bothSay(ed25519Spki(hex(key)), hex(`${message}00`), hex(signature))).toBe(false)
  })

  it('of P-256 (RFC 6979 §A.2.5) hold in both, and so does the other S', () => {
    const point = hex(
      '04 60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6 7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299',
    )
    const r = BigInt('0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716')
    const s = BigInt('0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8')
    for (const other of [s, p256.Point.Fn.ORDER - s]) {
      const der = new p256.Signature(r, other).toBytes('der')
      expect(bothSay(p256Spki(point), node.utf8('sample'), der)).toBe(true)
      expect(bothSay(p256Spki(point), node.utf8('test'), der)).toBe(false)
    }
  })
})

describe('the primitives of Node and of browsers', () => {
  it('have the same names', () => {
    expect(Object.keys(ofBrowsers).toSorted()).toEqual(Object.keys(ofNode).toSorted())
  })

  it('digest alike, whatever the bytes and the key', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 200 }), (key, bytes) => {
        expect(twin.sha256(bytes)).toEqual(node.sha256(bytes))
        expect(twin.hmacSha256(key, bytes)).toEqual(node.hmacSha256(key, bytes))
        expect(twin.equalSecrets(key, bytes)).toBe(node.equalSecrets(key, bytes))
        expect(twin.equalSecrets(key, key.slice())).toBe(true)
      }),
    )
  })

  it('P4.5: answer alike to Ed25519 signatures of which any byte was changed, and to random ones', () => {
    const { privateKey, publicKey } = pairOf('ed25519')
    const change = fc.tuple(fc.nat(63), fc.integer({ min: 0, max: 255 }))
    const random = fc.uint8Array({ minLength: 0, maxLength: 80 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), change, random, (message, [at, difference], bytes) => {
        const signature = node.signWith(privateKey, message)
        const changed = signature.map((byte, position) => (position === at ? byte ^ difference : byte))
        expect(bothSay(publicKey.spki, message, changed)).toBe(difference === 0)
        expect(bothSay(publicKey.spki, message, bytes)).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  it('P4.5: answer alike to any 32 bytes as a key, and to every key and R of small order or beyond the field', () => {
    const { privateKey, publicKey } = pairOf('ed25519')
    const message = node.utf8('any')
    const signature = node.signWith(privateKey, message)
    const identityR = node.concatBytes(littleEndian(1n), new Uint8Array(32))
    for (const encoded of [...smallOrderEncodings, ...beyondTheField]) {
      expect(bothSay(ed25519Spki(encoded), message, identityR)).toBe('bad_key')
      expect(bothSay(publicKey.spki, message, node.concatBytes(encoded, signature.subarray(32)))).toBe(false)
    }
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (raw) => {
        expect(bothSay(ed25519Spki(raw), message, signature)).not.toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('P4.5: answer alike to S from the order of the group on', () => {
    const { privateKey, publicKey } = pairOf('ed25519')
    const signature = node.signWith(privateKey, node.utf8('any'))
    const s = numberOf(signature.subarray(32))
    for (const times of [0n, 1n, 2n, 7n]) {
      const respelt = node.concatBytes(signature.subarray(0, 32), littleEndian(s + times * ed25519.Point.Fn.ORDER))
      expect(bothSay(publicKey.spki, node.utf8('any'), respelt)).toBe(times === 0n)
    }
  })

  it('P4.5: take no signature that fits only with the cofactor, though libraries do, and agree on keys with a part of small order', () => {
    const torsion = ed25519.Point.fromBytes(smallOrderEncodings.at(-1) ?? new Uint8Array())
    const answers = { withR: new Set<unknown>(), withKey: new Set<unknown>(), byLibrary: new Set<unknown>() }
    for (let run = 0; run < 40; run++) {
      const message = Uint8Array.of(run)
      const pure = forgeWith(message, torsion, 0)
      answers.withR.add(bothSay(ed25519Spki(pure.key), message, pure.signature))
      answers.byLibrary.add(ed25519.verify(pure.signature, message, pure.key, { zip215: false }))
      const mixed = forgeWith(message, torsion, 1)
      answers.withKey.add(bothSay(ed25519Spki(mixed.key), message, mixed.signature))
    }
    expect(answers.byLibrary).toEqual(new Set([true]))
    expect(answers.withR).toEqual(new Set([false]))
    // The part of small order goes when the challenge is a multiple of 8: one time in eight.
    expect(answers.withKey).toEqual(new Set([false, true]))
  })

  it('P4.5: answer alike to P-256 signatures in every form of DER, and to random ones', () => {
    const { privateKey, publicKey } = pairOf('p256')
    const order = p256.Point.Fn.ORDER
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.nat(71),
        fc.uint8Array({ maxLength: 75 }),
        (message, at, some) => {
          const der = node.signWith(privateKey, message)
          const { r, s } = p256.Signature.fromBytes(der, 'der')
          const spellings = [
            der,
            derOf(r, s),
            derOf(r, order - s),
            derOf(r, s, 1),
            derOf(r, s + order),
            derOf(r + order, s),
          ]
          const forms = [...spellings, derOf(0n, s), derOf(r, 0n), derOf(s, r), node.concatBytes(der, Uint8Array.of(0))]
          const longForm = node.concatBytes(Uint8Array.of(0x30, 0x81), der.subarray(1))
          const compact = new p256.Signature(r, s).toBytes('compact')
          const flipped = der.map((byte, position) => (position === at % der.length ? byte ^ 1 : byte))
          const answers = [...forms, longForm, compact, flipped, some, der.subarray(1)].map((it) =>
            bothSay(publicKey.spki, message, it),
          )
          expect(answers.slice(0, 3)).toEqual([true, true, true])
          expect(answers.slice(3)).not.toContain(true)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('P4.5: answer alike to points beside P-256, beyond its field, compressed, or of another curve', () => {
    const { privateKey, publicKey } = pairOf('p256')
    const signature = node.signWith(privateKey, node.utf8('any'))
    const point = publicKey.spki.subarray(-65)
    const prime = p256.Point.Fp.ORDER
    const small = [...Array(200).keys()].map((x) => BigInt(x)).find(isOnP256)
    const over = node.concatBytes(bigEndian((small ?? 0n) + prime), bigEndian(yOnP256(small ?? 0n)))
    const points = [
      node.concatBytes(point.subarray(0, 64), Uint8Array.of((point[64] ?? 0) ^ 1)),
      node.concatBytes(Uint8Array.of(4), over),
      node.concatBytes(Uint8Array.of(6), point.subarray(1)),
      new Uint8Array(65),
      node.concatBytes(Uint8Array.of(4), new Uint8Array(64)),
      p256.Point.fromBytes(point).toBytes(true),
    ]
    for (const it of points) expect(bothSay(p256Spki(it), node.utf8('any'), signature)).toBe('bad_key')
    expect(small).toBeDefined()
    const others = [generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), generateKeyPairSync('x25519')]
    for (const { publicKey: other } of others)
      expect(bothSay(other.export({ type: 'spki', format: 'der' }), node.utf8('any'), signature)).toBe('bad_key')
  })

  it('P4.5: read the same keys from PEM: blocks with lines of any length, and nothing else', () => {
    const [one, two] = [pairOf('ed25519').publicKey, pairOf('p256').publicKey]
    const pem = node.encodePem(one.spki)
    const texts = [
      pem,
      pem.replaceAll('\n', '\r\n'),
      `Subject: nobody\n${pem}and more`,
      `${pem}${node.encodePem(two.spki)}`,
      pem.replace('=', ''),
      pem.replace('MC', 'M\u00e9'),
      pem.replace('-----END', '----END'),
      pem.replaceAll('PUBLIC', 'PRIVATE'),
      createPrivateKey(pairOf('p256').privateKey.export({ type: 'pkcs8', format: 'pem' }))
        .export({ type: 'pkcs8', format: 'pem' })
        .toString(),
      '',
    ]
    const read = (build: Build): unknown[] =>
      texts.map((text) => {
        try {
          return build.importPublicKeys(text).map(({ keyid }) => keyid)
        } catch (error) {
          return Object(error).code
        }
      })
    const found = [[one.keyid], [one.keyid], [one.keyid], [one.keyid, two.keyid]]
    expect(read(node)).toEqual([...found, ...Array(6).fill('bad_key')])
    expect(read(twin)).toEqual(read(node))
  })
})

function pairOf(algorithm: node.KeyAlgorithm): { privateKey: node.PrivateKey; publicKey: node.PublicKey } {
  const { privateKey } =
    algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { privateKey, publicKey: node.publicKeyOf(privateKey) }
}

/** A signature that holds up to the cofactor: a point of small order is added to R (0) or to the key (1). */
function forgeWith(message: Uint8Array, torsion: InstanceType<typeof ed25519.Point>, to: 0 | 1) {
  const { scalar, point } = ed25519.utils.getExtendedPublicKey(ed25519.utils.randomSecretKey())
  const nonce = 1n + numberOf(node.randomBytes(31))
  const commitment = ed25519.Point.BASE.multiply(nonce)
  const r = (to === 0 ? commitment.add(torsion) : commitment).toBytes()
  const key = (to === 1 ? point.add(torsion) : point).toBytes()
  const order = ed25519.Point.Fn.ORDER
  const challenge = numberOf(sha512(node.concatBytes(r, key, message))) % order
  return { key, signature: node.concatBytes(r, littleEndian((nonce + challenge * scalar) % order)) }
}

function bigEndian(value: bigint): Uint8Array {
  return hex(value.toString(16).padStart(64, '0'))
}

function yOnP256(x: bigint): bigint {
  const { Fp } = p256.Point
  const { a, b } = p256.Point.CURVE()
  return Fp.sqrt(Fp.create(x ** 3n + a * x + b))
}

function isOnP256(x: bigint): boolean {
  try {
    return yOnP256(x) >= 0n
  } catch {
    return false
  }
}

// A sequence of two integers; `zeros` of them are put before each number, which DER doesn't allow.
function derOf(r: bigint, s: bigint, zeros = 0): Uint8Array {
  const integer = (value: bigint): Uint8Array => {
    const digits = value.toString(16)
    const bytes = hex(digits.padStart(digits.length + (digits.length % 2), '0'))
    const sign = (bytes[0] ?? 0) >= 0x80 ? 1 : 0
    const body = node.concatBytes(new Uint8Array(sign + zeros), bytes)
    return node.concatBytes(Uint8Array.of(2, body.length), body)
  }
  const both = node.concatBytes(integer(r), integer(s))
  return node.concatBytes(Uint8Array.of(0x30, both.length), both)
}
