import { v7 } from 'uuid'

/** A new identifier: UUID version 7, so that rows made later sort later (RFC 9562 §5.7). */
export function newId(): string {
  return v7()
}
