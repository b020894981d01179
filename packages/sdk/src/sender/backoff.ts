import { unref } from '../timers.ts'

const leastMs = 250
const mostMs = 30_000
/** Of how long it has failed, the part by which a wait may be longer: a server that was away for 3 s is found again within 4.25 s. */
const part = 1 / 4
const longestRetryAfterMs = 300_000

/** Waits between attempts, ever longer and at random (full jitter), so that a server that comes back isn't met by all at once. */
export class Backoff {
  readonly #over: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  /** When the first attempt failed since one succeeded, by the clock that only goes on. */
  #failedSince: number | undefined
  /** Before then there is no attempt, whoever asks for one. */
  #closedUntil = 0

  constructor(over: () => void) {
    this.#over = over
  }

  get waiting(): boolean {
    return this.#timer !== undefined
  }

  start(atLeastMs: number): void {
    const now = performance.now()
    this.#failedSince ??= now
    const window = Math.min(mostMs, 2 * leastMs + (now - this.#failedSince) * part)
    const jittered = leastMs + Math.random() * (window - leastMs)
    const leastWaitMs = Math.max(leastMs, Math.min(atLeastMs, longestRetryAfterMs))
    this.#closedUntil = now + leastWaitMs
    this.#wait(Math.max(jittered, leastWaitMs))
  }

  /** Waits no longer than the least, or what the server asked for. */
  hurry(): void {
    if (this.waiting) this.#wait(Math.max(0, this.#closedUntil - performance.now()))
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#over()
    }, ms)
    unref(this.#timer)
  }

  cancel(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  reset(): void {
    this.cancel()
    this.#failedSince = undefined
  }
}
