import { MalformedBody } from './malformed.ts'

/** How a body is written. */
export type Encoding = 'protobuf' | 'json'

/** By what packed bytes begin (RFC 1952, RFC 8878). No request of OTLP begins so. */
const packings = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
] as const
const brace = 0x7b
const spaces: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d])

/** Refuses a body that is another than it says, with the word that mends it. @throws MalformedBody */
export function checkForm(bytes: Uint8Array, encoding: Encoding): void {
  for (const [name, magic] of packings) {
    if (!magic.every((byte, index) => bytes[index] === byte)) continue
    throw new MalformedBody(
      `it is packed by ${name} still: it was packed twice, or the header Content-Encoding is missing`,
    )
  }
  if (encoding === 'protobuf') {
    if (isJson(bytes)) throw new MalformedBody('it is JSON: send it with content-type: application/json')
  } else if (bytes[0] === 0x0a && !isJson(bytes)) {
    throw new MalformedBody('it is not JSON; if it is protobuf, send it with content-type: application/x-protobuf')
  }
}

// A body of protobuf that begins with a line break has its length where JSON has its brace, so the whole must be JSON.
function isJson(bytes: Uint8Array): boolean {
  let start = 0
  while (spaces.has(bytes[start])) start += 1
  if (bytes[start] !== brace) return false
  if (start === 0) return true
  try {
    JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
    return true
  } catch {
    return false
  }
}
