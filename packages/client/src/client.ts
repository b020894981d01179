import { ApiProblem } from './failures.ts'
import { type OperationRoute, operationRoutes, type Operations } from './operations.ts'
import { createTransport, type Transport, type TransportOptions, type TransportRequest } from './transport.ts'

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

/** The input of an operation: `path`, `query` and `body`, as far as it has them, and the options of any call. */
export type Input<Id extends keyof Operations> = Omit<Operations[Id], 'answer'> & CallOptions

type OptionalIfEmpty<T> = Record<string, never> extends T ? [input?: T] : [input: T]

/** Every operation of the API by its name. Unlike the client that observes, each waits and rejects. */
export type Client = {
  readonly [Id in keyof Operations]: (...input: OptionalIfEmpty<Input<Id>>) => Promise<Operations[Id]['answer']>
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
    async (input: AnyInput = {}) =>
      call(transport, route, input, typeof credential === 'function' ? await credential() : credential),
  ])
  return Object.fromEntries(calls) as Client
}

async function call(
  transport: Transport,
  [method, path, answer, keyed]: OperationRoute,
  input: AnyInput,
  credential: string | undefined,
): Promise<unknown> {
  const { query, body, contentType, timeoutMs, signal } = input
  const idempotencyKey = input.idempotencyKey ?? (keyed === undefined ? undefined : globalThis.crypto.randomUUID())
  const { status, headers, bytes } = await transport.send({
    method,
    path: filled(path, input.path),
    query,
    body: body === undefined || isRaw(body) ? body : JSON.stringify(body),
    contentType,
    credential,
    idempotencyKey,
    repeat: method === 'GET' || keyed !== undefined ? 'always' : 'unsent',
    timeoutMs,
    signal,
  })
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
