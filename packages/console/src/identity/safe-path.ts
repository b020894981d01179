/** Where to go after signing in: a path of this console and nothing else, whatever the address says. */
export function safePath(text: string | undefined): string {
  if (text === undefined || !/^\/(?![/\\])/.test(text)) return '/'
  const url = new URL(text, location.origin)
  return url.origin === location.origin ? `${url.pathname}${url.search}${url.hash}` : '/'
}
