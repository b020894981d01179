// Taken at the start: the tests of a host may replace them, and take away what was set.
const { setTimeout, clearTimeout } = globalThis
const setImmediate = globalThis.setImmediate ?? setTimeout

const settled = Promise.resolve()

/**
 * Has something done after so many ms, or in the next turn of the event loop, once however often it is asked for meanwhile. Timers are dear
 * to set, so not on the stack of the one call in many that has to. Nothing here reaches the host, not even as a rejection.
 */
export function once(ms: number, act: () => void): () => void {
  let isSet = false
  const run = (): void => {
    isSet = false
    act()
  }
  return () => {
    if (isSet) return
    isSet = true
    settled
      .then(() => (ms === 0 ? setImmediate(run) : unref(setTimeout(run, ms))))
      .catch(() => {
        isSet = false
      })
  }
}

/** Waits for a promise, but not longer. The timer keeps the process alive: its host asked to wait. */
export async function within(timeoutMs: number, done: Promise<void>): Promise<void> {
  let timer
  const over = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([done, over])
  clearTimeout(timer)
}

/** Lets a process end although this timer runs. Other run times have no such thing, nor need for it. */
export function unref(timer: unknown): void {
  ;(timer as { unref?: () => void }).unref?.()
}
