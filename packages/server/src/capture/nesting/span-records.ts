import type { Measurement } from '@afterai/evidence'
import type { RequestKind } from '../request-kind.ts'
import { figuresOf } from './figures.ts'
import { modelWord, nameWord, tokensWord } from './signature.ts'

/**
 * Words of 32 bits that are kept of a span: its key, its parent's, what it is, what tells its request from others, who tells of it, its
 * trace, and when it began and ended, in hundredths of a millisecond.
 */
export const recordWords = 12
/** The word at which each field of a record begins. */
export const recordFields = {
  key: 0,
  parent: 2,
  info: 4,
  asked: 5,
  served: 6,
  tokens: 7,
  scope: 8,
  trace: 9,
  start: 10,
  end: 11,
} as const

/** Bits of a record's `info`, above the two of the kind of request; those of its figures lie above them (`figures.ts`). */
export const infoBits = { kind: 3, request: 4, divides: 8, counted: 16, awaited: 32 } as const

const kinds: Readonly<Record<RequestKind, number>> = { unknown: 0, chat: 1, embeddings: 2, rerank: 3 }

/** Facts of a request that its record keeps. */
interface RequestFacts {
  readonly request: RequestKind
  readonly configuration: { readonly requestedModel: string | undefined; readonly servedModel: string | undefined }
  readonly measurement: Measurement
}

/** Ids of a span as words: 4 of its trace, 2 of its own, 2 of its parent; 0 where there is none. */
export type SpanIds = Uint32Array
/** How many words the ids of one span take. */
export const spanIdWords = 8

/** When a span began and ended, in hundredths of a millisecond, and the name of the instrumentation that tells of it. */
export interface SpanSource {
  readonly startTicks: number
  readonly endTicks: number
  readonly scope: string
}

/**
 * Records of the spans in one body: 48 bytes of each that has ids, nearly all of it hashes. A span's key is a hash of its service, its trace and
 * itself, so spans of two services never lie around each other.
 */
export class SpanRecords {
  #words = new Uint32Array(0)
  #count = 0
  #service = ''
  #saltHigh = 0
  #saltLow = 0

  get count(): number {
    return this.#count
  }

  /** The records, one behind the other. */
  get words(): Uint32Array {
    return this.#words.subarray(0, this.#count * recordWords)
  }

  /** Begins the record of a span. @returns its place, or -1 for a span without ids */
  add(ids: SpanIds, service: string): number {
    const [t0 = 0, t1 = 0, t2 = 0, t3 = 0, own0 = 0, own1 = 0, parent0 = 0, parent1 = 0] = ids
    if ((t0 | t1 | t2 | t3) === 0 || (own0 | own1) === 0) return -1
    if (service !== this.#service) this.#saltWith(service)
    let high = this.#saltHigh
    let low = this.#saltLow
    for (let index = 0; index < 4; index++) {
      const word = ids[index] ?? 0
      high = mixed(high, word, 0x85ebca6b)
      low = mixed(low, word, 0xc2b2ae35)
    }
    const at = this.#count * recordWords
    if (at === this.#words.length) this.#grow()
    this.#words[at + recordFields.trace] = low
    this.#words[at] = final(mixed(mixed(high, own0, 0x85ebca6b), own1, 0x85ebca6b))
    this.#words[at + 1] = final(mixed(mixed(low, own0, 0xc2b2ae35), own1, 0xc2b2ae35))
    if ((parent0 | parent1) !== 0) {
      this.#words[at + recordFields.parent] = final(mixed(mixed(high, parent0, 0x85ebca6b), parent1, 0x85ebca6b))
      this.#words[at + recordFields.parent + 1] = final(mixed(mixed(low, parent0, 0xc2b2ae35), parent1, 0xc2b2ae35))
    }
    return this.#count++
  }

  /** Notes that a span is a request. */
  request(place: number, call: RequestFacts, { startTicks, endTicks, scope }: SpanSource): void {
    const { request, configuration, measurement } = call
    const at = place * recordWords
    const { inputTokens, outputTokens } = measurement
    this.#words[at + recordFields.info] = kinds[request] | infoBits.request | figuresOf(measurement)
    this.#words[at + recordFields.asked] = modelWord(configuration.requestedModel)
    this.#words[at + recordFields.served] = modelWord(configuration.servedModel)
    this.#words[at + recordFields.tokens] = tokensWord(inputTokens, outputTokens, this.#saltLow)
    this.#words[at + recordFields.scope] = nameWord(scope)
    this.#words[at + recordFields.start] = startTicks
    this.#words[at + recordFields.end] = endTicks
  }

  /** A word that stands for the trace of a span, within its service. */
  traceOf(place: number): number {
    return this.#words[place * recordWords + recordFields.trace] ?? 0
  }

  /** The traces that have a request. */
  tracesOfRequests(): ReadonlySet<number> {
    const traces = new Set<number>()
    for (let place = 0; place < this.#count; place++) {
      const info = this.#words[place * recordWords + recordFields.info] ?? 0
      if ((info & infoBits.request) !== 0) traces.add(this.traceOf(place))
    }
    return traces
  }

  /** Notes that what lies below a span isn't part of the request above it: a tool's work, an agent's. */
  divides(place: number): void {
    this.#words[place * recordWords + recordFields.info] = infoBits.divides
  }

  #saltWith(service: string): void {
    this.#service = service
    this.#saltHigh = 0x9e3779b9
    this.#saltLow = 0x7f4a7c15
    for (let index = 0; index < service.length; index++) {
      this.#saltHigh = mixed(this.#saltHigh, service.charCodeAt(index), 0x85ebca6b)
      this.#saltLow = mixed(this.#saltLow, service.charCodeAt(index), 0xc2b2ae35)
    }
  }

  #grow(): void {
    const larger = new Uint32Array(Math.max(this.#words.length * 2, recordWords * 32))
    larger.set(this.#words)
    this.#words = larger
  }
}

function mixed(hash: number, word: number, by: number): number {
  const next = Math.imul(hash ^ word, by)
  return next ^ (next >>> 15)
}

/** The finalizer of MurmurHash3. */
function final(hash: number): number {
  let it = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  it = Math.imul(it ^ (it >>> 13), 0xc2b2ae35)
  return it ^ (it >>> 16)
}
