import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { networkOf } from '../rate-limits/index.ts'

/** How many connections there may be. */
export interface ConnectionLimits {
  readonly most: number
  /** From one address; a proxy's are as many as all. */
  readonly mostOfOne: number
  readonly isProxy: (address: string) => boolean
}

/** Bounds the connections of a server, in all and by address. One too many is closed before a byte of it is read. */
export function limitConnections(server: Server, limits: ConnectionLimits): void {
  server.maxConnections = limits.most
  const open = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    if (limits.isProxy(address)) return
    const network = networkOf(address, 32)
    const count = (open.get(network) ?? 0) + 1
    if (count > limits.mostOfOne) {
      socket.destroy()
      return
    }
    open.set(network, count)
    socket.once('close', () => {
      const left = (open.get(network) ?? 1) - 1
      if (left > 0) open.set(network, left)
      else open.delete(network)
    })
  })
}

/** Gives the client of an answer that begins now so long to read it: Node counts a connection as alive as long as a byte now and then goes out. */
export function boundReading(response: ServerResponse, timeoutMs: number): void {
  const timer = setTimeout(() => response.socket?.destroy(), timeoutMs).unref()
  response.once('close', () => clearTimeout(timer))
}
