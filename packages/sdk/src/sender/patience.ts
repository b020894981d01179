import { unref } from '../timers.ts'

/** How long measurements may wait for the fingerprint of the configuration they ran with. */
const mostMs = 5_000

/** How long the oldest row waits for its fingerprint. Once in vain, no row waits until there is reason to hope again. */
export class Patience {
  readonly #over: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #isOver = false

  constructor(over: () => void) {
    this.#over = over
  }

  /** Whether there is none left. If there is, it runs. */
  isOver(): boolean {
    if (!this.#isOver && this.#timer === undefined) {
      this.#timer = setTimeout(() => {
        this.#isOver = true
        this.#over()
      }, mostMs)
      unref(this.#timer)
    }
    return this.#isOver
  }

  /** Nothing waits. */
  rest(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  renew(): void {
    this.rest()
    this.#isOver = false
  }
}
