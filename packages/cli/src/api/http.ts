import { platform } from 'node:process'
import {
  createTransport,
  type Input,
  NoAnswer,
  type OperationId,
  ApiProblem as Refusal,
  requestOf,
  type Transport,
} from '@afterai/client'
import { createHttpFetch } from '@afterai/client/node-http'
import packageJson from '../../package.json' with { type: 'json' }
import { CommandFailure, messageOf } from '../command-failure.ts'
import { ApiProblem } from './problem.ts'

/** How a list of sessions tells this program from a browser. */
const userAgent = `afterai/${packageJson.version} (${platform})`

/** A server, and the credential that it is asked with; none for what is public. */
export interface Asked {
  readonly url: string
  readonly bearer?: string | undefined
}

/** The body of an answer, its bytes unparsed. */
export interface ApiResponse {
  readonly bytes: Uint8Array
  readonly json: () => unknown
}

/**
 * Asks an operation until it is answered: again after a network error or a passing refusal, three times at most, where that does nothing
 * twice. Redirects aren't followed: a credential goes to the address that was given and to no other.
 * @throws {ApiProblem} if the server refuses it
 * @throws {CommandFailure} `unreachable` if there is no answer
 */
export async function send<Id extends OperationId>(
  { url, bearer }: Asked,
  operation: Id,
  input: Input<Id>,
): Promise<ApiResponse> {
  const request = toRequest(operation, input, bearer)
  const { bytes } = await through(url, (transport) => transport.send(request))
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
 * Asks an operation as `send` does, and answers its body as it comes, however long that takes.
 * @throws {ApiProblem} if the server refuses it
 * @throws {CommandFailure} `unreachable` if there is no answer
 */
export async function open<Id extends OperationId>(
  { url, bearer }: Asked,
  operation: Id,
  input: Input<Id>,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const request = toRequest(operation, input, bearer)
  // The client's types are for older compilers too, to which arrays of bytes have no kind of buffer.
  return through(url, (transport) => transport.open(request)) as Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
}

/** @throws {CommandFailure} `usage` for a name that can't be a part of a path */
function toRequest<Id extends OperationId>(operation: Id, input: Input<Id>, bearer: string | undefined) {
  try {
    return requestOf(operation, input, bearer)
  } catch (cause) {
    throw new CommandFailure('usage', messageOf(cause), { cause })
  }
}

async function through<T>(url: string, ask: (transport: Transport) => Promise<T>): Promise<T> {
  try {
    return await ask(createTransport({ endpoint: url, fetch: createHttpFetch(), headers: { 'user-agent': userAgent } }))
  } catch (error) {
    if (error instanceof Refusal) throw new ApiProblem(error.status, error.problem)
    throw unreachable(url, error)
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
