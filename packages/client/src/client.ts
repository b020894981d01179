import { ApiProblem } from './failures.ts'
import { type OperationRoute, operationRoutes, type Operations } from './operations.ts'
import { createTransport, type TransportAnswer, type TransportOptions, type TransportRequest } from './transport.ts'

/** Where the API is, and who asks. */
export interface ClientOptions extends TransportOptions {
  /** An API key or an access token, or what gives one for each request; left out, only what is public can be asked. */
  readonly credential?: string | (() => string | Promise<string>)
}

/** Options of any call. */
export interface CallOptions {
  /** Makes a call that changes something happen once, however often it is made. One is made up where the operation takes one. */
  readonly idempotencyKey?: string
  /** Of a body that isn't JSON, such as `text/csv`. */
  readonly contentType?: string
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** The name of an operation: its `operationId`. */
export type OperationId = keyof Operations

/** A value to send: what may be left out may be undefined too, which is sent as nothing. */
type Sendable<T> = T extends string | number | boolean | null | undefined | Uint8Array | Blob
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Sendable<Item>[]
    : {
        readonly [Key in keyof T]: T extends Record<Key, T[Key]> ? Sendable<T[Key]> : Sendable<T[Key]> | undefined
      }

/** The input of an operation: `path`, `query` and `body`, as far as it has them, and the options of any call. */
export type Input<Id extends OperationId> = Sendable<Omit<Operations[Id], 'answer'>> & CallOptions

/** The input as an argument, which may be left out where nothing of it is needed. */
export type InputArgument<Id extends OperationId> =
  Record<string, never> extends Input<Id> ? [input?: Input<Id>] : [input: Input<Id>]

/** Every operation of the API by its name. Unlike the client that observes, each waits and rejects. */
export type Client = {
  readonly [Id in OperationId]: (...input: InputArgument<Id>) => Promise<Operations[Id]['answer']>
}

interface AnyInput extends CallOptions {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: TransportRequest['query']
  readonly body?: unknown
}

/**
 * Makes a client of the whole API. Reads, and writes that the server keeps the answer of, are sent again when they weren't answered or
 * the server asked to wait; other writes only where they can't have arrived.
 * @throws {TypeError} if the endpoint is no http address, or holds a password
 * @example
 * const client = createClient({ endpoint: 'https://afterai.example.com', credential })
 * for await (const change of items(client.listChanges, { query: { status: 'pending' } })) console.log(change.title)
 */
export function createClient({ credential, ...options }: ClientOptions): Client {
  const transport = createTransport(options)
  const calls = Object.entries(operationRoutes).map(([id, route]) => [
    id,
    async (input: AnyInput = {}) => {
      const bearer = typeof credential === 'function' ? await credential() : credential
      return readAnswer(route, await transport.send(toRequest(route, input, bearer)))
    },
  ])
  return Object.fromEntries(calls) as Client
}

/**
 * Makes the request of an operation, for who sends it with a transport of their own and reads the answer by other means than `createClient`.
 * @throws {TypeError} if a part of the path is missing, or is no part of a path
 */
export function requestOf<Id extends OperationId>(id: Id, input: Input<Id>, credential?: string): TransportRequest {
  return toRequest(operationRoutes[id], input, credential)
}

function toRequest(
  [method, path, , keyed]: OperationRoute,
  { path: parameters, query, body, contentType, timeoutMs, signal, ...input }: AnyInput,
  credential: string | undefined,
): TransportRequest {
  return {
    method,
    path: filled(path, parameters),
    query,
    body: body === undefined || isRaw(body) ? body : JSON.stringify(body),
    contentType,
    credential,
    idempotencyKey: input.idempotencyKey ?? (keyed === undefined ? undefined : globalThis.crypto.randomUUID()),
    repeat: method === 'GET' || keyed !== undefined ? 'always' : 'unsent',
    timeoutMs,
    signal,
  }
}

function readAnswer([, , answer]: OperationRoute, { status, headers, bytes }: TransportAnswer): unknown {
  const type = headers.get('content-type') ?? ''
  if (answer === 'bytes' || type.startsWith('application/x-protobuf')) return bytes
  const text = new TextDecoder().decode(bytes)
  if (answer === 'text') return text
  if (text === '') return undefined
  // A proxy's page, or another server at this address.
  if (!type.includes('json')) throw new ApiProblem(status, { title: 'The answer is not JSON' })
  return JSON.parse(text)
}

function isRaw(body: unknown): body is string | Uint8Array | Blob {
  return typeof body === 'string' || body instanceof Uint8Array || body instanceof Blob
}

function filled(path: string, parameters: AnyInput['path'] = {}): string {
  // `{+name}` is the rest of a path: its slashes stay (RFC 6570).
  return path.replace(/\{(\+?)(\w+)\}/g, (_, rest: string, name: string) => {
    const value = parameters[name]
    if (value === undefined || value === '') throw new TypeError(`The path needs ${name}.`)
    const parts = rest === '' ? [value] : value.split('/')
    // Which every reader of an address would take for the way to another path, encoded or not.
    if (parts.some((part) => part === '.' || part === '..')) throw new TypeError(`No part of ${name} may be . or ..`)
    return parts.map(encodeURIComponent).join('/')
  })
}
