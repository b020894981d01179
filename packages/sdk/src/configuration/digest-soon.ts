import type { DigestKey } from '../types.ts'
import { bytesOf, identityOf, type Digested } from './digest.ts'
import type { Snapshot } from './snapshot.ts'

/** Digests a configuration with Web Crypto, where there is no other. */
export async function digestSoon(snapshot: Snapshot, key: DigestKey | undefined): Promise<Digested> {
  const utf8 = new TextEncoder()
  const { subtle } = crypto
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  // An empty key isn't importable; without texts none is used.
  const bytes = key === undefined ? new Uint8Array(32) : bytesOf(key)
  const secret = await subtle.importKey('raw', bytes, algorithm, false, ['sign'])
  const digests = await Promise.all(
    snapshot.texts.map(async (text) => hexOf(await subtle.sign('HMAC', secret, utf8.encode(text)))),
  )
  const identity = identityOf(snapshot, digests, key)
  return { identity, fingerprint: `sha256:${hexOf(await subtle.digest('SHA-256', utf8.encode(identity)))}` }
}

function hexOf(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
