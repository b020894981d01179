import type { DigestKey } from './types.ts'

/** Whether these are the parts of a digest key. */
export function isDigestKey(keyId: unknown, key: unknown): boolean {
  const isKeyId = typeof keyId === 'string' && /^[0-9a-f]{16}$/.test(keyId)
  return isKeyId && typeof key === 'string' && /^[\w+/]{16,300}={0,2}$/.test(key)
}

/** A digest key that may be anything. */
export function digestKeyOf(value: unknown): DigestKey | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { keyId, key } = value as DigestKey
  return isDigestKey(keyId, key) ? { keyId, key } : undefined
}
