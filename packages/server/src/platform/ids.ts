import { v7 } from 'uuid'

/** A new identifier: UUID version 7, so that rows made later sort later (RFC 9562 §5.7). */
export function newId(): string {
  return v7()
}

/** The least identifier of a moment: those of version 7 begin with it, so that the primary key finds what is later. */
export function firstIdOf(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}
