import { unref } from '../timers.ts'

const leastMs = 250
const mostMs = 30_000
/** So slowly that a server which restarts within seconds is found again before the rows have run out of room. */
const growth = 1.5
const longestRetryAfterMs = 300_000

/** Waits between attempts, ever longer and at random (full jitter), so that a server that comes back isn't met by all at once. */
export class Backoff {
  readonly #over: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  failures = 0

  constructor(over: () => void) {
    this.#over = over
  }

  get waiting(): boolean {
    return this.#timer !== undefined
  }

  start(atLeastMs: number): void {
    this.failures += 1
    const window = Math.min(mostMs, leastMs * growth ** this.failures)
    const jittered = leastMs + Math.random() * (window - leastMs)
    const waitMs = Math.max(jittered, Math.min(atLeastMs, longestRetryAfterMs))
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#over()
    }, waitMs)
    unref(this.#timer)
  }

  cancel(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  reset(): void {
    this.cancel()
    this.failures = 0
  }
}
