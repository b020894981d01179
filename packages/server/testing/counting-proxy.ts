import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A database behind a proxy that reads along. */
export interface CountingProxy {
  readonly host: string
  readonly port: number
  /** How often a connection waited for the database since the last call, but for what the server does in the background. */
  take(): { roundTrips: number; statements: number }
  close(): Promise<void>
}

/** Where a database listens: a port, or the folder of a Unix socket. */
interface Target {
  readonly host?: string | undefined
  readonly port?: number | undefined
}

/**
 * Passes connections on to a database and counts their round trips: a message that wants an answer, sent while no other answer is
 * outstanding. Statements that are sent together are one.
 */
export async function startCountingProxy(target: Target): Promise<CountingProxy> {
  let counted = { roundTrips: 0, statements: 0 }
  const sockets = new Set<Socket>()
  const { host = '127.0.0.1', port = 5432 } = target
  const server = createServer((client) => {
    const database = connect(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port })
    const conversation = follow((trips, statements) => {
      counted = { roundTrips: counted.roundTrips + trips, statements: counted.statements + statements }
    })
    client.on('data', conversation.asked)
    database.on('data', conversation.answered)
    for (const [from, to] of [
      [client, database],
      [database, client],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => sockets.delete(from))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    take() {
      const taken = counted
      counted = { roundTrips: 0, statements: 0 }
      return taken
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Marks of work that no request waits for: the ledger's sequencer, and servers that add up the counts of their limits with each other. */
const inBackground = ['afterai_sequencer', 'settle_rates']

/** Follows one connection. A transaction's counts are told when it has ended. */
function follow(tell: (roundTrips: number, statements: number) => void) {
  let outstanding = 0
  let transaction = { roundTrips: 0, statements: 0, isRequest: true }
  const askedMessage = (type: string, body: Buffer): void => {
    if (inBackground.some((it) => body.includes(it))) transaction.isRequest = false
    if (type === 'E' || type === 'Q') transaction.statements += 1
    // Sync and Query are what the server answers with ReadyForQuery.
    if (type !== 'S' && type !== 'Q') return
    if (outstanding === 0) transaction.roundTrips += 1
    outstanding += 1
  }
  const answeredMessage = (type: string, body: Buffer): void => {
    if (type !== 'Z') return
    outstanding -= 1
    if (outstanding > 0 || String.fromCharCode(body[0] ?? 0) !== 'I') return
    if (transaction.isRequest) tell(transaction.roundTrips, transaction.statements)
    transaction = { roundTrips: 0, statements: 0, isRequest: true }
  }
  let isSignedIn = false
  const asked = messages((type, body) => isSignedIn && askedMessage(type, body), { hasStartup: true })
  const answered = messages((type, body) => {
    if (isSignedIn) answeredMessage(type, body)
    else if (type === 'Z') isSignedIn = true
  })
  return { asked, answered }
}

/** Takes a stream apart: a byte that tells the type, four that tell the length, and the rest. The first of a client has no type. */
function messages(
  each: (type: string, body: Buffer) => void,
  { hasStartup = false }: { hasStartup?: boolean } = {},
): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let head = hasStartup ? 0 : 1
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= head + 4) {
      const end = head + rest.readUInt32BE(head)
      if (rest.length < end) return
      each(head === 0 ? '' : String.fromCharCode(rest[0] ?? 0), rest.subarray(head + 4, end))
      rest = rest.subarray(end)
      head = 1
    }
  }
}
