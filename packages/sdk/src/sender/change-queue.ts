import { add, set, type Shared } from '../shared/memory.ts'
import type { Platform, TimedEvent } from './platform.ts'
import * as count from '../shared/counts.ts'
import * as word from '../shared/words.ts'

const mostChanges = 256
const mostPerBatch = 100
const charactersPerBatch = 256 * 1024

/** Observations and changes that wait for the server. They go before measurements, in batches of their own, and may be spooled. */
export class ChangeQueue {
  readonly #platform: Platform
  readonly #shared: Shared
  readonly #waiting: TimedEvent[] = []
  readonly #spooled = new Set<string>()
  /** One at a time, for as many as were refused together: one of them spoilt it for the others. */
  #alone = 0

  constructor(platform: Platform, shared: Shared) {
    this.#platform = platform
    this.#shared = shared
    const left = platform.spool?.load() ?? []
    this.#waiting.push(...left)
    for (const { event } of left) this.#spooled.add(event.id)
    add(shared, count.replayed, left.length)
    this.#tellSpooled()
  }

  get size(): number {
    return this.#waiting.length
  }

  /** @returns how many were dropped to make room */
  push(event: TimedEvent): number {
    this.#waiting.push(event)
    if (this.#platform.spool?.add(event)) this.#spooled.add(event.event.id)
    const oldest = this.#waiting.length > mostChanges ? this.#waiting.shift() : undefined
    if (oldest !== undefined) this.#forget(oldest)
    this.#tellSpooled()
    return oldest === undefined ? 0 : 1
  }

  /** Takes the oldest, as many as fit into a batch, with their times as the server would tell them. */
  take(skewMs: number): { changes: TimedEvent[]; json: string[] } {
    const changes: TimedEvent[] = []
    const json: string[] = []
    let characters = 0
    const most = this.#alone > 0 ? 1 : mostPerBatch
    while (this.#waiting.length > 0 && changes.length < most && characters < charactersPerBatch) {
      const change = this.#waiting.shift() as TimedEvent
      const text = JSON.stringify(sentForm(change, skewMs))
      characters += text.length
      changes.push(change)
      json.push(text)
    }
    this.#alone = Math.max(0, this.#alone - changes.length)
    return { changes, json }
  }

  /** They are acknowledged. */
  done(changes: readonly TimedEvent[]): void {
    for (const change of changes) this.#forget(change)
    this.#tellSpooled()
  }

  /**
   * Their batch was refused. Of several, each is tried again alone.
   * @returns how many are lost
   */
  refused(changes: readonly TimedEvent[]): number {
    if (changes.length > 1) {
      this.#waiting.unshift(...changes)
      this.#alone = changes.length
      return 0
    }
    this.done(changes)
    return changes.length
  }

  #forget({ event }: TimedEvent): void {
    if (this.#spooled.delete(event.id)) this.#platform.spool?.remove(event.id)
  }

  #tellSpooled(): void {
    set(this.#shared, word.spooled, this.#spooled.size)
  }
}

function sentForm({ event, time }: TimedEvent, skewMs: number): object {
  return event.kind === 'observation' ? { ...event, observedAt: new Date(time + skewMs).toISOString() } : event
}
