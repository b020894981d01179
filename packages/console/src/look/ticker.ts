/** How often what says "2m ago" looks at the clock. */
export const tickMs = 15_000

/** Calls back now and then while somebody looks, and when they look again. Returns what stops it. */
export type Ticker = (listener: () => void) => () => void

/** One timer for whatever of a page follows the clock. It rests while the page is hidden, or nobody listens. */
export function tickerOf(page: Pick<Document, 'hidden' | 'addEventListener'>): Ticker {
  const listeners = new Set<() => void>()
  let timer: ReturnType<typeof setInterval> | undefined
  const tick = (): void => {
    for (const listener of listeners) listener()
  }
  function follow(): void {
    const isWanted = listeners.size > 0 && !page.hidden
    if (isWanted) timer ??= setInterval(tick, tickMs)
    else {
      clearInterval(timer)
      timer = undefined
    }
  }
  page.addEventListener('visibilitychange', () => {
    follow()
    if (!page.hidden) tick()
  })
  return (listener) => {
    listeners.add(listener)
    follow()
    return () => {
      listeners.delete(listener)
      follow()
    }
  }
}
