import type * as nodeCrypto from 'node:crypto'
import type { DigestKey } from '../types.ts'
import type { Snapshot } from './snapshot.ts'

/** A configuration that may leave, and its fingerprint. */
export interface Digested {
  /** Canonical JSON with digests in the place of texts: what the fingerprint is the SHA-256 of. */
  readonly identity: string
  readonly fingerprint: string
}

/** Node's cryptography: at once, so that it also works while a process ends. */
type NodeCrypto = Pick<typeof nodeCrypto, 'createHmac' | 'createHash'>

/** Digests a configuration on the spot. */
export function digestNow(snapshot: Snapshot, key: DigestKey | undefined, crypto: NodeCrypto): Digested {
  const digests = snapshot.texts.map((text) => crypto.createHmac('sha256', bytesOf(key)).update(text).digest('hex'))
  const identity = identityOf(snapshot, digests, key)
  return { identity, fingerprint: `sha256:${crypto.createHash('sha256').update(identity).digest('hex')}` }
}

/** The configuration with digests in the place of texts. */
export function identityOf({ pieces }: Snapshot, digests: readonly string[], key: DigestKey | undefined): string {
  return pieces.reduce((before, piece, n) => `${before}"hmac-sha256:${key?.keyId}:${digests[n - 1]}"${piece}`)
}

/** The bytes of a key. */
export function bytesOf(key: DigestKey | undefined): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(key?.key ?? ''), (character) => character.charCodeAt(0))
}
