/**
 * Every cryptographic primitive of this package, over `node:crypto`.
 * The other modules import primitives from here alone, so that a browser build can map this one file to a twin.
 */
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
import { concatBytes, equalBytes } from './bytes.ts'
import { isSoundPoint, isSoundSignature } from './ed25519-encoding.ts'
import { decodeHex, encodeHex } from './hex.ts'
import { RecordError } from './record-error.ts'

/** Signature algorithms of records: Ed25519 (RFC 8032), or ECDSA over P-256 with SHA-256 and a DER signature. */
export type KeyAlgorithm = 'ed25519' | 'p256'

/** A public key ready for use; `keyid` is the hex SHA-256 of `spki`. */
export interface PublicKey {
  readonly algorithm: KeyAlgorithm
  readonly spki: Uint8Array
  readonly keyid: string
  readonly handle: KeyObject
}

/** A private key as its holder keeps it; only {@link signWith} looks inside. */
export type PrivateKey = KeyObject

const gcmNonceBytes = 12
const gcmTagBytes = 16
const ed25519SpkiPrefix = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00)
// Up to the mark of an uncompressed point (RFC 5480 §2): a key has one SPKI, so it has one keyid.
const p256SpkiPrefix = decodeHex('3059301306072a8648ce3d020106082a8648ce3d03010703420004')

/** SHA-256 of the bytes, 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return plain(hash('sha256', bytes, 'buffer'))
}

/** HMAC-SHA-256 of the bytes, 32 bytes. */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return plain(createHmac('sha256', key).update(bytes).digest())
}

/** Bytes from the system's random generator. */
export function randomBytes(length: number): Uint8Array {
  return plain(nodeRandomBytes(length))
}

/** Whether two secrets are equal, in constant time for equal lengths. */
export function equalSecrets(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right)
}

/**
 * Reads a public key from SPKI, as PEM text or DER bytes.
 * @throws RecordError `bad_key` when it is not an Ed25519 or P-256 key in its one encoding, or one with which anybody can sign
 */
export function importPublicKey(spki: string | Uint8Array): PublicKey {
  const handle = readSpki(spki)
  const algorithm = algorithmOf(handle)
  const der = plain(handle.export({ format: 'der', type: 'spki' }))
  refuseUnsoundKey(algorithm, der)
  return { algorithm, spki: der, keyid: encodeHex(sha256(der)), handle }
}

/**
 * Reads a bare 32-byte Ed25519 public key (RFC 8032 §5.1.5).
 * @throws RecordError `bad_key`
 */
export function importEd25519(raw: Uint8Array): PublicKey {
  if (raw.length !== 32) throw new RecordError('bad_key', 'an Ed25519 public key has 32 bytes')
  return importPublicKey(concatBytes(ed25519SpkiPrefix, raw))
}

/** The bare 32 bytes of an Ed25519 public key. */
export function rawEd25519(key: PublicKey): Uint8Array {
  if (key.algorithm !== 'ed25519') throw new RecordError('bad_key', 'the key is not an Ed25519 key')
  return key.spki.subarray(ed25519SpkiPrefix.length)
}

/** The public half of a private key. */
export function publicKeyOf(key: PrivateKey): PublicKey {
  return importPublicKey(createPublicKey(key).export({ format: 'der', type: 'spki' }))
}

/** Signs with an Ed25519 key, or with a P-256 key (SHA-256, DER). */
export function signWith(key: PrivateKey, bytes: Uint8Array): Uint8Array {
  return plain(sign(algorithmOf(key) === 'ed25519' ? null : 'sha256', bytes, key))
}

/** Whether the signature is the key's over the bytes: 64 bytes in their one spelling for Ed25519, DER for P-256. */
export function verifySignature(key: PublicKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (key.algorithm === 'ed25519') return isSoundSignature(signature) && verify(null, bytes, key.handle, signature)
  return verify('sha256', bytes, { key: key.handle, dsaEncoding: 'der' }, signature)
}

/** AES-256-GCM with a fresh nonce; the answer is nonce, ciphertext and tag, one after the other. */
export function sealAesGcm(key: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Uint8Array {
  const nonce = nodeRandomBytes(gcmNonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated)
  return concatBytes(nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag())
}

/**
 * Opens what {@link sealAesGcm} made.
 * @throws RecordError `decryption_failed`
 */
export function openAesGcm(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array {
  if (sealed.length < gcmNonceBytes + gcmTagBytes) throw new RecordError('decryption_failed', 'the ciphertext is cut')
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, gcmNonceBytes), {
      authTagLength: gcmTagBytes,
    })
    decipher.setAAD(associated).setAuthTag(sealed.subarray(sealed.length - gcmTagBytes))
    const body = sealed.subarray(gcmNonceBytes, sealed.length - gcmTagBytes)
    return concatBytes(decipher.update(body), decipher.final())
  } catch (cause) {
    throw new RecordError('decryption_failed', 'the ciphertext does not open with this key', { cause })
  }
}

// The same memory without Node's subclass, so that callers see one kind of bytes everywhere.
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function readSpki(spki: string | Uint8Array): KeyObject {
  try {
    if (typeof spki === 'string') return createPublicKey(spki)
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  } catch (cause) {
    throw new RecordError('bad_key', 'the public key is not readable SPKI', { cause })
  }
}

function algorithmOf(key: KeyObject): KeyAlgorithm {
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519'
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'p256'
  throw new RecordError('bad_key', 'only Ed25519 and P-256 keys are used')
}

function refuseUnsoundKey(algorithm: KeyAlgorithm, spki: Uint8Array): void {
  const prefix = algorithm === 'ed25519' ? ed25519SpkiPrefix : p256SpkiPrefix
  if (
    spki.length !== prefix.length + (algorithm === 'ed25519' ? 32 : 64) ||
    !equalBytes(spki.subarray(0, prefix.length), prefix)
  )
    throw new RecordError('bad_key', 'the public key is not in its one encoding')
  if (algorithm === 'ed25519' && !isSoundPoint(spki.subarray(prefix.length)))
    throw new RecordError('bad_key', 'the Ed25519 key is of small order or not canonical: anybody could sign with it')
}
