import { CommandFailure } from '../command-failure.ts'
import { isLoopback } from '../settings.ts'
import {
  answerTimeoutMs,
  declined,
  type McpConnection,
  messageText,
  mostMessageBytes,
  noAnswer,
  readMessage,
  resultOf,
  RpcRefusal,
  type RpcMessage,
} from './json-rpc.ts'

/** An MCP server at an address. */
export interface ServerAddress {
  readonly name: string
  readonly url: string
  readonly bearer: string | undefined
  readonly insecureHttp: boolean
}

interface Session {
  id: string | undefined
  version: string | undefined
}

/**
 * Speaks with a server by MCP's Streamable HTTP transport: each message is a POST, answered by JSON or by an event stream. Redirects aren't
 * followed: a token goes to the address that was given and to no other.
 * @throws {CommandFailure} `usage` for an address that can't be used
 */
export function connectAddress(server: ServerAddress, timeoutMs: number = answerTimeoutMs): McpConnection {
  const url = checkedAddress(server)
  const session: Session = { id: undefined, version: undefined }
  let lastId = 0
  const post = async (body: string, method: string, signal: AbortSignal): Promise<Response> => {
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal,
      headers: { ...headersOf(server, session), 'content-type': 'application/json', 'mcp-method': method },
    })
    session.id ??= response.headers.get('mcp-session-id') ?? undefined
    return response
  }
  const answerTo = async (method: string, params: object): Promise<RpcMessage> => {
    const id = ++lastId
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await post(messageText(method, params, id), method, signal)
    const message = await messageOf(
      response,
      id,
      (asked) => void post(declined(asked), 'response', signal).catch(() => 0),
    )
    // A refusal may be told by both: the code of the protocol says more.
    if (message?.error !== undefined || (message !== undefined && response.ok)) return message
    await response.body?.cancel().catch(() => undefined)
    throw response.ok ? new TypeError('no answer in the body') : new RpcRefusal(response.status)
  }
  return {
    async request(method, params) {
      try {
        return resultOf(await answerTo(method, params))
      } catch (error) {
        throw error instanceof RpcRefusal ? error : unanswered(server, timeoutMs, error)
      }
    },
    async notify(method) {
      const signal = AbortSignal.timeout(timeoutMs)
      const response = await post(messageText(method, undefined), method, signal).catch((error: unknown) => {
        throw unanswered(server, timeoutMs, error)
      })
      await response.body?.cancel().catch(() => undefined)
    },
    speak: (version) => void (session.version = version),
    async close() {
      if (session.id === undefined) return
      // A server that keeps no sessions refuses it; that it ends is all the same to us.
      const options = { method: 'DELETE', headers: headersOf(server, session), signal: AbortSignal.timeout(2_000) }
      const response = await fetch(url, { ...options, redirect: 'manual' }).catch(() => undefined)
      await response?.body?.cancel().catch(() => undefined)
    },
  }
}

function checkedAddress({ name, url: text, insecureHttp }: ServerAddress): URL {
  const url = URL.parse(text)
  const at = `The address of the MCP server ${name}`
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new CommandFailure('usage', `${at} is not an http or https address.`, {
      remedy: 'Give one like https://mcp.example.com/mcp.',
    })
  if (url.username || url.password)
    throw new CommandFailure('usage', `${at} must not hold a user name or password.`, {
      remedy: 'Name the variable that holds a token: bearerFrom, in the file.',
    })
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !insecureHttp)
    throw new CommandFailure('usage', `Plain http to ${url.host} could be read and changed on the way.`, {
      remedy: 'Use https, or give --insecure-http if the network in between is yours.',
    })
  return url
}

function headersOf({ bearer }: ServerAddress, { id, version }: Session): Record<string, string> {
  return {
    accept: 'application/json, text/event-stream',
    ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    ...(id === undefined ? {} : { 'mcp-session-id': id }),
    ...(version === undefined ? {} : { 'mcp-protocol-version': version }),
  }
}

function unanswered({ name }: ServerAddress, timeoutMs: number, cause: unknown): CommandFailure {
  if (cause instanceof CommandFailure) return cause
  const { name: kind, cause: below } = Object(cause) as { name?: string; cause?: { code?: string } }
  if (kind === 'TimeoutError')
    return noAnswer(name, `did not answer within ${timeoutMs / 1000} s`, 'Is it the address of an MCP server?', cause)
  const code = below?.code
  return noAnswer(
    name,
    code === undefined ? 'answered what is no message of MCP' : `cannot be reached (${code})`,
    'Is it the address of an MCP server that speaks Streamable HTTP?',
    cause,
  )
}

/** The answer with an id in a body: the body itself, or one of the events of a stream. */
async function messageOf(
  response: Response,
  id: number,
  decline: (asked: RpcMessage) => void,
): Promise<RpcMessage | undefined> {
  const type = response.headers.get('content-type')?.split(';')[0]?.trim()
  const isStream = type === 'text/event-stream'
  if (response.body === null || (!isStream && type !== 'application/json')) return undefined
  const decoder = new TextDecoder()
  let size = 0
  let text = ''
  // Leaving the loop cancels what is left of the stream.
  for await (const chunk of response.body) {
    size += (chunk as Uint8Array).length
    if (size > mostMessageBytes) throw new CommandFailure('failed', 'An MCP server sent more than 4 MiB in one answer.')
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (!isStream) continue
    const events = text.split(/\r\n\r\n|\n\n|\r\r/)
    text = events.pop() ?? ''
    for (const event of events) {
      const message = readMessage(dataOf(event))
      if (message?.id === id && message.method === undefined) return message
      if (message?.method !== undefined && message.id !== undefined) decline(message)
    }
  }
  return isStream ? undefined : readMessage(text)
}

/** The data of an event (HTML Standard, server-sent events). */
function dataOf(event: string): string {
  return event
    .split(/\r\n|\n|\r/)
    .flatMap((line) => (line.startsWith('data:') ? [line.slice(5).replace(/^ /, '')] : []))
    .join('\n')
}
