import { DigestQueue } from './configuration/digest-queue.ts'
import { contextsAtMost, ringRows, rowsAtOnce } from './capture/layout.ts'
import { Ring, type Rows } from './capture/ring.ts'
import type { DiagnosticCode } from './diagnostics.ts'
import { beforeTheEnd, forget, type Leaving } from './exit.ts'
import type { Link } from './link/link.ts'
import { openLink } from './link/open-link.ts'
import type { ContextMessage, FromSender, ToldMessage, ToSender } from './messages.ts'
import { InvalidField } from './names.ts'
import { diagnosticHookOf, readOptions, type ReadOptions } from './options.ts'
import { add, droppedIn, get, keyState, makeShared, read, readKey, set, word, writeKey } from './shared.ts'
import { unref } from './unref.ts'
import type { Snapshot } from './configuration/snapshot.ts'
import type { Diagnostic, Measurement, Stats } from './types.ts'

/** How old a row may become before it is handed to the sender. */
const handOverMs = 250

const mostContexts = 1_000
const mostFieldsNamed = 64

/** An event that isn't a measurement, once its configuration is digested. */
export interface Told {
  readonly snapshot: Snapshot | undefined
  readonly message: Pick<ToldMessage, 'system' | 'environment' | 'plain'>
}

/** The host's side of a client: takes events in, counts them, and hands them on. Nothing here throws. */
export class Client implements Leaving {
  // What each measurement needs comes first.
  #isOn = false
  readonly #ring = new Ring()
  readonly options: ReadOptions | undefined
  readonly #hook: ((diagnostic: Diagnostic) => unknown) | undefined
  readonly #shared = makeShared()
  readonly #digests: DigestQueue
  /** Of each handle, what was observed last as far as it is known: a thread that starts is told. */
  readonly #contexts: ContextMessage[] = []
  readonly #fieldsNamed = new Set<string>()
  readonly #flushes = new Map<number, () => void>()
  /** Undefined until there is something to send. */
  #link: Link | undefined
  /** Events that never came into the ring. */
  #others = 0
  #flushesAsked = 0
  #isTiming = false
  #isHandingOver = false
  #isOverflowing = false
  #hasLeft = false
  #closing: Promise<void> | undefined

