import { ApiProblem, NoAnswer } from './failures.ts'

/** One HTTP request, as `fetch` takes it. */
export interface FetchRequest {
  readonly method: string
  readonly redirect: 'manual'
  readonly headers: Record<string, string>
  /** Ends the request and the reading of its answer: both fail with its reason. */
  readonly signal: AbortSignal
  readonly body?: string | Uint8Array | Blob
}

/** What is read of an HTTP answer: a `Response` is one. */
export interface FetchAnswer {
  readonly status: number
  readonly headers: AnswerHeaders
  /** The body as it comes; null where an answer can't have one. */
  readonly body: ReadableStream<Uint8Array> | null
  /** Reads the body whole. */
  arrayBuffer(): Promise<ArrayBuffer>
}

/** Headers of an answer, by their names in any case; null for one that isn't there. */
export type AnswerHeaders = Pick<Headers, 'get'>

/** Sends one HTTP request, once: the `fetch` of a browser, or what does the same. */
export type Fetch = (address: string, request: FetchRequest) => Promise<FetchAnswer>

/** Where the API is, and how patiently it is asked. */
export interface TransportOptions {
  readonly endpoint: string
  /** Instead of the run time's own. */
  readonly fetch?: Fetch
  /** Tries of a request that may be repeated, the first included; 3 by default. */
  readonly tries?: number
  /** How long each try may take, its answer included, in milliseconds; a minute by default. */
  readonly timeoutMs?: number
  /** The longest wait that the server may ask for between two tries; 15 seconds by default. Asked for more, the request fails at once. */
  readonly longestWaitMs?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** One request. */
export interface TransportRequest {
  readonly method: string
  /** From the endpoint on, its parts encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>> | undefined
  /** A body that can be sent again as it is; a stream can't. */
  readonly body?: string | Uint8Array | Blob | undefined
  readonly contentType?: string | undefined
  /** An API key or an access token. */
  readonly credential?: string | undefined
  readonly idempotencyKey?: string | undefined
  /** `always`: may be sent again after no or a passing answer. `unsent`: only where the server can't have seen it. */
  readonly repeat: 'always' | 'unsent'
  readonly timeoutMs?: number | undefined
  /** Ends the request, waits between tries, and the reading of its answer. */
  readonly signal?: AbortSignal | undefined
}

/** An answer of the server: its status, headers and body. */
export interface TransportAnswer {
  readonly status: number
  readonly headers: AnswerHeaders
  readonly bytes: Uint8Array
}

/** Requests that are sent until they are answered. */
export interface Transport {
  /**
   * Sends, and reads the answer whole.
   * @throws {ApiProblem} if the server refuses it
   * @throws {NoAnswer} if there is no answer
   */
  readonly send: (request: TransportRequest) => Promise<TransportAnswer>
  /** Sends as `send` does, and gives the body as it comes, for what may be larger than memory; only `signal` ends its reading. */
  readonly open: (request: TransportRequest) => Promise<ReadableStream<Uint8Array>>
}

/** Statuses that pass: the same request may be answered otherwise in a moment. */
const passing = new Set([408, 429, 502, 503, 504])
const firstWaitMs = 200
/** Errors of connections that never came about. */
const unsentCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])

/**
 * Sends requests to one address and no other: redirections aren't followed, so that a credential goes nowhere else.
 * @throws {TypeError} if `endpoint` is no http address, or holds a name and a password
 */
