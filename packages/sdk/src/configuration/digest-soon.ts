import type { DigestKey } from '../types.ts'
import { bytesOf, identityOf, textsOf, withDigests, type Digested } from './digest.ts'
import type { Snapshot } from './snapshot.ts'

/** Digests a configuration with Web Crypto, where there is no other. */
export async function digestSoon(snapshot: Snapshot, key: DigestKey | undefined): Promise<Digested> {
  const utf8 = new TextEncoder()
  const { subtle } = crypto
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  // An empty key isn't importable; without texts none is used.
  const secret = await subtle.importKey(
    'raw',
    key === undefined ? new Uint8Array(32) : bytesOf(key),
    algorithm,
    false,
    ['sign'],
  )
  const digests = await Promise.all(
    textsOf(snapshot).map(async (text) => hexOf(await subtle.sign('HMAC', secret, utf8.encode(text)))),
  )
  const configuration = withDigests(snapshot, digests, key)
  return {
    configuration,
    fingerprint: `sha256:${hexOf(await subtle.digest('SHA-256', utf8.encode(identityOf(configuration))))}`,
  }
}

function hexOf(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
