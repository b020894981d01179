import { chunksAway, rowsPerChunk } from '../capture/layout.ts'
import type { ToldMessage, ToSender } from '../messages.ts'
import type { DiagnosticCode } from '../diagnostics.ts'
import { InvalidField } from '../names.ts'
import { add, read, readDropped, set, sumOf, writeKey, type Shared } from '../shared/memory.ts'
import { Backoff } from './backoff.ts'
import { ChangeQueue } from './change-queue.ts'
import { Contexts } from './contexts.ts'
import type { PackedBody, Platform, TimedEvent } from './platform.ts'
import { newId } from './new-id.ts'
import { Patience } from './patience.ts'
import { answerOf, failure, isWorthRetry, keyOf, retryAfterMs } from './reply.ts'
import { RowQueue, rowsAtMost } from './row-queue.ts'
import { configurationOf } from './configuration.ts'
import { eventOf } from './told.ts'
import * as count from '../shared/counts.ts'
import * as word from '../shared/words.ts'

const rowsPerBatch = 1000
const mostEmptyRefused = 4

/** A batch that has its number. A retry repeats its bytes. */
interface Batch {
  readonly body: PackedBody
  readonly rows: number
  readonly changes: readonly TimedEvent[]
  readonly dropped: number
}

/**
 * Brings events to the server: one batch at a time, each kept until the server acknowledges it. It runs in a thread of its own where there
 * are threads, else beside the host.
 */
export class Sender {
  readonly #platform: Platform
  readonly #shared: Shared
  readonly #contexts = new Contexts()
  readonly #rows = new RowQueue()
  readonly #changes: ChangeQueue
  readonly #backoff = new Backoff(() => this.#pump())
  readonly #keyBackoff = new Backoff(() => this.#pump())
  #bootId = ''
  #sequence = 0
  /** How often the empty batch in the place of a refused one was refused as well. */
  #emptyRefused = 0
  /** Chunks of the ring that the host may not use again yet. */
  #chunks = 0
  /** Dropped events of which no batch tells yet. */
  #unheard = 0
  #batch: Batch | undefined
  #skewMs = 0
  #keyWanted = false
  readonly #patience = new Patience(() => this.#pump())
  /** The last that was asked for and isn't answered. */
  #flush: number | undefined
  #busy = false
  #closing = false
  #stopped = false
  /** Codes of troubles reported since events were last delivered: each once. */
  readonly #troubles = new Set<DiagnosticCode>()

  constructor(platform: Platform, shared: Shared) {
    this.#platform = platform
    this.#shared = shared
    this.#changes = new ChangeQueue(platform, shared)
    if (this.#changes.size > 0) this.#pump()
  }

  receive(message: ToSender): void {
    if (this.#stopped) return
    switch (message.type) {
      case 'rows':
        this.#chunks += 1
        this.#overflow(this.#rows.push(message, this.#shared.rows))
        this.#giveBack()
        break
      case 'context':
        this.#contexts.tell(message)
        if (!this.#keyWanted) this.#patience.renew()
        break
      case 'told':
        this.#take(message)
        break
      case 'key':
        this.#keyWanted = true
        break
      case 'flush':
        this.#flush = message.id
        this.#backoff.hurry()
        this.#keyBackoff.hurry()
        break
      case 'close':
        this.#closing = true
        this.#retryNow()
        break
      case 'stop':
        this.#stopped = true
        return this.#retryNow()
    }
    this.#pump()
  }

  // Rows for which there is no room here stay with the host, which has room of its own.
  #giveBack(): void {
    if (this.#rows.rows > rowsAtMost - chunksAway * rowsPerChunk) return
    Atomics.add(this.#shared.words, word.givenBack, this.#chunks)
    this.#chunks = 0
  }

  #take(told: ToldMessage): void {
    try {
      this.#overflow(this.#changes.push(eventOf(told, this.#configurationOf(told))))
    } catch (error) {
      this.#invalid(error instanceof InvalidField ? error.field : told.kind)
    }
  }

  #configurationOf({ identity, fingerprint }: ToldMessage): ReturnType<typeof configurationOf> | undefined {
    try {
      return identity === undefined ? undefined : configurationOf(identity)
    } catch (error) {
      // What was measured under it would refer to nothing that the server will ever know.
      if (fingerprint !== undefined) this.#contexts.refuse(fingerprint)
      throw error
    }
  }

  #invalid(field: string): void {
    add(this.#shared, count.invalid, 1)
    this.#say('invalid', field)
  }

  #retryNow(): void {
    this.#backoff.cancel()
    this.#keyBackoff.cancel()
  }

  #overflow(rows: number): void {
    if (rows === 0) return
    add(this.#shared, count.overflow, rows)
    this.#complain('overflow')
  }

  #say(code: DiagnosticCode, detail?: string): void {
    this.#platform.tell({ type: 'diagnostic', code, ...(detail === undefined ? {} : { detail }) })
  }

