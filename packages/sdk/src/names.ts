/** Names as the contract has them. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}$/

/** `sha256:` and 64 hex digits. */
export const fingerprintPattern = /^sha256:[0-9a-f]{64}$/

/** A UUID of version 7: it sorts by time. */
export function newId(): string {
  const time = Date.now().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`
}
