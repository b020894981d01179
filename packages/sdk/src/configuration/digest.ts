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

/** The same with Web Crypto, where there is no other. */
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

function textsOf({ prompts, tools }: Snapshot): string[] {
  return [...prompts, ...tools].map(({ text }) => text)
}

function withDigests(
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
function identityOf(configuration: DigestedConfiguration): string {
  return canonicalJson({ v: 1, ...configuration })
}

function bytesOf({ key }: DigestKey): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(key), (character) => character.charCodeAt(0))
}

function hexOf(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
