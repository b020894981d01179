/** Things that are dealt with together. */
export interface Gathering<T> {
  add(item: T): void
  /** Forgets what was gathered. */
  stop(): void
}

const firstMs = 250
const betweenMs = 3_000

/**
 * Gathers things, and hands them over a moment after the first one; then once in three seconds at most. A server that tells of five changes a second
 * is asked no more often than one that tells of one in three seconds.
 */
export function gather<T>(act: (items: ReadonlySet<T>) => void): Gathering<T> {
  let items = new Set<T>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let next = 0
  function hand(): void {
    timer = undefined
    next = Date.now() + betweenMs
    const handed = items
    items = new Set()
    act(handed)
  }
  return {
    add(item) {
      items.add(item)
      timer ??= setTimeout(hand, Math.max(firstMs, next - Date.now()))
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
      items.clear()
    },
  }
}
