import { encodeHex } from './hex.ts'

/** Prime of the field of edwards25519. Source: RFC 8032 §5.1. */
const fieldPrime = 2n ** 255n - 19n
/** Order of the base point. Source: RFC 8032 §5.1. */
const groupOrder = 2n ** 252n + 27742317777372353535851937790883648493n
const signBit = 2n ** 255n

// The y of each of the eight points whose order divides the cofactor; x and -x share one.
const smallOrderY: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  fieldPrime - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
])

/**
 * Whether 32 bytes are the one encoding of a point that isn't of small order. With a key of small order anybody can sign:
 * it fits signatures that nobody made. Libraries differ on such points, so they never get to see one.
 */
export function isSoundPoint(encoded: Uint8Array): boolean {
  const y = littleEndian(encoded) % signBit
  return encoded.length === 32 && y < fieldPrime && !smallOrderY.has(y)
}

/** Whether 64 bytes are an Ed25519 signature in its one spelling: a sound point R, and S below the group's order (RFC 8032 §5.1.7). */
export function isSoundSignature(signature: Uint8Array): boolean {
  if (signature.length !== 64) return false
  return isSoundPoint(signature.subarray(0, 32)) && littleEndian(signature.subarray(32)) < groupOrder
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x0${encodeHex(bytes.toReversed())}`)
}
