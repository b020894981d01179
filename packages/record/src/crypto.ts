/**
 * Every cryptographic operation of this package. Which keys and signatures are taken is decided here, once for all platforms;
 * the primitives are those of the platform: `package.json` maps `#primitives` to Node's, or to their twin for browsers.
 */
import * as primitives from '#primitives'
import type { KeyHandle, PrivateKey } from '#primitives'
import { concatBytes, equalBytes } from './bytes.ts'
import { isSoundPoint, isSoundSignature } from './ed25519-encoding.ts'
import { decodeHex, encodeHex } from './hex.ts'
import { decodePem } from './pem.ts'
import { RecordError } from './record-error.ts'

export { hmacSha256, type PrivateKey, randomBytes, sealAesGcm, sha256, signWith } from '#primitives'

/** Signature algorithms of records: Ed25519 (RFC 8032), or ECDSA over P-256 with SHA-256 and a DER signature. */
export type KeyAlgorithm = 'ed25519' | 'p256'

/** A public key ready for use; `keyid` is the hex SHA-256 of `spki`. */
export interface PublicKey {
  readonly algorithm: KeyAlgorithm
  readonly spki: Uint8Array
  readonly keyid: string
  /** What the platform made of it: only the primitives look inside. */
  readonly handle: KeyHandle
}

// A key has one SPKI, so it has one keyid. That of P-256 goes up to the mark of an uncompressed point (RFC 5480 §2).
const spkiForms: Readonly<Record<KeyAlgorithm, { readonly prefix: Uint8Array; readonly keyBytes: number }>> = {
  ed25519: { prefix: decodeHex('302a300506032b6570032100'), keyBytes: 32 },
  p256: { prefix: decodeHex('3059301306072a8648ce3d020106082a8648ce3d03010703420004'), keyBytes: 64 },
}

/** Whether two secrets are equal, in constant time for equal lengths. */
export function equalSecrets(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && primitives.equalInConstantTime(left, right)
}

/**
 * Reads a public key from SPKI, as PEM text or DER bytes.
 * @throws RecordError `bad_key` when it is not an Ed25519 or P-256 key in its one encoding, or one with which anybody can sign
 */
export function importPublicKey(source: string | Uint8Array): PublicKey {
  if (typeof source === 'string') return onlyOne(importPublicKeys(source))
  const spki = Uint8Array.from(source)
  const algorithm = algorithmOf(spki)
  if (algorithm === 'ed25519' && !isSoundPoint(spki.subarray(-32)))
    throw new RecordError('bad_key', 'the Ed25519 key is of small order or not canonical: anybody could sign with it')
  return { algorithm, spki, keyid: encodeHex(primitives.sha256(spki)), handle: openKey(spki) }
}

/**
 * Reads each public key in a text that holds PEM, at least one: a file of keys has them one after the other.
 * @throws RecordError `bad_key`
 */
export function importPublicKeys(text: string): readonly PublicKey[] {
  return decodePem(text).map((spki) => importPublicKey(spki))
}

/**
 * Reads a bare 32-byte Ed25519 public key (RFC 8032 §5.1.5).
 * @throws RecordError `bad_key`
 */
export function importEd25519(raw: Uint8Array): PublicKey {
  if (raw.length !== spkiForms.ed25519.keyBytes) throw new RecordError('bad_key', 'an Ed25519 public key has 32 bytes')
  return importPublicKey(concatBytes(spkiForms.ed25519.prefix, raw))
}

/** The bare 32 bytes of an Ed25519 public key. */
export function rawEd25519(key: PublicKey): Uint8Array {
  if (key.algorithm !== 'ed25519') throw new RecordError('bad_key', 'the key is not an Ed25519 key')
  return key.spki.subarray(spkiForms.ed25519.prefix.length)
}

/** The public half of a private key. */
export function publicKeyOf(key: PrivateKey): PublicKey {
  return importPublicKey(primitives.publicSpkiOf(key))
}

/** Whether the signature is the key's over the bytes: 64 bytes in their one spelling for Ed25519, DER for P-256. */
export function verifySignature(key: PublicKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (key.algorithm === 'p256') return primitives.verifyP256(key.handle, bytes, signature)
  return isSoundSignature(signature) && primitives.verifyEd25519(key.handle, bytes, signature)
}

/**
 * Opens what {@link sealAesGcm} made.
 * @throws RecordError `decryption_failed`
 */
export function openAesGcm(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array {
  try {
    return primitives.openAesGcm(key, sealed, associated)
  } catch (cause) {
    throw new RecordError('decryption_failed', 'the ciphertext does not open with this key', { cause })
  }
}

function algorithmOf(spki: Uint8Array): KeyAlgorithm {
  for (const algorithm of ['ed25519', 'p256'] as const) {
    const { prefix, keyBytes } = spkiForms[algorithm]
    if (spki.length === prefix.length + keyBytes && equalBytes(spki.subarray(0, prefix.length), prefix))
      return algorithm
  }
  throw new RecordError('bad_key', 'the public key is not in its one encoding')
}

function onlyOne(keys: readonly PublicKey[]): PublicKey {
  const [key, ...others] = keys
  if (key === undefined || others.length > 0)
    throw new RecordError('bad_key', 'the text holds more than one public key')
  return key
}

function openKey(spki: Uint8Array): KeyHandle {
  try {
    return primitives.openPublicKey(spki)
  } catch (cause) {
    throw new RecordError('bad_key', 'the public key is not a point of its curve', { cause })
  }
}
