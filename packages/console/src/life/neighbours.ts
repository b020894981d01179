const key = 'list-of-changes'

/** Keeps the order of the list that is read, in this tab, so that one can go on to the next of it from a change. */
export function rememberList(ids: readonly string[]): void {
  sessionStorage.setItem(key, ids.slice(0, 2_000).join(' '))
}

/** The changes before and after one in the list that was read last in this tab; none where it isn't in it. */
export function neighboursOf(id: string): { readonly previous: string | undefined; readonly next: string | undefined } {
  const ids = (sessionStorage.getItem(key) ?? '').split(' ')
  const index = ids.indexOf(id)
  return index === -1 ? { previous: undefined, next: undefined } : { previous: ids[index - 1], next: ids[index + 1] }
}
