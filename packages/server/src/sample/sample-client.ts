/** A signed-in caller of the API. */
export interface SampleClient {
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  upload<T>(path: string, bytes: Uint8Array): Promise<T>
  signOut(): Promise<void>
}

type Init = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }

/** The server that is to hold the sample, and what ends its making. */
export interface SampleServer {
  readonly origin: string
  readonly signal: AbortSignal
}

/** Signs in as one of the sample's people. */
export async function sampleClient(
  server: SampleServer,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<SampleClient> {
  const { accessToken } = await call<{ accessToken: string }>(server, '/v1/session', json('POST', { email, password }))
  const authorization = `Bearer ${accessToken}`
  const ask = <T>(path: string, init: Init): Promise<T> =>
    call(server, path, { ...init, headers: { ...init.headers, authorization } })
  return {
    get: (path) => ask(path, {}),
    post: (path, body) => ask(path, json('POST', body)),
    upload: (path, bytes) =>
      ask(path, {
        method: 'POST',
        body: Buffer.from(bytes),
        headers: { 'content-type': 'application/json' },
      }),
    signOut: () => ask('/v1/session', { method: 'DELETE' }),
  }
}

function json(method: string, body: unknown): Init {
  return { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}

async function call<T>({ origin, signal }: SampleServer, path: string, init: Init): Promise<T> {
  const response = await fetch(`${origin}${path}`, { ...init, signal })
  const text = await response.text()
  const [resource] = path.split('?')
  if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${resource}: ${response.status} ${text}`)
  return (text === '' ? undefined : JSON.parse(text)) as T
}
