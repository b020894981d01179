/**
 * Lets those who ask the same question share an answer, never one to a question that was put before they asked: while one is under way,
 * all who come wait together for the next. What is revoked is so refused from the next request on, however many ask at once.
 * Nobody waits longer than `patienceMs` for a question that isn't answered, as on a connection that has died: then the next one is put.
 * @param ask puts the question
 */
export function sharedQuestion<T>(
  ask: (value: string) => Promise<T>,
  patienceMs = 2_000,
): (value: string) => Promise<T> {
  const underWay = new Map<string, Promise<T>>()
  const next = new Map<string, Promise<T>>()

  function put(value: string): Promise<T> {
    next.delete(value)
    const answer = ask(value)
    underWay.set(value, answer)
    const settled = (): void => {
      if (underWay.get(value) === answer) underWay.delete(value)
    }
    answer.then(settled, settled)
    return answer
  }

  return (value) => {
    const before = underWay.get(value)
    if (before === undefined) return put(value)
    const joined = next.get(value)
    if (joined !== undefined) return joined
    const answer = ended(before, patienceMs).then(() => put(value))
    next.set(value, answer)
    return answer
  }
}

/** Waits for an end, good or bad, and for `mostMs` at most. */
function ended(work: Promise<unknown>, mostMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, mostMs)
  const settle = (): void => {
    clearTimeout(timer)
    resolve()
  }
  work.then(settle, settle)
  return promise
}
