import { createServer } from 'node:http'
import type { Registry } from 'prom-client'
import type { ListenAddress } from '../configuration-kinds.ts'

/** Serves the metrics on an address of their own, to whoever can reach it. */
export interface MetricsServer {
  readonly port: number
  stop(): Promise<void>
}

/** Starts it. `GET /metrics` is all that it knows. */
export async function startMetricsServer(registry: Registry, { host, port }: ListenAddress): Promise<MetricsServer> {
  const server = createServer(
    { requestTimeout: 5_000, headersTimeout: 5_000, keepAliveTimeout: 5_000 },
    (request, response) => {
      if (request.method !== 'GET' || request.url !== '/metrics') {
        response.writeHead(404).end()
        return
      }
      registry.metrics().then(
        (text) =>
          response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(text),
        () => response.writeHead(500).end(),
      )
    },
  )
  server.maxConnections = 16
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the metrics have no port')
  return {
    port: address.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
