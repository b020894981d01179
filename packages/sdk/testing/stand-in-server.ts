import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { telemetryBatch, type TelemetryAnswer, type TelemetryBatch, type TelemetryEvent } from '@afterai/contract'

/** How the stand-in behaves. `black_hole` takes requests and never answers; `slow` answers after 10 s; `busy` names a time to come back. */
export type ServerState =
  | 'healthy'
  | 'error'
  | 'busy'
  | 'black_hole'
  | 'slow'
  | 'lost_answer'
  | 'unauthorized'
  | 'not_afterai'

/** A server that takes telemetry as the contract says, and nothing else: what it can't parse is a fault. */
export interface StandInServer {
  readonly origin: string
  readonly port: number
  state: ServerState
  /** How far its clock is ahead. */
  clockAheadMs: number
  /** The `retry-after` header of its answers when it is busy. */
  retryAfter: string
  /** Batches that were committed, in order, each once. */
  readonly batches: TelemetryBatch[]
  /** The bodies of every request as they came, unpacked. */
  readonly bodies: string[]
  /** Breaches of the contract by a client, in words. */
  readonly faults: string[]
  readonly requests: string[]
  events(): TelemetryEvent[]
  close(): Promise<void>
}

/** How to start it. */
export interface StandInOptions {
  readonly port?: number
  readonly state?: ServerState
  readonly tls?: { readonly key: string; readonly cert: string }
  /** The batches and requests that an earlier one kept: a server that restarts keeps its database. */
  readonly database?: Pick<StandInServer, 'batches' | 'bodies' | 'faults' | 'requests'>
  /** The status of the digest key's route, if not 200. */
  readonly digestKeyStatus?: number
  /** Answers without having read what came, as little work as a server can be: where it shares the cores of a host that is measured. */
  readonly isUnreading?: boolean
}

/** The key that the stand-in gives out. */
export const standInDigestKey = { keyId: '0123456789abcdef', key: Buffer.alloc(32, 7).toString('base64') } as const

/** The API key that it asks for. */
export const standInApiKey = 'afterai_standin'

export async function startStandIn(options: StandInOptions = {}): Promise<StandInServer> {
  const database = options.database ?? { batches: [], bodies: [], faults: [], requests: [] }
  const sockets = new Set<Socket>()
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void answer(standIn, options, { request, response })
  }
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
  })
  await listen(server, options.port ?? 0)
  const { port } = server.address() as AddressInfo
  const standIn: StandInServer = {
    ...database,
    origin: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    state: options.state ?? 'healthy',
    clockAheadMs: 0,
    retryAfter: '1',
    events: () => database.batches.flatMap(({ events }) => events),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
  return standIn
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

async function answer(standIn: StandInServer, options: StandInOptions, { request, response }: Exchange): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  if (options.isUnreading === true && standIn.state === 'healthy') return send(response, 200, taken(standIn, 0))
  const packed = Buffer.concat(chunks)
  const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(packed) : packed).toString('utf8')
  standIn.requests.push(`${request.method} ${request.url}`)
  standIn.bodies.push(`${JSON.stringify(request.headers)}\n${body}`)
  const { state } = standIn
  if (state === 'black_hole') return
  if (state === 'slow') await new Promise((resolve) => setTimeout(resolve, 10_000).unref())
  if (state === 'error') return send(response, 500, { code: 'internal' })
  if (state === 'busy') {
    response.setHeader('retry-after', standIn.retryAfter)
    return send(response, 429, { code: 'rate_limited' })
  }
  if (state === 'not_afterai') return send(response, 200, { welcome: 'to our hotel' })
  if (state === 'unauthorized' || request.headers.authorization !== `Bearer ${standInApiKey}`) {
    return send(response, 401, { code: 'unauthorized' })
  }
  if (request.url === '/v1/digest-key') {
    return send(response, options.digestKeyStatus ?? 200, { ...standInDigestKey, algorithm: 'hmac-sha256' })
  }
  const committed = commit(standIn, body)
  if (state === 'lost_answer') return void response.destroy()
  send(response, committed === undefined ? 400 : 200, committed ?? { code: 'invalid_request' })
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function commit(standIn: StandInServer, body: string): TelemetryAnswer | undefined {
  const parsed = telemetryBatch.safeParse(JSON.parse(body))
  if (!parsed.success) {
    standIn.faults.push(parsed.error.message)
    return undefined
  }
  const { bootId, sequence, events } = parsed.data
  const ofBoot = standIn.batches.filter((batch) => batch.bootId === bootId)
  const duplicate = sequence < ofBoot.length
  if (sequence > ofBoot.length) standIn.faults.push(`${bootId}: batch ${sequence} came after ${ofBoot.length} batches`)
  if (!duplicate) standIn.batches.push(parsed.data)
  return { ...taken(standIn, duplicate ? 0 : events.length), duplicate }
}

function taken({ clockAheadMs }: StandInServer, accepted: number): TelemetryAnswer {
  return { accepted, rejected: [], duplicate: false, serverTime: new Date(Date.now() + clockAheadMs).toISOString() }
}
