import { createServer } from 'node:net'

/** Linux gives outgoing connections ports from 32768 on (ip(7), `ip_local_port_range`): below it no connection can sit on a server's port. */
const lowest = 10_000
const highest = 32_767
const share = 100
let given = 0

/**
 * A TCP port of 127.0.0.1 that is free now and stays so when its server is killed and started again: it is none that the system gives to
 * outgoing connections or to servers that ask for any port, and processes side by side take theirs from different places.
 */
export async function freePort(): Promise<number> {
  const shares = Math.floor((highest - lowest) / share)
  const first = lowest + (process.pid % shares) * share
  for (let tries = 0; tries < share; tries += 1) {
    const port = first + (given++ % share)
    if (await isFree(port)) return port
  }
  throw new Error(`no port from ${first} to ${first + share - 1} is free`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true))
  })
  if (free) await new Promise((resolve) => server.close(resolve))
  return free
}
