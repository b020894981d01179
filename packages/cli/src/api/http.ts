import { randomUUID } from 'node:crypto'
import { platform } from 'node:process'
import { createTransport, NoAnswer, ApiProblem as Refusal, type Transport } from '@afterai/client'
import packageJson from '../../package.json' with { type: 'json' }
import { CommandFailure } from '../command-failure.ts'
import { ApiProblem } from './problem.ts'

/** How a list of sessions tells this program from a browser. */
const userAgent = `afterai/${packageJson.version} (${platform})`

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

/** The body of an answer, its bytes unparsed. */
export interface ApiResponse {
  readonly bytes: Uint8Array
  readonly json: () => unknown
}

/**
 * Sends a request until it is answered: again after a network error or a passing refusal, with the same Idempotency-Key, three times at
 * most. Redirects aren't followed: a credential goes to the address that was given and to no other.
 * @throws {ApiProblem} if the server refuses it
 * @throws {CommandFailure} `unreachable` if there is no answer
 */
export async function send(url: string, request: ApiRequest, bearer: string | undefined): Promise<ApiResponse> {
  const { bytes } = await asked(url, (transport) => transport.send(toSend(request, bearer)))
  return {
    bytes,
    json() {
      const value = parseJson(new TextDecoder().decode(bytes))
      if (value !== undefined) return value
      throw new CommandFailure('failed', 'The server answered something that is not JSON.', {
        remedy: 'Is there really an AfterAI server at this address? Check AFTERAI_URL.',
      })
    },
  }
}

/**
 * Sends a request as `send` does, and answers its body as it comes, however long that takes.
 * @throws {ApiProblem} if the server refuses it
 * @throws {CommandFailure} `unreachable` if there is no answer
 */
export function open(
  url: string,
  request: ApiRequest,
  bearer: string | undefined,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  // The client's types are for older compilers too, to which arrays of bytes have no kind of buffer.
  return asked(url, (transport) => transport.open(toSend(request, bearer))) as Promise<
    ReadableStream<Uint8Array<ArrayBuffer>>
  >
}

async function asked<T>(url: string, ask: (transport: Transport) => Promise<T>): Promise<T> {
  try {
    return await ask(createTransport({ endpoint: url, headers: { 'user-agent': userAgent } }))
  } catch (error) {
    if (error instanceof Refusal) throw new ApiProblem(error.status, error.problem)
    throw unreachable(url, error)
  }
}

function toSend({ body, file, retry, ...request }: ApiRequest, bearer: string | undefined) {
  const payload = file?.content ?? (body === undefined ? undefined : JSON.stringify(body))
  return {
    ...request,
    body: payload,
    contentType: file?.contentType,
    credential: bearer,
    idempotencyKey: request.method === 'GET' ? undefined : randomUUID(),
    repeat: retry ?? ('always' as const),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unreachable(url: string, cause: unknown): CommandFailure {
  const code = cause instanceof NoAnswer && cause.code !== undefined ? ` (${cause.code})` : ''
  return new CommandFailure('unreachable', `No answer from ${url}${code}.`, {
    remedy: 'Start the server with `afterai up`, or set AFTERAI_URL to where it runs.',
    cause,
  })
}
