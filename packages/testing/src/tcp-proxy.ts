import { connect, createServer, type Socket } from 'node:net'

/** A way to a database that can be led elsewhere, as a customer's proxy or virtual address does. */
export interface TcpProxy {
  readonly port: number
  /** Leads new connections to another port, and cuts those that are open. */
  leadTo(port: number): void
  close(): Promise<void>
}

/** Starts one on a free port of 127.0.0.1. */
export async function startTcpProxy(initial: number): Promise<TcpProxy> {
  let target = initial
  const open = new Set<Socket>()
  const cut = (): void => open.forEach((socket) => socket.destroy())
  const server = createServer((client) => {
    const backend = connect(target, '127.0.0.1')
    for (const socket of [client, backend]) {
      open.add(socket)
      socket.on('close', () => open.delete(socket)).on('error', () => undefined)
    }
    client.pipe(backend).pipe(client)
    client.on('close', () => backend.destroy())
    backend.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    leadTo(port) {
      target = port
      cut()
    },
    async close() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
