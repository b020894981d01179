import { type Enclosed, encloses } from './encloses.ts'
import { figuresIn } from './figures.ts'
import { nowhere, type SpanMemory } from './span-memory.ts'
import { pairWithTwins } from './twins.ts'
import { infoBits, recordFields } from './span-records.ts'

/** How many spans may lie between a request and one around it. */
export const mostBetween = 64
/** How many requests may wait for one span around them to arrive. */
const mostWaiting = 16

const { key, info, asked, served, tokens } = recordFields

/** The result of a span's arrival. */
export interface Arrival {
  /** Its number in the memory; `nowhere` for a span that had arrived before. */
  readonly span: number
  /** Bits that are known of it: whether it is a request that counts, and which of its figures requests within give too. */
  readonly info: number
}

/**
 * Takes a span into the memory, wherever it lies among those that arrived before. Of requests around each other that describe the
 * same one, the innermost counts: a request that describes the same as one below it, with nothing between that divides them, doesn't. Of that one only
 * the figures count that no such request below it tells.
 */
export function arrive(memory: SpanMemory, records: Uint32Array, at: number, enclosing: Enclosed): Arrival {
  const [high = 0, low = 0] = [records[at + key], records[at + key + 1]]
  const there = memory.find(high, low)
  if (there !== nowhere && !isOpen(memory, there, records[at + info] ?? 0)) return { span: nowhere, info: 0 }
  const span = there === nowhere ? memory.add(high, low) : there
  memory.fill(span, records, at)
  const isRequest = memory.is(span, infoBits.request)
  memory.mark(span, infoBits.counted, isRequest)
  const climbing = there === nowhere ? [] : pass(memory, span, memory.takeWaiting(span), noted)
  if (isRequest) {
    climbing.push(span)
    pairWithTwins(memory, span, enclosing)
  }
  if (climbing.length > 0) climb(memory, memory.parentOf(span), climbing, enclosing)
  return { span, info: memory.word(span, info) }
}

/** Whether a span that is known may still arrive: one that was only waited for, or one that told of no request before and does now (mended and sent again). */
function isOpen(memory: SpanMemory, span: number, told: number): boolean {
  return memory.is(span, infoBits.awaited) || (!memory.is(span, infoBits.request) && (told & infoBits.request) !== 0)
}

function noted(): void {
  // What arrives only now had counted nowhere.
}

/** Goes up from a span's parent, to the last span that has arrived: there they wait for what lies above. */
function climb(
  memory: SpanMemory,
  from: readonly [number, number],
  climbing: readonly number[],
  enclosing: Enclosed,
): void {
  let [[high, low], left] = [from, climbing]
  for (let steps = 0; steps <= mostBetween && left.length > 0 && (high | low) !== 0; steps++) {
    const found = memory.find(high, low)
    const above = found === nowhere ? memory.add(high, low) : found
    if (memory.is(above, infoBits.awaited)) return left.forEach((it) => wait(memory, above, it))
    left = pass(memory, above, left, enclosing)
    ;[high, low] = memory.parentOf(above)
  }
}

/**
 * @returns those that go on upwards from a span: none past one that divides, and past a request those that describe the same. One that does
 * so in the same words needs not: the request itself goes on
 */
function pass(memory: SpanMemory, span: number, climbing: readonly number[], enclosing: Enclosed): number[] {
  if (memory.is(span, infoBits.divides)) return []
  if (!memory.is(span, infoBits.request)) return [...climbing]
  const same = climbing.filter((it) => it !== span && describeSame(memory, span, it) && !isAbove(memory, it, span))
  if (same.length > 0) encloses(memory, span, same, enclosing)
  return same.filter((it) => !isWordedAlike(memory, span, it))
}

/**
 * Whether a span lies above another one too: of two that name each other as parents neither is within the other, or none
 * would count. */
function isAbove(memory: SpanMemory, upper: number, lower: number): boolean {
  let at = lower
  for (let steps = 0; steps <= mostBetween; steps++) {
    const [high, low] = memory.parentOf(at)
    at = (high | low) === 0 ? nowhere : memory.find(high, low)
    if (at === nowhere || at === lower) return false
    if (at === upper) return true
  }
  return false
}

/**
 * Whether two spans, of which one lies around the other, describe the same request: they ask for the same kind of thing, and of the
 * same model or with the same numbers of tokens. Where one of them doesn't say of which kind or model, it isn't another one.
 */
function describeSame(memory: SpanMemory, one: number, other: number): boolean {
  const kinds = [memory.word(one, info) & infoBits.kind, memory.word(other, info) & infoBits.kind] as const
  if (kinds[0] !== kinds[1] && kinds[0] !== 0 && kinds[1] !== 0) return false
  if (memory.word(one, tokens) !== 0 && memory.word(one, tokens) === memory.word(other, tokens)) return true
  const names = namesOf(memory, other)
  const own = namesOf(memory, one)
  return own.length === 0 || names.length === 0 || own.some((name) => names.includes(name))
}

function namesOf(memory: SpanMemory, span: number): number[] {
  return [memory.word(span, asked), memory.word(span, served)].filter((name) => name !== 0)
}

/** Lets a request wait for a span to arrive. Of those that describe theirs in the same words one waits for all, and only so many do. */
function wait(memory: SpanMemory, above: number, span: number): void {
  let waiting = 0
  for (let it = memory.firstWaiting(above); it !== nowhere; it = memory.nextWaiting(it)) {
    if (++waiting === mostWaiting || isWordedAlike(memory, it, span)) return
  }
  memory.wait(above, span)
}

function isWordedAlike(memory: SpanMemory, one: number, other: number): boolean {
  return (
    memory.word(one, asked) === memory.word(other, asked) &&
    memory.word(one, served) === memory.word(other, served) &&
    memory.word(one, tokens) === memory.word(other, tokens) &&
    (memory.word(one, info) & infoBits.kind) === (memory.word(other, info) & infoBits.kind) &&
    figuresIn(memory.word(one, info)) === figuresIn(memory.word(other, info))
  )
}
