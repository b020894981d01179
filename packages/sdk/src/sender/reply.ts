import { isDigestKey } from '../digest-key.ts'
import type { DigestKey } from '../types.ts'
import type { Reply } from './platform.ts'

/** Why there was no reply: the system's code, or the kind of error. */
export function failure(error: unknown): string {
  const { code, name, cause } = error as { code?: unknown; name?: unknown; cause?: { code?: unknown } }
  // That of `fetch` has the system's code in its cause.
  const found = code ?? cause?.code
  return typeof found === 'string' ? found : String(name)
}

/** Whether the same request may be taken later. */
export function isWorthRetry(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

/** How long the server asks to be left alone; 0 where it doesn't. */
export function retryAfterMs({ retryAfter }: Reply): number {
  if (retryAfter == null) return 0
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now()
  return Number.isNaN(ms) ? 0 : ms
}

/** Reads the server's answer to a batch; undefined if it isn't an answer of AfterAI's. */
export function answerOf(text: string): { rejected: unknown[]; serverTime: string } | undefined {
  const answer = parse(text)
  const { rejected, serverTime } = answer
  return Array.isArray(rejected) && typeof serverTime === 'string' && !Number.isNaN(Date.parse(serverTime))
    ? { rejected, serverTime }
    : undefined
}

/** The digest key, if this is one. */
export function keyOf(text: string): DigestKey | undefined {
  const { keyId, key } = parse(text)
  return isDigestKey(keyId, key) ? ({ keyId, key } as DigestKey) : undefined
}

function parse(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>
  } catch {
    return {}
  }
}
