import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client, type ClientConfig } from 'pg'
import { type KeptColumns, keptWindow } from '../../src/capture/kept-window.ts'
import type { IngestOrders } from './ingest-process.ts'
import { encodeOtlp, spanOf, tracesOf } from './otlp-bodies.ts'

/** The outcome of a run: its kills, and the spans that were acknowledged. */
export interface IngestOutcome {
  readonly kills: number
  /** Spans whose batch was acknowledged, by system. */
  readonly acknowledged: ReadonlyMap<string, number>
}

const script = fileURLToPath(new URL('ingest-process.ts', import.meta.url))
const systems = ['crash-one', 'crash-two'] as const
const senders = 6

interface Server {
  readonly child: ChildProcess
  readonly origin: string
}

/** Two processes over one database take telemetry in; one after the other is killed and started again while clients send and retry. */
export async function ingestUntilKilled(
  orders: IngestOrders,
  { key, kills, lifeMs }: { key: string; kills: number; lifeMs: () => number },
): Promise<IngestOutcome> {
  const servers = [await start(orders), await start(orders)]
  const acknowledged = new Map<string, number>()
  const stop = new AbortController()
  const load = Array.from({ length: senders }, async (_, sender) => {
    for (let count = 0; !stop.signal.aborted; count++) {
      const system = systems[(sender + count) % systems.length] ?? systems[0]
      const size = 1 + (count % 5)
      await deliver(servers, sender, key, bodyOf(system, size))
      acknowledged.set(system, (acknowledged.get(system) ?? 0) + size)
    }
  })
  for (let kill = 0; kill < kills; kill++) {
    await sleep(lifeMs())
    const victim = servers[kill % 2]
    victim?.child.kill('SIGKILL')
    servers[kill % 2] = await start(orders)
  }
  stop.abort()
  await Promise.all(load)
  for (const { child } of servers) child.kill('SIGKILL')
  return { kills, acknowledged }
}

/** How many calls are stored, by system. @param owner a login that no row level security holds back */
export async function storedCalls(owner: ClientConfig): Promise<Map<string, number>> {
  const client = new Client(owner)
  await client.connect()
  const { rows } = await client.query<{ name: string } & KeptColumns>(
    'select s.name, w.aggregate, w.packed from telemetry_window w join system s on s.id = w.system_id',
  )
  await client.end()
  const byName = Map.groupBy(rows, ({ name }) => name)
  return new Map([...byName].map(([name, of]) => [name, of.reduce((sum, row) => sum + keptWindow(row).calls, 0)]))
}

// A span id tells apart batches that are alike otherwise, as it does for real exporters.
function bodyOf(system: string, size: number): Buffer {
  const spans = Array.from({ length: size }, () => spanOf({}, { spanId: crypto.getRandomValues(Buffer.alloc(8)) }))
  return encodeOtlp('traces', tracesOf(system, spans))
}

/** Sends a body until it is acknowledged, to whichever process is there. */
async function deliver(servers: readonly Server[], sender: number, key: string, body: Buffer): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const origin = servers[(sender + attempt) % servers.length]?.origin ?? ''
    try {
      const response = await fetch(`${origin}/v1/traces`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-protobuf' },
        body: new Uint8Array(body),
      })
      await response.arrayBuffer()
      if (response.ok) return
      if (response.status < 500) throw new Error(`the batch was refused with ${response.status}`)
    } catch (error) {
      // `fetch` throws a TypeError for a connection that breaks.
      if (!(error instanceof TypeError)) throw error
    }
    await sleep(20)
  }
}

async function start(orders: IngestOrders): Promise<Server> {
  const child = spawn(process.execPath, [script, JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer]
  return { child, origin: line.toString().trim() }
}
