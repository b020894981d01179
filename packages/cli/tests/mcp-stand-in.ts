import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { createMcpHandler, Server, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import { onTestFinished } from 'vitest'

/** What a server of ours offers, as a test writes it down: it may change from one request to the next, as a real one's may. */
export interface Offer {
  readonly version?: string
  readonly instructions?: string
  readonly tools: readonly { readonly name: string; readonly [member: string]: unknown }[]
}

/** Which protocols are spoken: those with a handshake beside the one without, or the latter alone, or sessions. */
export type Speaking = 'both' | 'newest' | 'sessions'

const perPage = 2

/** A server by the official library that lists what is offered at that moment, two tools a page. */
export function serverOf(offered: () => Offer): Server {
  const { version = '1.0.0', instructions } = offered()
  const server = new Server(
    { name: 'a server of a test', version },
    { capabilities: { tools: {} }, ...(instructions === undefined ? {} : { instructions }) },
  )
  server.setRequestHandler('tools/list', ({ params }) => {
    const { tools } = offered()
    const from = Number(params?.cursor ?? 0)
    const next = from + perPage < tools.length ? { nextCursor: String(from + perPage) } : {}
    return { tools: tools.slice(from, from + perPage) as never, ...next }
  })
  return server
}

/** Reads an offer from a file, each time. */
export function offerIn(path: string): () => Offer {
  return () => JSON.parse(readFileSync(path, 'utf8')) as Offer
}

/** An MCP server over HTTP that lasts as long as the test. */
export interface McpAddress {
  readonly url: string
  readonly requests: { readonly method: string; readonly headers: IncomingMessage['headers'] }[]
}

/** Serves an offer by Streamable HTTP. `token`: what whoever asks must send. */
export async function startMcpAddress(
  offered: () => Offer,
  { speaking = 'both', token }: { speaking?: Speaking; token?: string } = {},
): Promise<McpAddress> {
  const answer = speaking === 'sessions' ? withSessions(offered) : withoutSessions(offered, speaking)
  const requests: McpAddress['requests'] = []
  const http = createServer((request, response) => {
    const { method = 'GET', headers } = request
    requests.push({ method, headers })
    const isAllowed = token === undefined || headers.authorization === `Bearer ${token}`
    if (isAllowed) void pass(request, response, answer)
    else response.writeHead(401).end()
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`, requests }
}

/** Hands a request of Node's server to one that takes the web's. */
async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: Request) => Promise<Response>,
): Promise<void> {
  const { method = 'GET', headers } = request
  const body = method === 'POST' ? await new Response(Readable.toWeb(request) as never).text() : undefined
  const told = new Request(`http://${headers.host}/mcp`, {
    method,
    headers: headers as Record<string, string>,
    ...(body === undefined ? {} : { body }),
  })
  const answered = await answer(told)
  response.writeHead(answered.status, Object.fromEntries(answered.headers))
  if (answered.body === null) response.end()
  else Readable.fromWeb(answered.body as never).pipe(response)
}

function withoutSessions(offered: () => Offer, speaking: Speaking): (request: Request) => Promise<Response> {
  const handler = createMcpHandler(() => serverOf(offered), { legacy: speaking === 'newest' ? 'reject' : 'stateless' })
  return (request) => handler.fetch(request)
}

function withSessions(offered: () => Offer): (request: Request) => Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => 'a-session' })
  const connected = serverOf(offered).connect(transport)
  return async (request) => {
    await connected
    return transport.handleRequest(request)
  }
}
