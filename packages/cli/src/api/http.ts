import { randomUUID } from 'node:crypto'
import { platform } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import packageJson from '../../package.json' with { type: 'json' }
import { CommandFailure } from '../command-failure.ts'
import { ApiProblem } from './problem.ts'

/** How a list of sessions tells this program from a browser. */
const userAgent = `afterai/${packageJson.version} (${platform})`

/** Tries of one request, the first included. */
const TRIES = 3
const TIMEOUT_MS = 60_000
/** No wait that the server asks for is longer than this: a person is waiting. */
const LONGEST_WAIT_MS = 15_000

/** One request, before it has a credential. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path from the server's address, its parts encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is. */
  readonly file?: { readonly content: Blob; readonly contentType: string }
  /** How long an answer may take, sending included; by default a minute. */
  readonly timeoutMs?: number
  /** Ends the request, and the reading of its answer. */
  readonly signal?: AbortSignal
  /** `unsent`: tried again only if the server can't have seen it. For what may be spent once, such as a refresh handle. */
  readonly retry?: 'unsent' | undefined
}

/** What came back, its bytes unread. */
export interface ApiResponse {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly json: () => unknown
}

/**
 * Sends a request until it is answered: again after a network error, 408 or 503, with the same Idempotency-Key, three times at most.
 * Redirects aren't followed: a credential goes to the address that was given and to no other.
 * @throws {ApiProblem} if the server refuses it
 * @throws {CommandFailure} `unreachable` if there is no answer
 */
export async function send(url: string, request: ApiRequest, bearer: string | undefined): Promise<ApiResponse> {
  const { timeoutMs = TIMEOUT_MS } = request
  const { response, body } = await answerTo(url, request, bearer, async (target, init) => {
    const response = await fetch(target, { ...init, signal: AbortSignal.timeout(timeoutMs) })
    return { response, body: new Uint8Array(await response.arrayBuffer()) }
  })
  return readResponse(response, body)
}

/**
 * Sends a request as `send` does, and answers its body as it comes, however long that takes.
 * @throws {ApiProblem} if the server refuses it
 * @throws {CommandFailure} `unreachable` if there is no answer
 */
export async function open(
  url: string,
  request: ApiRequest,
  bearer: string | undefined,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { response } = await answerTo(url, request, bearer, async (target, init) => {
    const response = await fetch(target, { ...init, signal: request.signal ?? null })
    return { response, body: undefined }
  })
  if (!response.ok || response.body === null) throw new ApiProblem(response.status, parseJson(await response.text()))
  return response.body
}

interface Answered<T> {
  readonly response: Response
  readonly body: T
}

async function answerTo<T>(
  url: string,
  request: ApiRequest,
  bearer: string | undefined,
  attempt: (target: URL, init: RequestInit) => Promise<Answered<T>>,
): Promise<Answered<T>> {
  const init = requestInit(request, bearer)
  const target = address(url, request)
  for (let tries = 1; ; tries += 1) {
    const isLast = tries === TRIES
    const answered = await attempt(target, init).catch((cause: unknown) => {
      const isUnsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(codeOf(cause) ?? '')
      const isSafe = request.retry !== 'unsent' || isUnsent
      if (isLast || !isSafe || request.signal?.aborted === true) throw unreachable(url, cause)
      return undefined
    })
    if (answered !== undefined && (isLast || ![408, 503].includes(answered.response.status))) return answered
    // What was read already can't be given up any more.
    await answered?.response.body?.cancel().catch(() => undefined)
    await sleep((answered && retryAfterMs(answered.response)) ?? 200 * 2 ** tries)
  }
}

function requestInit({ method, body, file }: ApiRequest, bearer: string | undefined): RequestInit {
  const headers = new Headers({ accept: 'application/json, application/problem+json', 'user-agent': userAgent })
  if (bearer !== undefined) headers.set('authorization', `Bearer ${bearer}`)
  if (method === 'POST') headers.set('idempotency-key', randomUUID())
  if (file) headers.set('content-type', file.contentType)
  else if (body !== undefined) headers.set('content-type', 'application/json')
  const payload = file ? { body: file.content } : body === undefined ? {} : { body: JSON.stringify(body) }
  return { method, headers, redirect: 'manual', ...payload }
}

function address(url: string, { path, query = {} }: ApiRequest): URL {
  const target = new URL(url + path)
  for (const [name, value] of Object.entries(query)) {
    const values = Array.isArray(value) ? value : value === undefined ? [] : [value]
    for (const each of values) target.searchParams.append(name, String(each))
  }
  return target
}

function readResponse(response: Response, bytes: Uint8Array<ArrayBuffer>): ApiResponse {
  const text = (): string => new TextDecoder().decode(bytes)
  if (!response.ok) throw new ApiProblem(response.status, parseJson(text()))
  return {
    bytes,
    json() {
      const value = parseJson(text())
      if (value !== undefined) return value
      throw new CommandFailure('failed', 'The server answered something that is not JSON.', {
        remedy: 'Is there really an AfterAI server at this address? Check AFTERAI_URL.',
      })
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function retryAfterMs(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, LONGEST_WAIT_MS) : undefined
}

function unreachable(url: string, cause: unknown): CommandFailure {
  const code = codeOf(cause)
  return new CommandFailure('unreachable', `No answer from ${url}${code === undefined ? '' : ` (${code})`}.`, {
    remedy: 'Start the server with `afterai up`, or set AFTERAI_URL to where it runs.',
    cause,
  })
}

function codeOf(error: unknown): string | undefined {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
}
