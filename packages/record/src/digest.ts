import { canonicalBytes } from './canonical-json.ts'
import { sha256 } from './crypto.ts'
import { encodeHex } from './hex.ts'

/**
 * `sha256:` and the hex SHA-256 of a value's canonical JSON (RFC 8785).
 * @throws RecordError `not_plain_json`
 */
export function digestOf(value: unknown): string {
  return `sha256:${encodeHex(sha256(canonicalBytes(value)))}`
}
