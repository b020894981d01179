import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const version = 1
const nonceBytes = 12
const tagBytes = 16

/** Encrypts small secrets, bound to what they belong to. */
export interface SecretBox {
  seal(bytes: Uint8Array, belongsTo: string): Uint8Array
  /** @throws Error when it was altered, or belongs to something else */
  open(sealed: Uint8Array, belongsTo: string): Uint8Array
}

/** The box for secrets of accounts, which belong to no tenant: its key is derived from the instance's master key. */
export function createAccountBox(master: Uint8Array): SecretBox {
  const key = new Uint8Array(hkdfSync('sha256', master, '', 'afterai account secrets v1', 32))
  return {
    seal: (bytes, belongsTo) => seal(key, bytes, belongsTo),
    open: (sealed, belongsTo) => open(key, sealed, belongsTo),
  }
}

/** AES-256-GCM: version byte, nonce, ciphertext, tag. The context is authenticated, so that a row copied elsewhere doesn't open. */
export function seal(key: Uint8Array, bytes: Uint8Array, context: string): Uint8Array {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  return Buffer.concat([Uint8Array.of(version), nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

/** Opens what `seal` made. @throws Error when the key or the context is another one, or it was altered */
export function open(key: Uint8Array, sealed: Uint8Array, context: string): Uint8Array {
  if (sealed[0] !== version || sealed.length < 1 + nonceBytes + tagBytes)
    throw new Error('unknown form of a wrapped key')
  const nonce = sealed.subarray(1, 1 + nonceBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(1 + nonceBytes, -tagBytes)), decipher.final()])
}
