import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { ServerProcess } from '@afterai/testing'

/** A server that takes connections, since its machine does so for it, and never answers. */
export interface StoppedServer {
  readonly url: string
  /** Resolves once a client has sent something that waits for an answer. */
  readonly reached: Promise<void>
  /** Bytes that clients sent, and that they were answered. */
  bytes(): { readonly sent: number; readonly answered: number }
  /** Lets the server run on. */
  resume(): Promise<void>
}

/** Stops a server where it stands, and watches the way to it. */
export async function stopServer(server: ServerProcess): Promise<StoppedServer> {
  const { hostname, port } = new URL(server.origin)
  const sockets = new Set<Socket>()
  let [sent, answered] = [0, 0]
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
  const relay = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => other.destroy())
      socket.pipe(other)
    }
    client.on('data', ({ length }) => {
      sent += length
      reach()
    })
    upstream.on('data', ({ length }) => (answered += length))
  })
  await new Promise<void>((resolve) => void relay.listen(0, '127.0.0.1', resolve))
  server.signal('SIGSTOP')
  return {
    url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    reached,
    bytes: () => ({ sent, answered }),
    resume: () => {
      server.signal('SIGCONT')
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => relay.close(() => resolve()))
    },
  }
}
