/** Where in the browser's history a list was left, and for which of its changes. */
let left: { readonly place: unknown; readonly id: string } | undefined

/** Remembers for which change the list is left. */
export function leaveFor(id: string): void {
  left = { place: place(), id }
}

/** The change for which the list was left, where the reader has come back to it rather than opened it anew. */
export function leftFor(): string | undefined {
  return left?.place === place() ? left?.id : undefined
}

/** Forgets it: the focus is put there once. */
export function forget(): void {
  left = undefined
}

/** The router's name for this step of the history. */
function place(): unknown {
  const state: unknown = history.state
  return typeof state === 'object' && state !== null && '__TSR_key' in state ? state.__TSR_key : undefined
}