  #pump(): void {
    if (this.#busy) return
    this.#busy = true
    void this.#run().catch(() => {
      this.#busy = false
      this.#failed('an error of its own')
    })
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      if (this.#keyWanted && !this.#keyBackoff.waiting) await this.#fetchKey()
      if (this.#backoff.waiting) break
      this.#batch ??= this.#seal()
      if (this.#batch === undefined) break
      await this.#attempt(this.#batch)
    }
    this.#busy = false
    this.#settle()
  }

  /** The number of rows, changes and keys still owed to the host. */
  get #owed(): number {
    const { rows = 0, changes = [] } = this.#batch ?? {}
    return rows + changes.length + this.#rows.rows + this.#changes.size + Number(this.#keyWanted)
  }

  #settle(): void {
    const idle = this.#batch === undefined && this.#owed === 0
    if (this.#closing && (idle || this.#backoff.waiting || this.#keyBackoff.waiting)) set(this.#shared, word.closed, 1)
    // What only says how many were dropped holds up no flush that the server turns away.
    const isDone = idle || (this.#backoff.waiting && this.#owed === 0)
    if (!isDone) return
    if (this.#flush !== undefined) this.#platform.tell({ type: 'flushed', id: this.#flush })
    this.#flush = undefined
  }

  #seal(): Batch | undefined {
    const { changes, json } = this.#changes.take(this.#skewMs)
    if (changes.length === 0) while (json.length < rowsPerBatch && this.#isRowReady()) this.#sealRow(json)
    this.#giveBack()
    const dropped = sumOf(readDropped(this.#shared)) - read(this.#shared, count.reported)
    add(this.#shared, count.reported, dropped)
    this.#unheard += dropped
    if (json.length === 0 && this.#unheard === 0) return undefined
    const batch = this.#pack({ rows: json.length - changes.length, changes, dropped: this.#unheard }, json)
    this.#unheard = 0
    return batch
  }

  // A process that ends can't wait.
  #isRowReady(): boolean {
    if (this.#rows.rows === 0) return false
    if (!this.#contexts.isOpen(this.#rows.context)) {
      this.#patience.rest()
      return true
    }
    return this.#closing || this.#patience.isOver()
  }

  #sealRow(json: string[]): void {
    try {
      json.push(this.#rows.shift(this.#contexts, this.#skewMs))
    } catch (error) {
      this.#invalid(error instanceof InvalidField ? error.field : 'measurement')
    }
  }

  #pack(batch: Omit<Batch, 'body'>, json: readonly string[]): Batch {
    this.#bootId ||= newId()
    const head = {
      bootId: this.#bootId,
      sequence: this.#sequence,
      sentAt: new Date(Date.now() + this.#skewMs).toISOString(),
      dropped: batch.dropped,
    }
    const body = this.#platform.pack(`${JSON.stringify(head).slice(0, -1)},"events":[${json.join()}]}`)
    return { ...batch, body }
  }

  async #attempt(batch: Batch): Promise<void> {
    const sentAt = Date.now()
    const reply = await this.#platform.request('/v1/telemetry', batch.body).catch(failure)
    if (this.#stopped) return
    if (typeof reply === 'string') return this.#failed(reply)
    if (reply.status === 200) {
      const answer = answerOf(reply.text)
      if (answer === undefined) return this.#failed('an answer that isn’t AfterAI’s')
      this.#measureSkew(answer.serverTime, sentAt)
      return this.#acknowledged(batch, answer.rejected.length)
    }
    const isEmpty = batch.rows + batch.changes.length === 0
    if (isEmpty && !isWorthRetry(reply.status) && ++this.#emptyRefused === mostEmptyRefused) this.#giveUp(batch)
    if (isEmpty || isWorthRetry(reply.status)) return this.#failed(`HTTP ${reply.status}`, retryAfterMs(reply))
    this.#refused(batch, reply.status)
  }

  #failed(detail: string, atLeastMs = 0): void {
    set(this.#shared, word.backingOff, 1)
    this.#complain('unreachable', detail)
    add(this.#shared, count.retries, 1)
    this.#backoff.start(atLeastMs)
  }

  #acknowledged(batch: Batch, rejected: number): void {
    const events = batch.rows + batch.changes.length
    const refused = Math.min(rejected, events)
    add(this.#shared, count.delivered, events - refused)
    add(this.#shared, count.refused, refused)
    // The server knows of these: it is what refused them.
    add(this.#shared, count.reported, refused)
    if (refused > 0) this.#complain('refused', `${refused} of a batch`)
    else if (events > 0) this.#recover()
    this.#changes.done(batch.changes)
    this.#batch = undefined
    this.#sequence += 1
    this.#emptyRefused = 0
    this.#backoff.reset()
    set(this.#shared, word.backingOff, 0)
  }

  #complain(code: DiagnosticCode, detail?: string): void {
    if (!this.#troubles.has(code)) this.#say(code, detail)
    this.#troubles.add(code)
  }

  #recover(): void {
    if (this.#troubles.size > 0) this.#say('delivering')
    this.#troubles.clear()
  }

  /**
   * The batch is dropped, but its number may be taken: an earlier attempt may have been committed without an answer. An empty batch takes
   * its place, so that the numbers have no gap and no other event can be mistaken for a retry.
   */
  #refused(batch: Batch, status: number): void {
    const lost = batch.rows + this.#changes.refused(batch.changes)
    add(this.#shared, count.refused, lost)
    add(this.#shared, count.reported, lost)
    this.#complain('refused', `HTTP ${status}`)
    this.#batch = this.#pack({ rows: 0, changes: [], dropped: batch.dropped + lost }, [])
  }

  // What waits behind it goes on as another process would, whose numbers begin anew. What the batch reported is reported again.
  #giveUp({ dropped }: Batch): void {
    this.#batch = undefined
    this.#bootId = ''
    this.#sequence = 0
    this.#emptyRefused = 0
    this.#unheard += dropped
  }

  #measureSkew(serverTime: string, sentAt: number): void {
    const now = Date.now()
    const skewMs = Math.round(Date.parse(serverTime) - (sentAt + now) / 2)
    // What the way there and back may account for isn't corrected.
    this.#skewMs = Math.abs(skewMs) > (now - sentAt) / 2 + 100 ? skewMs : 0
    set(this.#shared, word.skewMs, Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, this.#skewMs)))
  }

  async #fetchKey(): Promise<void> {
    const reply = await this.#platform.request('/v1/digest-key').catch(failure)
    if (this.#stopped) return
    if (typeof reply === 'string' || isWorthRetry(reply.status)) {
      this.#complain('unreachable', typeof reply === 'string' ? reply : `HTTP ${reply.status}`)
      return this.#keyBackoff.start(typeof reply === 'string' ? 0 : retryAfterMs(reply))
    }
    const key = reply.status === 200 ? keyOf(reply.text) : undefined
    if (key === undefined || !writeKey(this.#shared, key)) {
      this.#say('digest_key', `HTTP ${reply.status}`)
      set(this.#shared, word.key, word.keyRefused)
    }
    this.#keyBackoff.reset()
    this.#keyWanted = false
    this.#patience.renew()
    this.#platform.tell({ type: 'key' })
  }
}
