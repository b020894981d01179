/**
 * Lets those who ask the same question share an answer, never one to a question that was put before they asked: while one is under way,
 * all who come wait together for the next. What is revoked is so refused from the next request on, however many ask at once.
 * @param ask puts the question
 */
export function sharedQuestion<T>(ask: (value: string) => Promise<T>): (value: string) => Promise<T> {
  const underWay = new Map<string, Promise<T>>()
  const next = new Map<string, Promise<T>>()

  function put(value: string): Promise<T> {
    next.delete(value)
    const answer = ask(value)
    underWay.set(value, answer)
    return answer.finally(() => {
      if (underWay.get(value) === answer) underWay.delete(value)
    })
  }

  return (value) => {
    const before = underWay.get(value)
    if (before === undefined) return put(value)
    const joined = next.get(value)
    if (joined !== undefined) return joined
    const ask = (): Promise<T> => put(value)
    const answer = before.then(ask, ask)
    next.set(value, answer)
    return answer
  }
}
