const entries = 4096
const longest = 64
const texts: (string | undefined)[] = Array.from({ length: entries })

/**
 * The text at `start..end`. Names come again and again, so short ones of ASCII are looked up in place of being made anew. The table has a
 * fixed size; what it holds are texts on allowed attributes, which are short names nearly always and are let go when others need the place.
 */
export function internedText(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start
  if (length > longest) return Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString()
  let hash = length
  let high = 0
  for (let index = start; index < end; index++) {
    const byte = bytes[index] ?? 0
    high |= byte
    hash = Math.imul(hash ^ byte, 0x01000193)
  }
  if (high > 0x7f) return Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString()
  const at = (hash ^ (hash >>> 15)) & (entries - 1)
  const known = texts[at]
  if (known !== undefined && equals(known, bytes, start, length)) return known
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1')
  texts[at] = text
  return text
}

function equals(text: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (text.length !== length) return false
  for (let index = 0; index < length; index++) if (text.charCodeAt(index) !== bytes[start + index]) return false
  return true
}
