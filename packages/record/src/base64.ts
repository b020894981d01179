import { RecordError } from './record-error.ts'

// Looked for instead of matching a whole text of megabytes, for which an expression may lack memory.
const otherCharacter = /[^A-Za-z0-9+/]/
// The last group is whole, or padded and its unused bits are zero.
const lastGroup = /^(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/

/** Standard Base64 with padding (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/**
 * The bytes of standard Base64. Decoders are lenient (white space, missing padding, stray bits), so the form is checked first:
 * the only text accepted is the one that the encoder would write.
 * @throws RecordError `bad_base64`
 */
export function decodeBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !lastGroup.test(text.slice(-4)) || otherCharacter.test(text.slice(0, -4)))
    throw new RecordError('bad_base64', 'the text is not canonical Base64')
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let position = 0; position < binary.length; position++) bytes[position] = binary.charCodeAt(position)
  return bytes
}
