import { createServer, connect, type Server, type Socket } from 'node:net'

/** A load balancer of TCP connections, as small as one can be: new connections go in turn to the backends that say they are ready. */
export interface Balancer {
  readonly origin: string
  /** Sends new connections to these from now on. */
  use(origins: readonly string[]): void
  close(): Promise<void>
}

/** How often it asks the backends whether they are ready. */
const probeEveryMs = 100

/** Starts one on a free port of 127.0.0.1. It asks `/readyz` of each backend, as balancers do, and skips those that don't answer 200. */
export async function startBalancer(initial: readonly string[]): Promise<Balancer> {
  let backends = initial
  let ready: readonly string[] = []
  let turn = 0
  const open = new Set<Socket>()
  const probe = async (): Promise<void> => {
    const states = await Promise.all(backends.map(async (origin) => ((await isReady(origin)) ? [origin] : [])))
    ready = states.flat()
  }
  const server = createServer((client) => {
    const origin = ready[turn++ % Math.max(1, ready.length)]
    if (origin === undefined) {
      client.destroy()
      return
    }
    const { hostname, port } = new URL(origin)
    const backend = connect(Number(port), hostname)
    for (const socket of [client, backend]) {
      open.add(socket)
      socket.on('close', () => open.delete(socket)).on('error', () => undefined)
    }
    client.pipe(backend).pipe(client)
    client.on('close', () => backend.destroy())
    backend.on('close', () => client.end())
  })
  await probe()
  const timer = setInterval(() => void probe(), probeEveryMs)
  return {
    origin: await listen(server),
    use: (origins) => (backends = origins),
    async close() {
      clearInterval(timer)
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

async function isReady(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/readyz`, { signal: AbortSignal.timeout(1_000), headers: { connection: 'close' } }))
      .ok
  } catch {
    return false
  }
}
