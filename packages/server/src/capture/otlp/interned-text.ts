const entries = 4096
const longest = 64
const texts: (string | undefined)[] = Array.from({ length: entries })
/** Where the text that was made last would be remembered; below 0 where it is already, or never is. */
let place = -1

/**
 * The text at `start..end`. Names come again and again, so short ones of ASCII are looked up in place of being made anew. Looking one up
 * remembers nothing: only `rememberText` does, once the gate has kept it. The table has a fixed size, and lets go of what others need the
 * place of.
 */
export function internedText(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start
  place = -1
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
  if (known !== undefined && isTextAt(known, bytes, start, end)) return known
  place = at
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1')
}

/** Remembers the text that `internedText` made last. */
export function rememberText(text: string): void {
  if (place >= 0) texts[place] = text
}

/** Whether a text is remembered; for who checks that content isn't. */
export function isInterned(text: string): boolean {
  return texts.includes(text)
}

/** Whether a text of ASCII lies at `start..end`. */
export function isTextAt(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) !== bytes[start + index]) return false
  return true
}
