import { hash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const secretLength = 32
const keyPrefix = 'aftr_live_'
const keyPattern = /^aftr_live_[0-9A-Za-z]{38}$/

/** Of SHA-256. */
const blockBytes = 64
const longestPrepared = 192

/** Keyed hash of a random credential, as the database keeps it (P3.3). The key is not in the database. */
export type HashCredential = (text: string) => Uint8Array

/**
 * Makes the hash function. HMAC suffices, since what it hashes is random: there is nothing to guess. It is put together of two plain hashes
 * (RFC 2104): `createHmac` makes an object for each call that the collector must finalise, and with each request that costs 20 us.
 * @param key at most 64 bytes, the block of SHA-256
 */
export function credentialHasher(key: Uint8Array): HashCredential {
  // Used again for each text: nothing waits between the writing and the reading of them.
  const inner = Buffer.alloc(blockBytes + longestPrepared)
  const outer = Buffer.alloc(blockBytes + 32)
  inner.set(padded(key, 0x36))
  outer.set(padded(key, 0x5c))
  return (text) => {
    const length = Buffer.byteLength(text)
    const message =
      length <= longestPrepared ? inner : Buffer.concat([inner.subarray(0, blockBytes), Buffer.alloc(length)])
    message.write(text, blockBytes)
    outer.write(hash('sha256', message.subarray(0, blockBytes + length), 'hex'), blockBytes, 'hex')
    message.fill(0, blockBytes, blockBytes + length)
    return hash('sha256', outer, 'buffer')
  }
}

function padded(key: Uint8Array, pad: number): Uint8Array {
  if (key.length > blockBytes) throw new RangeError('the key is longer than a block')
  const block = new Uint8Array(blockBytes)
  block.set(key)
  return block.map((byte) => byte ^ pad)
}

/** A new API key: a prefix that secret scanners know, 191 random bits, a checksum. */
export function newApiKey(): string {
  const secret = randomBase62(secretLength)
  return `${keyPrefix}${secret}${checksum(secret)}`
}

/** Whether a text has an API key's form and checksum; others are refused before the database is asked. */
export function isApiKey(text: string): boolean {
  if (!keyPattern.test(text)) return false
  const end = keyPrefix.length + secretLength
  let sum = 0
  for (let index = end; index < text.length; index += 1) sum = sum * 62 + base62.indexOf(text.charAt(index))
  return sum === crc32(text.slice(keyPrefix.length, end))
}

/** Cuts a key down to the beginning that lists show. */
export function displayPrefix(key: string): string {
  return key.slice(0, keyPrefix.length + 4)
}

/** A refresh handle: 190 random bits. */
export function newRefreshHandle(): string {
  return `aftr_refresh_${randomBase62(secretLength)}`
}

/** A sign-in ticket: 190 random bits. */
export function newSignInTicket(): string {
  return `aftr_ticket_${randomBase62(secretLength)}`
}

/** A code that a person may have to type: 100 random bits in groups, without letters that look like digits. */
export function newCode(): string {
  const letters = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
  const text = Array.from({ length: 20 }, () => letters[randomInt(letters.length)]).join('')
  return (text.match(/.{5}/g) ?? []).join('-')
}

/** A typed code as it was made: case and spaces around it don't matter. */
export function normalizeCode(typed: string): string {
  return typed.trim().toUpperCase()
}

function randomBase62(length: number): string {
  return Array.from({ length }, () => base62[randomInt(62)]).join('')
}

function checksum(secret: string): string {
  let rest = crc32(secret)
  let text = ''
  for (let digit = 0; digit < 6; digit += 1) {
    text = (base62[rest % 62] ?? '0') + text
    rest = Math.floor(rest / 62)
  }
  return text
}
