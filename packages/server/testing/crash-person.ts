/** Someone who signs in with a password. */
export interface Credentials {
  readonly email: string
  readonly password: string
}

/** One request. */
export interface Call {
  readonly body?: unknown
  /** The idempotency key. */
  readonly key?: string
}

/** A signed-in caller. */
export interface Person {
  /** Takes over a session that was opened otherwise, by a code. */
  use(accessToken: string): void
  send(method: 'GET' | 'POST', path: string, call?: Call): Promise<Response>
  /** Sends, and takes anything but success for a fault. */
  ask<T>(method: 'GET' | 'POST', path: string, call?: Call): Promise<T>
}

/** A person who signs in again when the session runs out. */
export function createPerson(origin: string, credentials: Credentials): Person {
  let token = ''

  async function send(method: 'GET' | 'POST', path: string, call: Call = {}): Promise<Response> {
    const attempt = (): Promise<Response> => {
      const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) }
      return fetch(`${origin}${path}`, { method, headers: headersOf(token, call), ...body })
    }
    const response = await attempt()
    if (response.status !== 401 || token === '') return response
    token = ''
    const session = await success<{ accessToken: string }>(await send('POST', '/v1/session', { body: credentials }))
    token = session.accessToken
    return attempt()
  }

  return {
    use: (accessToken) => {
      token = accessToken
    },
    send,
    ask: async (method, path, call) => success(await send(method, path, call)),
  }
}

function headersOf(token: string, { body, key }: Call): Headers {
  const headers = new Headers()
  if (token !== '') headers.set('authorization', `Bearer ${token}`)
  if (body !== undefined) headers.set('content-type', 'application/json')
  if (key !== undefined) headers.set('idempotency-key', key)
  return headers
}

async function success<T>(response: Response): Promise<T> {
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text}`)
  return JSON.parse(text) as T
}
