import { infoBits, recordFields, recordWords } from './span-records.ts'

/** The number that stands for no span. */
export const nowhere = -1
/** Where a span was counted: in a row of the log, in the group that is being taken in (below 0), or where nobody can take it back. */
export const unlogged = 0

const fewest = 1024
const { key, parent, info, tokens, scope, end } = recordFields
const [seed = 0] = crypto.getRandomValues(new Uint32Array(1))
const ticksOfSecond = 100_000

/**
 * The last spans of a tenant, in typed arrays: the oldest makes room for the newest. A span is found by its key, and named by the number of its
 * arrival, which a span that has gone no longer answers to. Spans that wait for one above them to arrive are a list that starts there.
 */
export class SpanMemory {
  readonly #most: number
  #capacity = fewest
  #arrived = 0
  #records = new Uint32Array(fewest * recordWords)
  #buckets = new Int32Array(fewest).fill(nowhere)
  #next = new Int32Array(fewest)
  #twinBuckets = new Float64Array(fewest).fill(nowhere)
  #nextTwin = new Float64Array(fewest)
  #scope = 0
  #hasScopes = false
  #firstWaiting = new Float64Array(fewest)
  #nextWaiting = new Float64Array(fewest)
  #rows = new Float64Array(fewest)

  /** @param most how many spans are remembered, a power of two */
  constructor(most: number) {
    this.#most = most
  }

  get capacity(): number {
    return this.#capacity
  }

  /** The row of the oldest span; of older rows nothing is remembered. 0 while nothing had to go. */
  get oldestRow(): number {
    if (this.#arrived <= this.#most) return 0
    return this.#rows[this.#slot(this.#arrived - this.#capacity)] ?? 0
  }

  find(high: number, low: number): number {
    let slot = this.#buckets[this.#bucket(high, low)] ?? nowhere
    while (slot !== nowhere) {
      const at = slot * recordWords
      if (this.#records[at] === high && this.#records[at + 1] === low) return this.#spanAt(slot)
      slot = this.#next[slot] ?? nowhere
    }
    return nowhere
  }

  /** Makes room for a span of which only the key is known. */
  add(high: number, low: number): number {
    if (this.#arrived >= this.#capacity && this.#capacity < this.#most) this.#grow()
    const span = this.#arrived++
    const slot = this.#slot(span)
    if (span >= this.#capacity) this.#forget(slot)
    this.#records.fill(0, slot * recordWords, (slot + 1) * recordWords)
    this.#records[slot * recordWords + key] = high
    this.#records[slot * recordWords + key + 1] = low
    this.#records[slot * recordWords + info] = infoBits.awaited
    this.#firstWaiting[slot] = nowhere
    this.#nextWaiting[slot] = nowhere
    this.#rows[slot] = unlogged
    this.#link(slot)
    return span
  }

  /** Takes over what a record says. */
  fill(span: number, from: Uint32Array, at: number): void {
    this.#records.set(from.subarray(at, at + recordWords), this.#slot(span) * recordWords)
  }

  word(span: number, field: number): number {
    return this.#records[this.#slot(span) * recordWords + field] ?? 0
  }

  /** Whether a span is one of those, and what it is. */
  is(span: number, bit: number): boolean {
    return (this.word(span, info) & bit) !== 0
  }

  mark(span: number, bit: number, set: boolean): void {
    const at = this.#slot(span) * recordWords + info
    const before = this.#records[at] ?? 0
    this.#records[at] = set ? before | bit : before & ~bit
  }

  setInfo(span: number, value: number): void {
    this.#records[this.#slot(span) * recordWords + info] = value
  }

  parentOf(span: number): readonly [high: number, low: number] {
    return [this.word(span, parent), this.word(span, parent + 1)]
  }

  rowOf(span: number): number {
    return this.#rows[this.#slot(span)] ?? unlogged
  }

  setRow(span: number, row: number): void {
    if (this.#isThere(span)) this.#rows[this.#slot(span)] = row
  }

  /** The first of the spans that wait at one. */
  firstWaiting(at: number): number {
    return this.#thereOr(this.#firstWaiting[this.#slot(at)] ?? nowhere)
  }

  /** The one that waits at the same as this. */
  nextWaiting(span: number): number {
    return this.#thereOr(this.#nextWaiting[this.#slot(span)] ?? nowhere)
  }

  /** Lets a span wait at one. */
  wait(at: number, span: number): void {
    this.#nextWaiting[this.#slot(span)] = this.#firstWaiting[this.#slot(at)] ?? nowhere
    this.#firstWaiting[this.#slot(at)] = span
  }

  /** The spans that wait at one, which holds them no more. */
  takeWaiting(at: number): number[] {
    const waiting: number[] = []
    for (let it = this.firstWaiting(at); it !== nowhere; it = this.nextWaiting(it)) waiting.push(it)
    this.#firstWaiting[this.#slot(at)] = nowhere
    return waiting
  }

  /** Whether more than one instrumentation tells of requests. */
  get hasScopes(): boolean {
    return this.#hasScopes
  }

  /** The last request that may have ended in a second, with numbers of tokens; others are among those that follow it. */
  firstTwin(tokensWord: number, second: number): number {
    return this.#thereOr(this.#twinBuckets[this.#twinBucket(tokensWord, second)] ?? nowhere)
  }

  nextTwin(span: number): number {
    return this.#thereOr(this.#nextTwin[this.#slot(span)] ?? nowhere)
  }

  /** Lets a request be found by its tokens and its end. */
  linkTwin(span: number): void {
    const told = this.word(span, scope)
    if (this.#scope === 0) this.#scope = told
    this.#hasScopes ||= told !== this.#scope
    this.#linkTwin(span)
  }

  #twinBucket(tokensWord: number, second: number): number {
    const hash = Math.imul(tokensWord ^ Math.imul(second, 0x9e3779b1), 0x85ebca6b)
    return (hash ^ (hash >>> 15)) & (this.#capacity - 1)
  }

  #linkTwin(span: number): void {
    const bucket = this.#twinBucket(this.word(span, tokens), secondOf(this.word(span, end)))
    this.#nextTwin[this.#slot(span)] = this.#twinBuckets[bucket] ?? nowhere
    this.#twinBuckets[bucket] = span
  }

  // Where one has gone, so have those behind it: they came to wait earlier.
  #thereOr(span: number): number {
    return this.#isThere(span) ? span : nowhere
  }

  #slot(span: number): number {
    return span % this.#capacity
  }

  #isThere(span: number): boolean {
    return span >= Math.max(0, this.#arrived - this.#capacity)
  }

  #spanAt(slot: number): number {
    const newest = this.#slot(this.#arrived - 1)
    return this.#arrived - 1 - newest + slot - (slot > newest ? this.#capacity : 0)
  }

  // Nobody outside knows the seed, so nobody can choose ids that share a bucket.
  #bucket(high: number, low: number): number {
    const hash = Math.imul(low ^ seed, 0x85ebca6b) ^ Math.imul(high ^ seed, 0xc2b2ae35)
    return (hash ^ (hash >>> 15)) & (this.#capacity - 1)
  }

  #bucketOf(slot: number): number {
    const at = slot * recordWords
    return this.#bucket(this.#records[at + key] ?? 0, this.#records[at + key + 1] ?? 0)
  }

  #link(slot: number): void {
    const bucket = this.#bucketOf(slot)
    this.#next[slot] = this.#buckets[bucket] ?? nowhere
    this.#buckets[bucket] = slot
  }

