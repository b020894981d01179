/** The one-time code behind the `#` of the address, which is taken out of it at once: it must not stay in the history. */
export function codeFromAddress(): string {
  const code = new URLSearchParams(location.hash.slice(1)).get('code') ?? ''
  if (location.hash !== '') history.replaceState(history.state, '', location.pathname)
  return code
}
