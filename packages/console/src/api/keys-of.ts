import { useState } from 'react'

/** Idempotency keys by what is asked: the same request sent again has the same key, and one that was mended has another. */
export function useKeysOf(): (asked: unknown) => string {
  const [keys] = useState(() => new Map<string, string>())
  return (asked) => {
    const text = JSON.stringify(asked)
    const key = keys.get(text) ?? crypto.randomUUID()
    keys.set(text, key)
    return key
  }
}
