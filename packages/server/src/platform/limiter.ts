import { ProblemError } from '@afterai/contract'

/** Runs work when its turn comes. @throws ProblemError `not_ready` when too much is waiting already */
export interface Limiter {
  <T>(work: () => Promise<T>): Promise<T>
  /** How much runs, and how much waits. */
  load(): { readonly running: number; readonly waiting: number }
}

/**
 * Bounds work that is heavy on memory or processors: so much runs at once, so much more may wait its turn, and the rest is
 * refused, with the seconds after which to try again.
 * @param limits.busy what the refused caller is told
 */
export function limiter(limits: {
  readonly running: number
  readonly waiting: number
  readonly retryAfterSeconds: number
  readonly busy: string
}): Limiter {
  let running = 0
  const waiting: (() => void)[] = []
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < limits.running) running += 1
    else if (waiting.length < limits.waiting) await new Promise<void>((resolve) => waiting.push(resolve))
    else throw new ProblemError('not_ready', { detail: limits.busy, retryAfterSeconds: limits.retryAfterSeconds })
    try {
      return await work()
    } finally {
      // The place is handed to the next in line, so that nobody slips in between, or given back.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
  return Object.assign(run, { load: () => ({ running, waiting: waiting.length }) })
}
