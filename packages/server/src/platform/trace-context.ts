/** The trace that a request belongs to, by its caller's word. */
export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits: the caller's span. */
  readonly spanId: string
}

const traceparent = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?<rest>-.*)?$/

/** Reads `traceparent` (W3C Trace Context §3.2): an id of the valid form or nothing. What else a caller writes there goes nowhere. */
export function readTraceparent(header: unknown): TraceContext | undefined {
  if (typeof header !== 'string' || header.length > 128) return undefined
  const found = traceparent.exec(header)
  const [, traceId, spanId] = found ?? []
  if (traceId === undefined || spanId === undefined) return undefined
  // Version 00 has exactly four fields.
  if (found?.groups?.['rest'] !== undefined && header.startsWith('00')) return undefined
  return { traceId, spanId }
}
