import { DigestQueue } from './configuration/digest-queue.ts'
import { contextsAtMost, rowsPerChunk } from './capture/layout.ts'
import { Ring } from './capture/ring.ts'
import { beforeTheEnd, forget, type Leaving } from './exit.ts'
import type { Link } from './link/link.ts'
import { openLink } from './link/open-link.ts'
import type { ContextMessage, FromSender, ToldMessage, ToSender } from './messages.ts'
import { InvalidField } from './names.ts'
import { Notices } from './notices.ts'
import { diagnosticHookOf, optionNames, readOptions, type ReadOptions } from './options.ts'
import { add, get, makeShared, read, readDropped, readKey, set, sumOf, writeKey } from './shared/memory.ts'
import { once, pause, within } from './timers.ts'
import type { Snapshot } from './configuration/snapshot.ts'
import type { Measurement, Stats } from './types.ts'
import * as count from './shared/counts.ts'
import * as word from './shared/words.ts'

/** How old a row may become before it is handed to the sender. */
const handOverMs = 250

/** How often what can't wake this thread is looked at while it waits. */
const lookMs = 5

/** A process that ends waits at most so many times as long as for one sign of life: for its thread to start, and then for the key and each batch. */
const mostWaits = 6

/** By the clock it ends after so many, also where nothing of it gets the processor. */
const longestWaits = 40

/** How long this thread has waited for others as the process ends. A look that comes back late counts no more than one that comes in time. */
let waitedMs = 0

const mostContexts = 1_000

/** An event that isn't a measurement, once its configuration is digested. */
export interface Told {
  readonly snapshot: Snapshot | undefined
  readonly message: Pick<ToldMessage, 'system' | 'environment' | 'plain'>
}

/** The host's side of a client: takes events in, counts them, and hands them on. Nothing here throws. */
export class Client implements Leaving {
  // What each measurement needs comes first.
  #isOn = false
  readonly #shared = makeShared()
  readonly #ring: Ring
  readonly options: ReadOptions | undefined
  readonly notices: Notices
  readonly #digests: DigestQueue
  /** Of each handle, what was observed last as far as it is known: a thread that starts is told. */
  readonly #contexts: ContextMessage[] = []
  readonly #flushes = new Map<number, () => void>()
  /** Undefined until there is something to send. */
  #link: Link | undefined
  /** Events that never came into the ring. */
  #others = 0
  #flushesAsked = 0
  #hasLeft = false
  /** While the process ends: from when on it waits, whether its thread runs, what the server answered, and how long was listened by then. */
  #waitsFromMs = 0
  #isRunning = false
  #progress = -1
  #heardMs = 0
  #closing: Promise<void> | undefined

  constructor(options: unknown) {
    this.notices = new Notices(diagnosticHookOf(options))
    this.#ring = new Ring(this.#shared, this.notices)
    this.#digests = new DigestQueue({
      key: () => readKey(this.#shared),
      wasRefused: () => get(this.#shared, word.key) === word.keyRefused,
      ask: () => this.#send({ type: 'key' }),
      forget: () => set(this.#shared, word.key, word.keyUnknown),
    })
    const isMisspelt = this.notices.unknownOf('options', options, optionNames)
    try {
      // What it is told then would count as production's.
      if (isMisspelt) throw new InvalidField('environment')
      this.options = readOptions(options)
      if (this.options.isProductionAssumed) this.notices.say('assumed_production')
      if (this.options.digestKey !== undefined) writeKey(this.#shared, this.options.digestKey)
      this.#isOn = true
      beforeTheEnd(this)
      // What an earlier process left in the spool goes without being asked for.
      if (this.options.sender.spoolFolder !== undefined) this.#handOverSoon()
    } catch (error) {
      this.notices.say('misconfigured', error instanceof InvalidField ? error.field : undefined)
    }
  }

  /**
   * A number for a new handle, under which the sender knows what its measurements have in common; NaN if there are too many. With each
   * observation it grows by `contextsAtMost`.
   */
  contextOf(system: string, environment: string): number {
    const index = this.#contexts.length
    if (index >= mostContexts) return Number.NaN
    this.#send(
      (this.#contexts[index] = { type: 'context', index, fields: { system, environment }, fingerprint: undefined }),
    )
    return index
  }

  // What was observed is known, or lost: measurements since then may go.
  #settle(index: number, fingerprint?: string): void {
    const handle = index % contextsAtMost
    const latest = this.#contexts[handle]
    if (latest === undefined) return
    const message = { ...latest, index, fingerprint }
    // Two that are digested beside each other may end in another order.
    if (index > latest.index) this.#contexts[handle] = message
    this.#send(message)
  }

  #send(message: ToSender): void {
    this.#link?.send(message)
  }

