// Taken at the start: the tests of a host may replace them, and take away what was set.
const { setTimeout, clearTimeout } = globalThis

const settled = Promise.resolve()

/**
 * Has something done after so many ms, once however often it is asked for meanwhile. Timers are dear to set, so not on the stack of the one call in many that has to. Nothing here reaches the host, not even as a rejection.
 */
export function once(ms: number, act: () => void): () => void {
  let isSet = false
  const run = (): void => {
    isSet = false
    try {
      act()
    } catch {
      // A host whose clock throws, say, isn't ended by it.
    }
  }
  return () => {
    if (isSet) return
    isSet = true
    settled
      .then(() => unref(setTimeout(run, ms)))
      .catch(() => {
        isSet = false
      })
  }
}

/** Waits for a promise, but not longer. The timer keeps the process alive: its host asked to wait. @returns whether the promise was kept */
export async function within(timeoutMs: number, done: Promise<unknown>): Promise<boolean> {
  let timer
  const over = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs)
  })
  const isDone = await Promise.race([done.then(() => true), over])
  clearTimeout(timer)
  return isDone
}

/** A wait that keeps the process alive. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}

/** Lets a process end although this timer runs. Other run times have no such thing, nor need for it. */
export function unref(timer: unknown): void {
  ;(timer as { unref?: () => void }).unref?.()
}
