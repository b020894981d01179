let first: string | undefined
let isOther = false
const listeners = new Set<() => void>()

/** Remembers which release an answer came from: another one than the first means that the server was upgraded under the page. */
export function noteRelease(answer: Response): void {
  const id = answer.headers.get('afterai-release')
  if (id === null) return
  first ??= id
  if (id === first || isOther) return
  isOther = true
  for (const listener of listeners) listener()
}

/** Whether the server runs another release than the one that this page came from. */
export const isReleaseOther = (): boolean => isOther

/** Calls back when that changes. Returns what stops it. */
export function onRelease(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
