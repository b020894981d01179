import { decodeBase64, encodeBase64 } from './base64.ts'
import { RecordError } from './record-error.ts'

const publicKeyBlock = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]*)-----END PUBLIC KEY-----/g

/** PEM (RFC 7468 §13) of a public key's SPKI in DER. */
export function encodePem(spki: Uint8Array): string {
  const lines = encodeBase64(spki).match(/.{1,64}/g) ?? []
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n')
}

/**
 * SPKI in DER of each public key in a text, at least one. What stands around the keys is left out, as RFC 7468 §2 lets it be.
 * @throws RecordError `bad_key`
 */
export function decodePem(text: string): readonly Uint8Array[] {
  const blocks = Array.from(text.matchAll(publicKeyBlock), ([, body = '']) => body.replaceAll(/\s/g, ''))
  if (blocks.length === 0) throw new RecordError('bad_key', 'the text holds no public key in PEM')
  try {
    return blocks.map(decodeBase64)
  } catch (cause) {
    throw new RecordError('bad_key', 'a public key of the text is not readable PEM', { cause })
  }
}
