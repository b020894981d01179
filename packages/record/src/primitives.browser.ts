/**
 * Cryptographic primitives for browsers: all that verifying needs, over noble. The twin of `primitives.node.ts`, in whose place the
 * condition `browser` puts it. WebCrypto would make each verification asynchronous, and doesn't say which equation its Ed25519 uses.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as nobleSha256, sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, equalBytes } from './bytes.ts'
import { encodeHex } from './hex.ts'

/** What this platform makes of a public key: its bytes, bare (Ed25519) or as an uncompressed point (P-256). */
export type KeyHandle = Uint8Array

/** A private key, of which a browser has none. */
export type PrivateKey = never

/** Size of an SPKI in DER with an Ed25519 key; any other is of P-256. */
const ed25519SpkiBytes = 44

/** SHA-256 of the bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes)
}

/** HMAC-SHA-256 of the bytes. */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return hmac(nobleSha256, key, bytes)
}

/** Whether two secrets of one length are equal: every byte is looked at, whatever was found before. */
export function equalInConstantTime(left: Uint8Array, right: Uint8Array): boolean {
  let differences = 0
  for (const [at, byte] of left.entries()) differences |= byte ^ (right[at] ?? 0)
  return differences === 0
}

/** Makes the handle of a public key from its SPKI in DER. @throws what noble throws where the point is not on P-256 */
export function openPublicKey(spki: Uint8Array): KeyHandle {
  if (spki.length === ed25519SpkiBytes) return spki.subarray(-32)
  const point = spki.subarray(-65)
  p256.Point.fromBytes(point).assertValidity()
  return point
}

/**
 * Whether an Ed25519 signature fits: R is computed without the cofactor, and compared byte by byte, as OpenSSL does.
 * noble's own `verify` multiplies by the cofactor, and so takes signatures that OpenSSL refuses.
 */
export function verifyEd25519(key: KeyHandle, bytes: Uint8Array, signature: Uint8Array): boolean {
  const { Point } = ed25519
  const r = signature.subarray(0, 32)
  const k = littleEndian(sha512(concatBytes(r, key, bytes))) % Point.Fn.ORDER
  try {
    const expected = Point.BASE.multiplyUnsafe(littleEndian(signature.subarray(32))).subtract(
      Point.fromBytes(key).multiplyUnsafe(k),
    )
    return equalBytes(expected.toBytes(), r)
  } catch {
    // The key's y is of no point of the curve, or S is beyond the order of the group.
    return false
  }
}

/** Whether a P-256 signature in DER fits the SHA-256 of the bytes. */
export function verifyP256(key: KeyHandle, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    return p256.verify(signature, bytes, key, { format: 'der', lowS: false, prehash: true })
  } catch {
    // It is too short or too long for DER.
    return false
  }
}

/** Refuses: see {@link PrivateKey}. */
export function publicSpkiOf(_key: PrivateKey): Uint8Array {
  return refuse()
}

/** Refuses: a browser signs nothing. */
export function signWith(_key: PrivateKey, _bytes: Uint8Array): Uint8Array {
  return refuse()
}

/** Refuses: what is random in a record is made where it is sealed. */
export function randomBytes(_length: number): Uint8Array {
  return refuse()
}

/** Refuses: a browser seals nothing. */
export function sealAesGcm(_key: Uint8Array, _plaintext: Uint8Array, _associated: Uint8Array): Uint8Array {
  return refuse()
}

/** Refuses: a browser gets no section's key; what is disclosed comes in the clear, with its salt. */
export function openAesGcm(_key: Uint8Array, _sealed: Uint8Array, _associated: Uint8Array): Uint8Array {
  return refuse()
}

function refuse(): never {
  throw new Error('Records are signed, sealed and opened by the server alone: in a browser they can be verified.')
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${encodeHex(bytes.toReversed())}`)
}
