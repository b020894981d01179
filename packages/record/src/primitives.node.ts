/** Cryptographic primitives over `node:crypto`; `primitives.browser.ts` is their twin. */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  hash,
  randomBytes as nodeRandomBytes,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { concatBytes } from './bytes.ts'

/** What this platform makes of a public key, to verify with. */
export type KeyHandle = KeyObject

/** A private key as its holder keeps it. */
export type PrivateKey = KeyObject

const gcmNonceBytes = 12
const gcmTagBytes = 16

/** SHA-256 of the bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return plain(hash('sha256', bytes, 'buffer'))
}

/** HMAC-SHA-256 of the bytes. */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return plain(createHmac('sha256', key).update(bytes).digest())
}

/** Whether two secrets of one length are equal, in constant time. */
export function equalInConstantTime(left: Uint8Array, right: Uint8Array): boolean {
  return timingSafeEqual(left, right)
}

/** Makes the handle of a public key from its SPKI in DER. @throws what the platform throws where the bytes are no key */
export function openPublicKey(spki: Uint8Array): KeyHandle {
  // Node takes DER from a Buffer alone; this one is over the same memory.
  return createPublicKey({ key: Buffer.from(spki.buffer, spki.byteOffset, spki.length), format: 'der', type: 'spki' })
}

/** Whether an Ed25519 signature fits: R is computed without the cofactor, and compared byte by byte. */
export function verifyEd25519(key: KeyHandle, bytes: Uint8Array, signature: Uint8Array): boolean {
  return verify(null, bytes, key, signature)
}

/** Whether a P-256 signature in DER fits the SHA-256 of the bytes. */
export function verifyP256(key: KeyHandle, bytes: Uint8Array, signature: Uint8Array): boolean {
  return verify('sha256', bytes, { key, dsaEncoding: 'der' }, signature)
}

/** SPKI in DER of a private key's public half. */
export function publicSpkiOf(key: PrivateKey): Uint8Array {
  return plain(createPublicKey(key).export({ format: 'der', type: 'spki' }))
}

/** Signs with an Ed25519 key, or with a P-256 key (SHA-256, DER). */
export function signWith(key: PrivateKey, bytes: Uint8Array): Uint8Array {
  return plain(sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', bytes, key))
}

/** Bytes from the system's random generator. */
export function randomBytes(length: number): Uint8Array {
  return plain(nodeRandomBytes(length))
}

/** AES-256-GCM with a fresh nonce; the answer is nonce, ciphertext and tag, one after the other. */
export function sealAesGcm(key: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Uint8Array {
  const nonce = nodeRandomBytes(gcmNonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated)
  return concatBytes(nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag())
}

/** Opens what {@link sealAesGcm} made. @throws what the platform throws where it doesn't open */
export function openAesGcm(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array {
  if (sealed.length < gcmNonceBytes + gcmTagBytes) throw new RangeError('the ciphertext is cut')
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, gcmNonceBytes), {
    authTagLength: gcmTagBytes,
  })
  decipher.setAAD(associated).setAuthTag(sealed.subarray(sealed.length - gcmTagBytes))
  const body = sealed.subarray(gcmNonceBytes, sealed.length - gcmTagBytes)
  return concatBytes(decipher.update(body), decipher.final())
}

// The same memory without Node's subclass, so that callers see one kind of bytes everywhere.
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
