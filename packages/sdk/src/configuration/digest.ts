import type * as nodeCrypto from 'node:crypto'
import type { DigestedConfiguration, DigestedPart } from '../messages.ts'
import type { DigestKey } from '../types.ts'
import { canonicalJson } from './canonical-json.ts'
import type { Snapshot, TextPart } from './snapshot.ts'

/** A configuration that may leave, and its identity. */
export interface Digested {
  readonly configuration: DigestedConfiguration
  readonly fingerprint: string
}

/** Node's cryptography: at once, so that it also works while a process ends. */
export type NodeCrypto = Pick<typeof nodeCrypto, 'createHmac' | 'createHash'>

/** Digests a configuration on the spot. */
export function digestNow(snapshot: Snapshot, key: DigestKey | undefined, crypto: NodeCrypto): Digested {
  const secret = key === undefined ? new Uint8Array() : bytesOf(key)
  const digests = textsOf(snapshot).map((text) => crypto.createHmac('sha256', secret).update(text).digest('hex'))
  const configuration = withDigests(snapshot, digests, key)
  return {
    configuration,
    fingerprint: `sha256:${crypto.createHash('sha256').update(identityOf(configuration)).digest('hex')}`,
  }
}

/** The texts of a configuration, in the order in which their digests are put back. */
export function textsOf({ prompts, tools }: Snapshot): string[] {
  return [...prompts, ...tools].map(({ text }) => text)
}

/** The configuration with digests in the place of texts. */
export function withDigests(
  snapshot: Snapshot,
  digests: readonly string[],
  key: DigestKey | undefined,
): DigestedConfiguration {
  let next = 0
  const digested = ({ name, version }: TextPart): DigestedPart => ({
    name,
    digest: `hmac-sha256:${key?.keyId}:${digests[next++]}`,
    ...(version === undefined ? {} : { version }),
  })
  return {
    model: snapshot.model,
    prompts: snapshot.prompts.map(digested),
    inference: snapshot.inference,
    tools: snapshot.tools.map(digested),
  }
}

/** What a fingerprint is the SHA-256 of. Parts come sorted by name. */
export function identityOf(configuration: DigestedConfiguration): string {
  return canonicalJson({ v: 1, ...configuration })
}

/** The bytes of a key. */
export function bytesOf({ key }: DigestKey): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(key), (character) => character.charCodeAt(0))
}
