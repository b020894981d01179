import { Worker, type WorkerOptions } from 'node:worker_threads'
import { ProblemError } from '@afterai/contract'

/** Work for a thread of its own, and what ends it early. */
export interface ThreadWork extends Pick<WorkerOptions, 'workerData' | 'resourceLimits'> {
  readonly script: URL
  readonly timeLimitMs: number
  /** The work in words (`reading the file`), for whoever is asked to come back. */
  readonly doing: string
  /** Aborts when nobody waits for the answer any more. */
  readonly departure: AbortSignal
}

/** So long is asked for before the same work is tried again: a machine that was too busy for it needs more than a moment. */
const retryAfterSeconds = 30

/**
 * Runs work on a thread of its own and answers its message. Whichever way it settles, the thread has ended by then and reads nothing any more.
 * @throws ProblemError `not_ready` when it takes too long, and what the departure's reason is
 */
export async function runOnThread<T>({ script, timeLimitMs, doing, departure, ...options }: ThreadWork): Promise<T> {
  departure.throwIfAborted()
  const worker = new Worker(script, options)
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const leave = (): void => reject(departure.reason as Error)
  const detail = `${doing} took over ${timeLimitMs / 1000} s, so that nothing was kept`
  const timer = setTimeout(() => reject(new ProblemError('not_ready', { detail, retryAfterSeconds })), timeLimitMs)
  departure.addEventListener('abort', leave)
  worker.once('message', resolve)
  worker.once('error', (error) => reject(isTooLarge(error) ? error : new Error(`${doing} failed: ${error.name}`)))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    departure.removeEventListener('abort', leave)
    await worker.terminate()
    await ended
  }
}

/** Whether what a thread worked on was more than it may hold. Other errors may quote what they stumbled over, and their words go no further. */
export function isTooLarge(error: unknown): boolean {
  if (error instanceof RangeError) return true
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
}
