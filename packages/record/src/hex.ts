import { RecordError } from './record-error.ts'

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Lower-case hexadecimal. */
export function encodeHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += digits[byte]
  return text
}

/**
 * The bytes of lower-case hexadecimal.
 * @throws RecordError `bad_hex` for upper case, odd length or any other character
 */
export function decodeHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new RecordError('bad_hex', 'the text is not lower-case hexadecimal')
  return Uint8Array.from({ length: text.length / 2 }, (_, position) =>
    Number.parseInt(text.slice(position * 2, position * 2 + 2), 16),
  )
}
