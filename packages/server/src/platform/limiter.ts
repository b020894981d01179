import { ProblemError } from '@afterai/contract'

/** Runs work when its turn comes. @throws ProblemError `not_ready` when too much is waiting already, or it waited too long */
export interface Limiter {
  <T>(work: () => Promise<T>): Promise<T>
  /** How much runs, and how much waits. */
  load(): { readonly running: number; readonly waiting: number }
}

/**
 * Bounds work that is heavy on memory or processors: so much runs at once, so much more may wait its turn, and the rest is
 * refused, with the seconds after which to try again.
 * @param limits.longestWaitMs what has waited so long is refused as well
 * @param limits.busy what the refused caller is told
 */
export function limiter(limits: {
  readonly running: number
  readonly waiting: number
  readonly retryAfterSeconds: number
  readonly longestWaitMs?: number
  readonly busy: string
}): Limiter {
  const { retryAfterSeconds, longestWaitMs, busy } = limits
  let running = 0
  const waiting = new Set<() => void>()
  const refusal = (): ProblemError => new ProblemError('not_ready', { detail: busy, retryAfterSeconds })
  const turn = async (): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    waiting.add(resolve)
    const giveUp = (): void => void (waiting.delete(resolve) && reject(refusal()))
    const timer = longestWaitMs === undefined ? undefined : setTimeout(giveUp, longestWaitMs)
    await promise.finally(() => clearTimeout(timer))
  }
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < limits.running) running += 1
    else if (waiting.size < limits.waiting) await turn()
    else throw refusal()
    try {
      return await work()
    } finally {
      // The place is handed to the next in line, so that nobody slips in between, or given back.
      const [next] = waiting
      if (next) {
        waiting.delete(next)
        next()
      } else running -= 1
    }
  }
  return Object.assign(run, { load: () => ({ running, waiting: waiting.size }) })
}