  constructor(options: unknown) {
    this.#hook = diagnosticHookOf(options)
    this.#digests = new DigestQueue({
      key: () => readKey(this.#shared),
      wasRefused: () => get(this.#shared, 'key') === keyState.refused,
      ask: () => this.#send({ type: 'key' }),
      forget: () => set(this.#shared, 'key', keyState.unknown),
    })
    try {
      this.options = readOptions(options)
      if (this.options.digestKey !== undefined) writeKey(this.#shared, this.options.digestKey)
      this.#isOn = true
      beforeTheEnd(this)
      // What an earlier process left in the spool goes without being asked for.
      if (this.options.sender.spoolFolder !== undefined) this.#handOverSoon()
    } catch (error) {
      this.#say('misconfigured', error instanceof InvalidField ? error.field : undefined)
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
      this.#others += 1
      return this.#refuse('measurement')
    }
    if (rows === 1) this.#startTimer()
    else if (rows % rowsAtOnce === 0) this.#hurry(rows)
  }

  #turnAway(): void {
    this.#others += 1
    add(this.#shared, 'closed', 1)
  }

  /**
   * Takes in an event that isn't a measurement. `prepare` reads what the caller gave, and may throw. `context` is that of the measurements
   * which come after an observation.
   */
  tell(kind: ToldMessage['kind'], prepare: () => Told, context = Number.NaN): void {
    if (!this.#isOn) return this.#turnAway()
    this.#others += 1
    try {
      const time = Date.now()
      const { snapshot, message } = prepare()
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
    const delivered = read(shared, 'delivered')
    const dropped = droppedIn(shared)
    const enqueued = this.#ring.appended + this.#others + read(shared, 'replayed')
    const backingOff = get(shared, 'backingOff') === 1 ? 'backing_off' : 'ready'
    return {
      enqueued,
      delivered,
      dropped,
      pending: enqueued - delivered - dropped,
      droppedBy: {
        invalid: read(shared, 'invalid'),
        overflow: read(shared, 'overflow'),
        refused: read(shared, 'refused'),
        closed: read(shared, 'closed'),
      },
      retries: read(shared, 'retries'),
      state: this.#isOn ? backingOff : 'closed',
      clockSkewMs: get(shared, 'skewMs'),
    }
  }

  /** Has everything sent so far delivered, or waits until the time is over. */
  async flush(timeoutMs: unknown): Promise<boolean> {
    const time = waitOf(timeoutMs)
    await within(time, (over) => {
      this.#handOver(true)
      void this.#digests.idle().then(() => this.#askToFlush(over))
    })
    return this.stats().pending === 0
  }

  #askToFlush(over: () => void): void {
    if (this.#link === undefined) return over()
    const id = ++this.#flushesAsked
    this.#flushes.set(id, over)
    this.#link.send({ type: 'flush', id })
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
    add(this.#shared, 'closed', this.stats().pending - get(this.#shared, 'spooled'))
  }

  leave(): void {
    if (!this.#isOn || this.stats().pending === 0) return
    const link = this.#open()
    if (!link.canWait) return
    const { exitWaitMs } = (this.options as ReadOptions).sender
    const deadline = Date.now() + exitWaitMs
    const wait = (which: keyof typeof word): void => {
      Atomics.wait(this.#shared.words, word[which], 0, Math.max(0, deadline - Date.now()))
    }
    try {
      this.#handOver(true)
      wait('ready')
      if (this.#digests.size > 0) {
        wait('key')
        this.#digests.run()
      }
      link.send({ type: 'close' })
      wait('closed')
    } catch {
      // A host that can't wait ends without.
    }
  }

  leaveSoon(): void {
    const mayWait = this.#isOn && !this.#hasLeft && get(this.#shared, 'closed') === 0
    if (!mayWait || this.stats().pending === 0 || this.#open().canWait) return
    this.#hasLeft = true
    void this.flush(this.options?.sender.exitWaitMs).then(() => this.#send({ type: 'close' }))
  }

  #hurry(rows: number): void {
    this.#ring.sharing = 0
    if (rows === ringRows) this.#overflow(this.#ring.drop())
    this.#handOverSoon()
  }

  #overflow(dropped: number): void {
    add(this.#shared, 'overflow', dropped)
    this.#hear({ type: 'diagnostic', code: 'overflow' })
  }

  #refuse(field: string): void {
    add(this.#shared, 'invalid', 1)
    this.#sayInvalid(field)
  }

  // Once a field: a host that does it wrong does it with every event.
  #sayInvalid(field: string): void {
    if (this.#fieldsNamed.has(field) || this.#fieldsNamed.size >= mostFieldsNamed) return
    this.#fieldsNamed.add(field)
    this.#say('invalid', field)
  }

  #startTimer(): void {
    if (this.#isTiming) return
    this.#isTiming = true
    afterTheCaller(() => {
      const timer = setTimeout(() => {
        this.#isTiming = false
        this.#handOver(false)
        if (this.#ring.rows > 0) this.#startTimer()
      }, handOverMs)
      unref(timer)
    })
  }

  #handOverSoon(): void {
    if (this.#isHandingOver) return
    this.#isHandingOver = true
    afterTheCaller(() => {
      const soon = globalThis.setImmediate ?? setTimeout
      soon(() => {
        this.#isHandingOver = false
        this.#handOver(false)
      })
    })
  }

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
    this.#digests.run()
    this.#ring.sharing = -1
    const next = (): Rows | undefined => (isLast || link.hasRoom() ? this.#ring.take() : undefined)
    // What is more than one message waits for the next turn of the event loop, which so isn't held up.
    for (let rows = next(); rows !== undefined; rows = isLast ? next() : undefined) link.send(rows)
    if (this.#ring.rows > 0 && link.hasRoom()) this.#handOverSoon()
  }

  #hear(message: FromSender): void {
    if (message.type === 'key') return this.#digests.run()
    if (message.type === 'diagnostic') return this.#pass(message.code, message.detail)
    this.#flushes.get(message.id)?.()
    this.#flushes.delete(message.id)
  }

  // Either thread may run out of room; it is one state, told once.
  #pass(code: DiagnosticCode, detail?: string): void {
    if (code === 'invalid') return this.#sayInvalid(detail ?? '')
    if (code === 'overflow' && this.#isOverflowing) return
    if (code === 'overflow') this.#isOverflowing = true
    if (code === 'delivering') this.#isOverflowing = false
    this.#say(code, detail)
  }

  // The thread took with it what it held.
  #restart(fresh: Link | undefined): void {
    this.#say('worker')
    this.#link = fresh
    this.#isOn = fresh !== undefined
    const here = this.#ring.rows + this.#digests.size + get(this.#shared, 'spooled')
    add(this.#shared, 'closed', this.stats().pending - here)
    if (fresh !== undefined) this.#contexts.forEach(fresh.send)
    if (this.#digests.size > 0) fresh?.send({ type: 'key' })
    for (const over of this.#flushes.values()) over()
    this.#flushes.clear()
  }

  #say(code: DiagnosticCode, detail?: string): void {
    const hook = this.#hook
    if (hook === undefined) return
    // Off the host's stack; and whatever the hook does, or returns, is its own affair. Loaded where it is needed: most hosts hear nothing.
    void import('./diagnostics.ts').then(({ diagnosticOf }) => hook(diagnosticOf(code, detail))).catch(() => undefined)
  }
}

const settled = Promise.resolve()

/** Timers are dear to set, so not on the stack of the one call in many that has to. Nothing here reaches the host, not even as a rejection. */
function afterTheCaller(act: () => void): void {
  settled.then(act).catch(() => undefined)
}

function waitOf(timeoutMs: unknown): number {
  return typeof timeoutMs === 'number' && timeoutMs >= 0 ? Math.min(timeoutMs, 60_000) : 2_000
}

/** Waits for `over` to be called, but not longer. The timer keeps the process alive: its host asked to wait. */
function within(timeoutMs: number, start: (over: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs)
    start(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
