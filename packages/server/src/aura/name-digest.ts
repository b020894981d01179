import type { Digest } from '@afterai/evidence'
import { createHmac } from 'node:crypto'

/** The digest of names that may not be shown, under a tenant's key. */
export function digestUnder(key: Uint8Array): Digest {
  return (text) => `hmac-${createHmac('sha256', key).update(text).digest('hex').slice(0, 40)}`
}
