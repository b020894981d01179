import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { standInApiKey, startStandIn } from '../packages/sdk/testing/stand-in-server.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const perSecond = 10_000
const outageMs = ofLength(3_000, 300)
const awaySeconds = ofLength(10, 1)
const settleSeconds = ofLength(3, 1)
const repeats = ofLength(5, 1)

interface Task {
  readonly seconds: number
  readonly perSecond: number
  readonly settleSeconds?: number
  readonly flushMs?: number
}

/** A report of a host at its end, and the time for which its process lived after that. */
interface Ended {
  readonly endedAt: number
  readonly enqueued: number
  readonly dropped: number
  readonly grownMb: number
  readonly exitMs: number
}

/** Measures the costs for a host of a server that is away: its exit, its memory, and its events. */
export async function run(): Promise<Row[]> {
  execFileSync(process.execPath, [path('../packages/sdk/build.ts')])
  return [await exit(), await memory(), await restart()]
}

async function exit(): Promise<Row> {
  const server = await startStandIn({ state: 'black_hole' })
  const task = { seconds: 0.5, perSecond: 1_000 }
  const [bare, told]: [number[], number[]] = [[], []]
  for (let n = 0; n < repeats; n++) {
    bare.push((await runHost(task)).exitMs)
    told.push((await runHost(task, server.origin)).exitMs)
  }
  await server.close()
  const longer = median(told) - median(bare)
  return {
    name: 'exit in a black hole, longer than without by',
    value: longer,
    unit: 'ms',
    limitName: 'goal',
    limit: 300,
    ratio: longer / 300,
    goal: '<= 300 ms',
    isMissed: longer > 300,
  }
}

async function memory(): Promise<Row> {
  const task = { seconds: settleSeconds + awaySeconds, perSecond, settleSeconds }
  const [bare, told]: [number[], number[]] = [[], []]
  for (let n = 0; n < ofLength(3, 1); n++) {
    bare.push((await runHost(task)).grownMb)
    const server = await startStandIn()
    const running = runHost(task, server.origin)
    await sleep(settleSeconds * 1_000)
    await server.close()
    told.push((await running).grownMb)
  }
  const kept = median(told) - median(bare)
  return {
    name: `memory after ${awaySeconds} s without a server, ${perSecond} events/s`,
    value: kept,
    unit: 'MB',
    limitName: 'grown without',
    limit: median(bare),
    ratio: kept / 5,
    goal: '<= 5 MB',
    isMissed: kept > 5,
  }
}

async function restart(): Promise<Row> {
  const taken = new Map<number, number>()
  let server = await startCounting(taken)
  const { port } = server.address() as AddressInfo
  const running = runHost({ seconds: ofLength(8, 2), perSecond, flushMs: 30_000 }, `http://127.0.0.1:${port}`)
  await sleep(ofLength(2_000, 500))
  server.closeAllConnections()
  server.close()
  await sleep(outageMs)
  server = await startCounting(taken, port)
  const { enqueued, dropped } = await running
  server.close()
  const lost = enqueued - [...taken.values()].reduce((sum, events) => sum + events, 0)
  return {
    name: `lost in a restart of ${outageMs / 1000} s (the client counts ${dropped})`,
    value: lost,
    unit: 'events',
    limitName: 'told',
    limit: enqueued,
    ratio: lost / enqueued,
    goal: '0',
    isMissed: lost !== 0 || dropped !== 0,
  }
}

/** Takes batches and counts their events, each batch once; it checks nothing, and so keeps up. */
async function startCounting(taken: Map<number, number>, port = 0): Promise<Server> {
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const batch = JSON.parse(gunzipSync(Buffer.concat(chunks)).toString()) as { sequence: number; events: unknown[] }
    taken.set(batch.sequence, batch.events.length)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ rejected: [], duplicate: false, serverTime: new Date().toISOString() }))
  }
  // A request that is cut off is told again.
  const server = createServer((request, response) => void take(request, response).catch(() => undefined))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function runHost(task: Task, endpoint?: string): Promise<Ended> {
  const parameters = JSON.stringify({
    ...task,
    ...(endpoint === undefined ? {} : { options: { apiKey: standInApiKey, endpoint } }),
  })
  const host = spawn(
    process.execPath,
    [path('sdk-outage-host.mjs'), path('../packages/sdk/dist/index.js'), parameters],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let output = ''
  host.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  await new Promise((resolve) => host.once('close', resolve))
  const said = JSON.parse(output) as Omit<Ended, 'exitMs'>
  return { ...said, exitMs: Date.now() - said.endedAt }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
