import type { Routes } from './routes.ts'

export type * from './routes.ts'

/** A route, as `METHOD /path/{parameter}`. */
export type Route = keyof Routes

/** What goes with any request. */
export interface RequestOptions {
  /** Makes a request that changes something happen once, however often it is sent. */
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
  /** Of a body that isn't JSON, such as `text/csv`. */
  readonly contentType?: string
}

/** What a route takes: `path`, `query` and `body`, as far as it has them. */
export type RouteInput<R extends Route> = Omit<Routes[R], 'answer'> & RequestOptions

/** Where the API is, and who asks. */
export interface ApiOptions {
  readonly endpoint: string
  /** An API key or an access token. */
  readonly apiKey: string
  /** Instead of the run time's own. */
  readonly fetch?: typeof globalThis.fetch
}

/** The server refused: RFC 9457's problem details, as far as it gave them. */
export class ApiProblem extends Error {
  readonly status: number
  /** A code of docs/reference/errors.md. */
  readonly code: string
  readonly problem: Readonly<Record<string, unknown>>

  constructor(status: number, problem: Readonly<Record<string, unknown>>) {
    const { code, title, detail } = problem
    super([title ?? `HTTP ${status}`, detail].filter((part) => typeof part === 'string').join(': '))
    this.name = 'ApiProblem'
    this.status = status
    this.code = typeof code === 'string' ? code : 'unknown'
    this.problem = problem
  }
}

type OptionalIfEmpty<T> = Record<string, never> extends T ? [input?: T] : [input: T]

/** Calls a route of the API. Unlike the client that observes, it waits and rejects. */
export type Api = <R extends Route>(route: R, ...input: OptionalIfEmpty<RouteInput<R>>) => Promise<Routes[R]['answer']>

interface AnyInput extends RequestOptions {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
}

/**
 * The whole API, typed by route.
 * @example
 * const api = createApi({ endpoint: 'https://afterai.example.com', apiKey })
 * const { items } = await api('GET /v1/changes', { query: { status: 'pending' } })
 */
export function createApi({ endpoint, apiKey, fetch = globalThis.fetch }: ApiOptions): Api {
  const call = async (route: Route, input: AnyInput = {}): Promise<unknown> => {
    const [method = '', path = ''] = route.split(' ')
    const response = await fetch(`${endpoint.replace(/\/+$/, '')}${filled(path, input.path)}${queryOf(input.query)}`, {
      method,
      redirect: 'error',
      headers: headersOf(apiKey, input),
      ...(input.body === undefined ? {} : { body: isRaw(input.body) ? input.body : JSON.stringify(input.body) }),
      ...(input.signal === undefined ? {} : { signal: input.signal }),
    })
    const answer = await answerOf(response)
    if (!response.ok) throw new ApiProblem(response.status, Object(answer))
    return answer
  }
  return call
}

async function answerOf(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? ''
  if (type.startsWith('application/octet-stream')) return new Uint8Array(await response.arrayBuffer())
  const text = await response.text()
  if (text === '') return undefined
  return type.includes('json') ? JSON.parse(text) : text
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string' || body instanceof Uint8Array
}

function headersOf(apiKey: string, { body, idempotencyKey, contentType }: AnyInput): Record<string, string> {
  return {
    authorization: `Bearer ${apiKey}`,
    accept: 'application/json, application/problem+json',
    ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  }
}

function filled(path: string, parameters: AnyInput['path'] = {}): string {
  // `{*}` is the rest of a path: its slashes stay.
  return path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const parts = (parameters[name] ?? '').split(name === '*' ? '/' : '\0')
    return parts.map(encodeURIComponent).join('/')
  })
}

function queryOf(query: AnyInput['query'] = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
  return search.size === 0 ? '' : `?${search.toString()}`
}
