import { figuresIn, withLacking, withRepeated, withTold } from './figures.ts'
import type { SpanMemory } from './span-memory.ts'
import { infoBits, recordFields } from './span-records.ts'

const { info, tokens } = recordFields

/** Told of each request of which more is known than was: how much of it others tell, with what was known of it before. */
export type Enclosed = (span: number, before: number) => void

/** Notes that a request lies around others which describe the same one. */
export function encloses(memory: SpanMemory, outer: number, inner: readonly number[], enclosing: Enclosed): void {
  const before = memory.word(outer, info)
  let after = before & ~infoBits.counted
  for (const it of inner) {
    const told = figuresIn(memory.word(it, info))
    after = withLacking(withTold(after, told), told)
    if (memory.word(it, tokens) === memory.word(outer, tokens)) after = withRepeated(after)
  }
  if (after === before) return
  memory.setInfo(outer, after)
  enclosing(outer, before)
}