export function createTransport(options: TransportOptions): Transport {
  const endpoint = readEndpoint(options.endpoint)
  // What it takes is typed by each run time in its own words; all take what is sent here.
  const ofRunTime: unknown = globalThis.fetch
  const { fetch = ofRunTime as Fetch, tries = 3, timeoutMs = 60_000, longestWaitMs = 15_000 } = options

  async function attempt(request: TransportRequest, patience: AbortSignal): Promise<FetchAnswer> {
    try {
      return await fetch(addressOf(endpoint, request), {
        method: request.method,
        redirect: 'manual',
        headers: headersOf(request, options.headers),
        signal: patience,
        ...(request.body === undefined ? {} : { body: request.body }),
      })
    } catch (error) {
      throw noAnswer(endpoint, request, error)
    }
  }

  async function repeated<T>(request: TransportRequest, once: () => Promise<T>): Promise<T> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await once()
      } catch (error) {
        const waitMs = tried < tries ? waitAfter(error, request, tried) : undefined
        if (waitMs === undefined || waitMs > longestWaitMs) throw error
        await pause(waitMs, request.signal)
      }
    }
  }

  return {
    send: (request) =>
      repeated(request, async () => {
        const patience = either(request.signal, AbortSignal.timeout(request.timeoutMs ?? timeoutMs))
        const response = await attempt(request, patience)
        const bytes = await response.arrayBuffer().catch((error: unknown) => {
          throw noAnswer(endpoint, request, error)
        })
        const answer = { status: response.status, headers: response.headers, bytes: new Uint8Array(bytes) }
        if (!isOk(answer)) throw refusal(answer)
        return answer
      }),
    open: (request) =>
      repeated(request, async () => {
        const response = await attempt(request, request.signal ?? new AbortController().signal)
        if (isOk(response) && response.body !== null) return response.body
        const bytes = new Uint8Array(await response.arrayBuffer())
        throw refusal({ status: response.status, headers: response.headers, bytes })
      }),
  }
}

function readEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  // Neither is echoed: it may hold a secret.
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new TypeError('The endpoint is no http address.')
  if (url.username !== '' || url.password !== '')
    throw new TypeError('The endpoint holds a name or a password: leave them out.')
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

function addressOf(endpoint: string, { path, query = {} }: TransportRequest): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const each of [value].flat()) if (each !== undefined) search.append(name, String(each))
  return `${endpoint}${path}${search.size === 0 ? '' : `?${search.toString()}`}`
}

function headersOf(
  { body, contentType = 'application/json', credential, idempotencyKey }: TransportRequest,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    accept: 'application/json, application/problem+json',
    ...more,
    ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
    ...(body === undefined ? {} : { 'content-type': contentType }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  }
}

/** How long to wait before the next try; undefined where there is to be none. */
function waitAfter(error: unknown, { repeat, signal }: TransportRequest, tried: number): number | undefined {
  if (signal?.aborted === true) return undefined
  // Half of it is chance, so that those who were sent away together don't come back together.
  const waitMs = firstWaitMs * 2 ** (tried - 1) * (1 + Math.random())
  // It would be as large again.
  if (error instanceof NoAnswer && error.code === 'TOO_LARGE') return undefined
  if (error instanceof NoAnswer) return repeat === 'always' || unsentCodes.has(error.code ?? '') ? waitMs : undefined
  if (!(error instanceof ApiProblem) || repeat !== 'always' || !passing.has(error.status)) return undefined
  return error.retryAfterMs ?? waitMs
}

function isOk({ status }: Pick<FetchAnswer, 'status'>): boolean {
  return status >= 200 && status < 300
}

function refusal({ status, headers, bytes }: TransportAnswer): ApiProblem {
  const text = new TextDecoder().decode(bytes)
  return new ApiProblem(status, parsed(text), retryAfterMs(headers))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Seconds or a date (RFC 9110 §10.2.3). */
function retryAfterMs(headers: AnswerHeaders): number | undefined {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  const waitMs = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined
}

// A message of fetch may hold the whole address, so nothing of it is passed on but its code.
function noAnswer(endpoint: string, { signal }: TransportRequest, error: unknown): unknown {
  if (signal?.aborted === true) return signal.reason
  const { origin } = new URL(endpoint)
  const isLate = error instanceof Error && error.name === 'TimeoutError'
  return new NoAnswer(origin, isLate ? 'TIMEOUT' : codeOf(error))
}

function codeOf(error: unknown): string | undefined {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
}

function either(signal: AbortSignal | undefined, timeout: AbortSignal): AbortSignal {
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout])
}

function pause(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end)
      resolve()
    }, waitMs)
    signal?.addEventListener('abort', end, { once: true })
  })
}