  measure(context: number, measurement: Measurement): void {
    if (!this.#isOn) return this.#turnAway()
    let rows: number
    try {
      rows = this.#ring.append(context, measurement)
    } catch {
      return this.#refuse('measurement')
    }
    if (rows === 1) this.#handOverInTime()
    else if (rows % rowsPerChunk === 0) this.#handOverSoon()
  }

  #turnAway(): void {
    add(this.#shared, count.closed, 1)
    this.#others += 1
    if (this.#closing !== undefined) this.notices.once('closed')
  }

  /**
   * Takes in an event that isn't a measurement. `prepare` reads what the caller gave, and may throw. `context` is that of the measurements
   * which come after an observation.
   */
  tell(kind: ToldMessage['kind'], prepare: () => Told, context = Number.NaN): void {
    if (!this.#isOn) return this.#turnAway()
    try {
      const time = Date.now()
      const { snapshot, message } = prepare()
      this.#others += 1
      this.#digests.push({
        snapshot,
        finish: (digested) => {
          const fingerprint = digested?.fingerprint
          this.#send({ type: 'told', kind, time, ...message, identity: digested?.identity, fingerprint })
          this.#settle(context, fingerprint)
        },
        drop: (why) => {
          add(this.#shared, why, 1)
          this.#settle(context)
        },
      })
      this.#handOverSoon()
    } catch (error) {
      this.#settle(context)
      this.#refuse(error instanceof InvalidField ? error.field : kind)
    }
  }

  stats(): Stats {
    const shared = this.#shared
    const { rows, left } = this.#ring
    const delivered = read(shared, count.delivered)
    const droppedBy = readDropped(shared)
    const dropped = sumOf(droppedBy)
    const enqueued = rows + left + this.#others + read(shared, count.replayed)
    const backingOff = get(shared, word.backingOff) === 1 ? 'backing_off' : 'ready'
    return {
      enqueued,
      delivered,
      dropped,
      pending: enqueued - delivered - dropped,
      droppedBy,
      retries: read(shared, count.retries),
      state: this.#isOn ? backingOff : 'closed',
      clockSkewMs: get(shared, word.skewMs),
    }
  }

  /**
   * Waits until the server acknowledged all that was told before the call, or the time is over.
   * @returns whether it did; false if any event was dropped since the client was made, and where the client can't deliver
   */
  async flush(timeoutMs: unknown): Promise<boolean> {
    const { enqueued } = this.stats()
    const flush = { id: 0, rows: this.#ring.left + this.#ring.rows, isOver: false }
    if (this.#isOn && this.#isOwing()) {
      const isAnswered = await within(waitOf(timeoutMs), this.#deliver(flush)).catch(() => false)
      flush.isOver = true
      this.#flushes.delete(flush.id)
      if (isAnswered) this.notices.drop('timeout')
      else if (this.stats().pending > 0) this.notices.keep('timeout')
    }
    const { delivered, dropped } = this.stats()
    const isAble = this.#isOn || this.#closing !== undefined
    return isAble && dropped === 0 && delivered >= enqueued
  }

  // What the sender dropped it may not have told of yet: it does before it answers.
  #isOwing(): boolean {
    const { pending, dropped } = this.stats()
    return pending > 0 || (dropped > 0 && this.#link !== undefined)
  }

  // For some of it the sender may have room only once it has sent the rest.
  async #deliver(flush: { id: number; readonly rows: number; readonly isOver: boolean }): Promise<void> {
    for (let isAll = false; !isAll;) {
      this.#handOver(false)
      isAll = this.#ring.left >= flush.rows
      while (this.#digests.size > 0 && this.#isOn && !flush.isOver) await pause(lookMs)
      if (!this.#isOn || flush.isOver) return
      await new Promise<void>((resolve) => {
        flush.id = ++this.#flushesAsked
        this.#flushes.set(flush.id, resolve)
        this.#send({ type: 'flush', id: flush.id })
      })
    }
  }

  close(timeoutMs: unknown): Promise<void> {
    this.#closing ??= this.#close(timeoutMs)
    return this.#closing
  }

  async #close(timeoutMs: unknown): Promise<void> {
    await this.flush(timeoutMs)
    forget(this)
    const link = this.#link
    this.#isOn = false
    this.#link = undefined
    await link?.end().catch(() => undefined)
    // What the spool keeps is sent by the next process.
    const lost = this.stats().pending - get(this.#shared, word.spooled)
    add(this.#shared, count.closed, lost)
    if (lost > 0) this.notices.say('closed')
  }

  leave(): boolean {
    if (!this.#isOn || this.stats().pending === 0 || !this.#open().canWait) return false
    this.#waitsFromMs = waitedMs
    this.#handOver(true)
    this.#send({ type: 'leaving' })
    if (this.#digests.size === 0) this.#send({ type: 'close' })
    return true
  }

  isLeaving(since: number): boolean {
    const isStarting = get(this.#shared, word.ready) === 0
    const leftMs = this.#leftMs(since, isStarting)
    if (leftMs <= 0) return false
    const isKeyAwaited = this.#digests.size > 0
    const which = isStarting ? word.ready : isKeyAwaited ? word.key : word.closed
    const isChanged = Atomics.wait(this.#shared.words, which, 0, Math.min(leftMs, lookMs)) === 'not-equal'
    if (!isChanged) waitedMs += lookMs
    if (isStarting || !isChanged) return true
    if (!isKeyAwaited) return false
    this.#digests.run()
    this.#send({ type: 'close' })
    return true
  }

  // How long a thread takes to start, and how long it waits for the processor, is up to the machine and what else it does: that is no
  // silence of the server's. Only what the thread listened for in vain is.
  #leftMs(since: number, isStarting: boolean): number {
    const { exitWaitMs } = (this.options as ReadOptions).sender
    if (this.#isRunning === isStarting) this.#waitsFromMs = waitedMs
    this.#isRunning = !isStarting
    const listenedMs = get(this.#shared, word.listenedMs)
    const progress = read(this.#shared, count.delivered) + get(this.#shared, word.key)
    if (this.#progress !== progress) this.#heardMs = listenedMs
    this.#progress = progress
    const mostMs = Math.min(
      this.#waitsFromMs + mostWaits * exitWaitMs - waitedMs,
      since + longestWaits * exitWaitMs - Date.now(),
    )
    return isStarting ? mostMs : Math.min(mostMs, this.#heardMs + exitWaitMs - listenedMs)
  }

  leaveSoon(): void {
    const mayWait = this.#isOn && !this.#hasLeft && get(this.#shared, word.closed) === 0
    if (!mayWait || this.stats().pending === 0 || this.#open().canWait) return
    this.#hasLeft = true
    void this.flush(this.options?.sender.exitWaitMs).then(() => this.#send({ type: 'close' }))
  }

  // Counted last, and by no call: where the stack is at its end, the event either is in both counts or never was.
  #refuse(field: string): void {
    add(this.#shared, count.invalid, 1)
    this.#others += 1
    this.notices.invalid(field)
  }

  readonly #handOverSoon: () => void = once(0, () => this.#handOver(false))

  readonly #handOverInTime: () => void = once(handOverMs, () => {
    try {
      this.#handOver(false)
    } finally {
      if (this.#ring.rows > 0) this.#handOverInTime()
    }
  })

  #open(): Link {
    if (this.#link !== undefined) return this.#link
    const { sender } = this.options as ReadOptions
    this.#link = openLink(sender, this.#shared, {
      tell: (message) => this.#hear(message),
      lost: (fresh) => this.#restart(fresh),
    })
    this.#contexts.forEach(this.#link.send)
    return this.#link
  }

  #handOver(isLast: boolean): void {
    if (!this.#isOn) return
    const link = this.#open()
    const ring = this.#ring
    this.#digests.run()
    for (let rows = ring.take(isLast); rows !== undefined; rows = ring.take(isLast)) link.send(rows)
    if (ring.rows > 0) ring.keep()
    else if (!ring.hasDropped) this.notices.endOverflow()
    if (ring.hasDropped) this.notices.pass('overflow')
    ring.hasDropped = false
  }

  #hear(message: FromSender): void {
    if (message.type === 'key') return this.#digests.run()
    if (message.type === 'diagnostic') return this.notices.pass(message.code, message.detail)
    for (const [id, resolve] of this.#flushes) {
      if (id > message.id) return
      resolve()
      this.#flushes.delete(id)
    }
  }

  // The thread took with it what it held.
  #restart(fresh: Link | undefined): void {
    this.notices.say('worker')
    this.#link = fresh
    this.#isOn = fresh !== undefined
    // What it spooled the next thread reads, and counts, as what another process left; without one it stays for the next process.
    const here = this.#ring.rows + this.#digests.size + (fresh === undefined ? get(this.#shared, word.spooled) : 0)
    add(this.#shared, count.closed, this.stats().pending - here)
    this.#ring.takeBack(true)
    if (fresh !== undefined) this.#contexts.forEach(fresh.send)
    if (this.#digests.size > 0) fresh?.send({ type: 'key' })
    for (const over of this.#flushes.values()) over()
    this.#flushes.clear()
  }
}

function waitOf(timeoutMs: unknown): number {
  return typeof timeoutMs === 'number' && timeoutMs >= 0 ? Math.min(timeoutMs, 60_000) : 2_000
}
