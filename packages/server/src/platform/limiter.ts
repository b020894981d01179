import { ProblemError } from '@afterai/contract'

/** Some 24 days, the longest that a timer takes. */
const longestTimerMs = 2 ** 31 - 1

/** Runs work when its turn comes. @throws ProblemError `not_ready` when too much is waiting already, or it waited too long */
export interface Limiter {
  <T>(work: () => Promise<T>): Promise<T>
  /** How much runs, and how much waits. */
  load(): { readonly running: number; readonly waiting: number }
}

/**
 * Bounds work that is heavy on memory or processors: so much runs at once, so much more may wait its turn, for so long, and the rest
 * is refused, with the seconds after which to try again.
 * @param limits.busy what the refused caller is told
 */
export function limiter(limits: {
  readonly running: number
  readonly waiting: number
  /** How long anything waits at most before it is refused; without it, until its turn comes. */
  readonly longestWaitMs?: number
  readonly retryAfterSeconds: number
  readonly busy: string
}): Limiter {
  let running = 0
  const waiting: (() => void)[] = []
  const busy = () => new ProblemError('not_ready', { detail: limits.busy, retryAfterSeconds: limits.retryAfterSeconds })
  const turn = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const go = (): void => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(go), 1)
        reject(busy())
      }, limits.longestWaitMs ?? longestTimerMs)
      waiting.push(go)
    })
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < limits.running) running += 1
    else if (waiting.length < limits.waiting) await turn()
    else throw busy()
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
