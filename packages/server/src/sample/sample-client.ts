import type { SamplePerson } from './sample-workspace.ts'

/** A signed-in caller of the API. */
export interface SampleClient {
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  upload<T>(path: string, bytes: Uint8Array): Promise<T>
  signOut(): Promise<void>
}

type Init = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }

/** Signs in as one of the sample's people. */
export async function sampleClient(origin: string, { email, password }: SamplePerson): Promise<SampleClient> {
  const { accessToken } = await call<{ accessToken: string }>(`${origin}/v1/session`, json('POST', { email, password }))
  const authorization = `Bearer ${accessToken}`
  const withToken = (init: Init): Init => ({ ...init, headers: { ...init.headers, authorization } })
  return {
    get: (path) => call(`${origin}${path}`, withToken({})),
    post: (path, body) => call(`${origin}${path}`, withToken(json('POST', body))),
    upload: (path, bytes) =>
      call(
        `${origin}${path}`,
        withToken({ method: 'POST', body: Buffer.from(bytes), headers: { 'content-type': 'application/json' } }),
      ),
    signOut: () => call(`${origin}/v1/session`, withToken({ method: 'DELETE' })),
  }
}

function json(method: string, body: unknown): Init {
  return { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}

async function call<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, init)
  const text = await response.text()
  if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${new URL(url).pathname}: ${response.status} ${text}`)
  return (text === '' ? undefined : JSON.parse(text)) as T
}
