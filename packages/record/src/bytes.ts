import { RecordError } from './record-error.ts'

const encoder = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/**
 * Text of UTF-8 bytes; a byte order mark is kept, so that nothing is dropped in silence.
 * @throws RecordError `not_canonical` when the bytes are not UTF-8
 */
export function textOf(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes)
  } catch (cause) {
    throw new RecordError('not_canonical', 'the bytes are not valid UTF-8', { cause })
  }
}

/** One array holding all the parts, in order. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Whether two arrays hold the same bytes. Not constant-time: for public values only. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  for (let position = 0; position < left.length; position++) if (left[position] !== right[position]) return false
  return true
}

/** Big-endian bytes of an unsigned integer of at most 48 bits. */
export function bigEndian(value: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, position) => Math.floor(value / 256 ** (length - 1 - position)) % 256)
}
