import { randomBytes, randomInt } from 'node:crypto'
import type { HashCredential } from '../../access/index.ts'

/** Consonants that can't be taken for each other, and make no words (RFC 8628 §6.1): 34 bits in eight. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'
const length = 8

/** A code that a person compares or types, without its hyphen. */
export function newUserCode(): string {
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('')
}

/** As people see it: `BCDF-GHJK`. */
export function formatUserCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

/** Makes a device code, which the device shows to get its session: 256 random bits. */
export function newDeviceCode(): string {
  return `aftr_device_${randomBytes(32).toString('base64url')}`
}

/** As the database keeps it. A person's code is short, so that the key of the hash is what protects it, and its ten minutes. */
export function hashUserCode(hash: HashCredential, code: string): Buffer {
  return Buffer.from(hash(`device user code\n${code}`))
}
