import type * as nodeCrypto from 'node:crypto'
import type { DigestKey } from '../types.ts'
import type { Snapshot, TextPart } from './snapshot.ts'

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
  const digests = textsOf(snapshot).map((text) => crypto.createHmac('sha256', bytesOf(key)).update(text).digest('hex'))
  const identity = identityOf(snapshot, digests, key)
  return { identity, fingerprint: `sha256:${crypto.createHash('sha256').update(identity).digest('hex')}` }
}

/** The texts of a configuration, in the order in which their digests are put back. */
export function textsOf({ prompts, tools }: Snapshot): string[] {
  return [...prompts, ...tools].map(({ text }) => text)
}

/** The configuration with digests in the place of texts. Parts come sorted by name, and so do the members of each. */
export function identityOf(
  { model, inference, prompts, tools }: Snapshot,
  digests: readonly string[],
  key: DigestKey | undefined,
): string {
  let next = 0
  const json = (parts: readonly TextPart[]): string =>
    JSON.stringify(
      parts.map(({ name, version }) => ({ digest: `hmac-sha256:${key?.keyId}:${digests[next++]}`, name, version })),
    )
  const promptsJson = json(prompts)
  return `{"inference":${inference},"model":${model},"prompts":${promptsJson},"tools":${json(tools)},"v":1}`
}

/** The bytes of a key. */
export function bytesOf(key: DigestKey | undefined): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(key?.key ?? ''), (character) => character.charCodeAt(0))
}
