/** A browser as far as signing in goes: cookies by host, redirects one at a time. It keeps to SameSite only where a test says so. */
export interface BrowserClient {
  /** Cookies by name, of every host that was visited. */
  readonly cookies: Map<string, string>
  go(url: string, init?: RequestInit): Promise<Response>
  /** Follows redirects until `stop` says so, or there is none. Answers the last address and answer. */
  follow(url: string, stop?: (url: URL) => boolean): Promise<{ url: URL; response: Response | undefined }>
}

/** Opens one, with no cookies. */
export function openBrowser(): BrowserClient {
  const jars = new Map<string, Map<string, string>>()
  const cookies = new Map<string, string>()
  const jarOf = ({ host }: URL): Map<string, string> => {
    const jar = jars.get(host) ?? new Map<string, string>()
    jars.set(host, jar)
    return jar
  }
  const go: BrowserClient['go'] = async (url, init = {}) => {
    const target = new URL(url)
    const jar = jarOf(target)
    const headers = new Headers(init.headers)
    if (jar.size > 0) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(target, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      const isGone = value === '' || /expires=Thu, 01 Jan 1970/i.test(line)
      for (const each of [jar, cookies]) {
        if (isGone) each.delete(name)
        else each.set(name, value)
      }
    }
    return response
  }
  return {
    cookies,
    go,
    async follow(start, stop = () => false) {
      let url = new URL(start)
      for (let steps = 0; steps < 20; steps += 1) {
        if (stop(url)) return { url, response: undefined }
        const response = await go(url.href)
        const location = response.headers.get('location')
        if (location === null) return { url, response }
        url = new URL(location, url)
      }
      throw new Error('the redirects have no end')
    },
  }
}