  #forget(slot: number): void {
    const bucket = this.#bucketOf(slot)
    const after = this.#next[slot] ?? nowhere
    let it = this.#buckets[bucket] ?? nowhere
    if (it === slot) {
      this.#buckets[bucket] = after
      return
    }
    while (it !== nowhere && this.#next[it] !== slot) it = this.#next[it] ?? nowhere
    if (it !== nowhere) this.#next[it] = after
  }

  // Nothing has gone until it is as large as it gets, so every span keeps its place.
  #grow(): void {
    const before = this.#capacity
    this.#capacity *= 2
    this.#records = larger(new Uint32Array(this.#capacity * recordWords), this.#records)
    this.#next = new Int32Array(this.#capacity)
    this.#firstWaiting = larger(new Float64Array(this.#capacity), this.#firstWaiting)
    this.#nextWaiting = larger(new Float64Array(this.#capacity), this.#nextWaiting)
    this.#rows = larger(new Float64Array(this.#capacity), this.#rows)
    this.#buckets = new Int32Array(this.#capacity).fill(nowhere)
    this.#twinBuckets = new Float64Array(this.#capacity).fill(nowhere)
    this.#nextTwin = new Float64Array(this.#capacity)
    for (let slot = 0; slot < before; slot++) {
      this.#link(slot)
      if (this.#records[slot * recordWords + tokens] !== 0) this.#linkTwin(slot)
    }
  }
}

function larger<T extends Uint32Array | Float64Array>(made: T, from: T): T {
  made.set(from)
  return made
}

/** The second that a time in hundredths of a millisecond lies in. */
export function secondOf(ticks: number): number {
  return Math.floor(ticks / ticksOfSecond)
}
