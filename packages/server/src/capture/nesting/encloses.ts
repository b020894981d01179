import { figuresIn, withTold } from './figures.ts'
import type { SpanMemory } from './span-memory.ts'
import { infoBits, recordFields } from './span-records.ts'

const { info } = recordFields

/** Told of each request of which less counts than did, with what was known of it before. */
export type Enclosed = (span: number, before: number) => void

/** Notes that a request lies around others which describe the same one. */
export function encloses(memory: SpanMemory, outer: number, inner: readonly number[], enclosing: Enclosed): void {
  const before = memory.word(outer, info)
  const told = inner.reduce((figures, it) => figures | figuresIn(memory.word(it, info)), 0)
  const after = withTold(before & ~infoBits.counted, told)
  if (after === before) return
  memory.setInfo(outer, after)
  enclosing(outer, before)
}
