import { CommandFailure } from '../command-failure.ts'

/** The most that a message may hold, in bytes: a list of tools with their schemas takes a tenth of it. */
export const mostMessageBytes: number = 4 * 1024 * 1024

/** How long an answer may take: a command may first have to be fetched. */
export const answerTimeoutMs = 60_000

/** A way to ask an MCP server, by JSON-RPC 2.0. */
export interface McpConnection {
  /**
   * Sends a request, and waits for its answer.
   * @throws {RpcRefusal} if the server refuses it
   * @throws {CommandFailure} `failed` if there is no answer
   */
  request(method: string, params: object): Promise<unknown>
  notify(method: string): Promise<void>
  /** Told the protocol that both sides speak from now on. */
  speak(version: string): void
  close(): Promise<void>
}

/** The refusal of a request: a code of JSON-RPC, or a status of HTTP. What the server says besides isn't kept. */
export class RpcRefusal extends Error {
  readonly code: number

  constructor(code: number) {
    super(`refused with ${code}`)
    this.name = 'RpcRefusal'
    this.code = code
  }
}

/** A message as it came. */
export interface RpcMessage {
  readonly id?: unknown
  readonly method?: unknown
  readonly result?: unknown
  readonly error?: unknown
}

/** The text of a request or, without an id, of a notification. */
export function messageText(method: string, params: object | undefined, id?: number): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params })
}

/** Reads a message. Undefined for what is none: programs also print other things. */
export function readMessage(text: string): RpcMessage | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The result that an answer brings. @throws {RpcRefusal} */
export function resultOf({ result, error }: RpcMessage): unknown {
  if (error === undefined) return result
  const { code } = Object(error) as { code?: unknown }
  throw new RpcRefusal(typeof code === 'number' ? code : 0)
}

/** An answer to what a server asks of us: we have nothing that it could use. */
export function declined({ id, method }: RpcMessage): string {
  const answer = method === 'ping' ? { result: {} } : { error: { code: -32601, message: 'not offered' } }
  return JSON.stringify({ jsonrpc: '2.0', id, ...answer })
}

/** The failure of a server that can't be asked, with what to do. */
export function noAnswer(server: string, why: string, remedy: string, cause?: unknown): CommandFailure {
  return new CommandFailure('failed', `The MCP server ${server} ${why}.`, { remedy, cause })
}
