import { encloses, type Enclosed } from './encloses.ts'
import { nowhere, secondOf, type SpanMemory } from './span-memory.ts'
import { infoBits, recordFields } from './span-records.ts'

/** How much earlier the outer one of twins may begin, and how much later it may end. */
const mostBeforeTicks = 100_000
const mostAfterTicks = 25_000
/** Times of one process differ by this much: some are rounded to a millisecond. */
const toleranceTicks = 200
/** How many requests that ended in the same second with the same numbers of tokens are looked at. */
const mostLookedAt = 32

const { key, parent, info, asked, served, tokens, scope, trace, start, end } = recordFields

/**
 * Finds the twins of a request that has just arrived: spans by which two instrumentations tell of one request without one being above
 * the other, since the outer one isn't made the active span. LangChain's callbacks are so: what the provider's library then does begins a trace of
 * its own, or becomes a span beside it. Of twins the inner one counts.
 */
export function pairWithTwins(memory: SpanMemory, span: number, enclosing: Enclosed): void {
  const numbers = memory.word(span, tokens)
  if (numbers === 0 || memory.word(span, scope) === 0) return
  memory.linkTwin(span)
  if (!memory.hasScopes) return
  const ended = memory.word(span, end)
  for (let at = secondOf(ended - mostAfterTicks); at <= secondOf(ended + mostAfterTicks); at++) {
    let left = mostLookedAt
    for (let it = memory.firstTwin(numbers, at); it !== nowhere && left > 0; it = memory.nextTwin(it), left--) {
      if (it === span || !areTwins(memory, span, it)) continue
      if (isAround(memory, it, span)) encloses(memory, it, [span], enclosing)
      // What arrives only now had counted nowhere.
      else encloses(memory, span, [it], () => undefined)
    }
  }
}

/** Whether two requests are one: told by two instrumentations of a service, with the same numbers of tokens, one within the time of the other. */
function areTwins(memory: SpanMemory, one: number, other: number): boolean {
  if (memory.word(one, tokens) !== memory.word(other, tokens)) return false
  if (memory.word(one, scope) === memory.word(other, scope) || memory.word(other, scope) === 0) return false
  if ((memory.word(one, info) & infoBits.kind) !== (memory.word(other, info) & infoBits.kind)) return false
  if (!shareModel(memory, one, other)) return false
  const [inner, outer] = isAround(memory, one, other) ? [other, one] : [one, other]
  const before = ticksBetween(memory.word(outer, start), memory.word(inner, start))
  const after = ticksBetween(memory.word(inner, end), memory.word(outer, end))
  if (Math.min(before, after) < -toleranceTicks) return false
  if (before > mostBeforeTicks || after > mostAfterTicks) return false
  const isTop = (memory.word(inner, parent) | memory.word(inner, parent + 1)) === 0
  return isTop || memory.word(inner, trace) === memory.word(outer, trace)
}

function shareModel(memory: SpanMemory, one: number, other: number): boolean {
  const names = [memory.word(other, asked), memory.word(other, served)]
  return [asked, served].some((field) => memory.word(one, field) !== 0 && names.includes(memory.word(one, field)))
}

/** Whether one began earlier than the other, or ended later; of two with the same times any order will do, if it is always the same. */
function isAround(memory: SpanMemory, one: number, other: number): boolean {
  const began = ticksBetween(memory.word(one, start), memory.word(other, start))
  const ended = ticksBetween(memory.word(other, end), memory.word(one, end))
  if (began + ended !== 0) return began + ended > 0
  return memory.word(one, key) > memory.word(other, key)
}

// Times are told without what is above their 32 bits.
function ticksBetween(from: number, to: number): number {
  return (to - from) | 0
}
