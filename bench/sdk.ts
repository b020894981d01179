import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const repeats = ofLength(5, 1)
const peers = ['OpenTelemetry', 'Langfuse', 'LangSmith', 'PostHog', 'Sentry'] as const

/** Costs of a client for its host's thread, as processor time, and for its memory. */
interface Cost {
  /** From the import to the first call; memory a third of a second later. */
  readonly start: { readonly ms: number; readonly rssMb: number }
  readonly burstNs: number
  readonly bytes: number
  /** Of 12,000 events, 10,000 a second, until they have left the thread; what a host that tells nothing takes is taken off. */
  readonly perEventUs: number
  readonly p99Us: number
  /** The same in a host that works without a pause. */
  readonly busyP99Us: number
}

/**
 * Measures the cost of reporting events for the thread of a host: AfterAI beside pushing the same object to an array, and other products beside
 * AfterAI, all in one run, each in a process of its own, medians of five that take turns. The others are installed by
 * `npm ci --prefix bench/sdk-peers`.
 */
export async function run(): Promise<Row[]> {
  execFileSync(process.execPath, [path('../packages/sdk/build.ts')])
  const server = await startSink()
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const measured = new Map<string, Cost>()
  const isWhole = ofLength(true, false)
  const hasPeers = isWhole && existsSync(path('sdk-peers/node_modules'))
  if (isWhole && !hasPeers)
    process.stdout.write('without other products: npm ci --prefix bench/sdk-peers brings them\n')
  const names = ['nothing', 'the clock', 'bare thread', 'array.push', 'AfterAI', ...(hasPeers ? peers : [])]
  const costs = new Map<string, (Cost | undefined)[]>(names.map((name) => [name, []]))
  for (let n = 0; n < repeats; n++) {
    for (const name of names) {
      // Who didn't come to an end once isn't waited for again.
      if (costs.get(name)?.includes(undefined) !== true) costs.get(name)?.push(await runHost(name, endpoint))
    }
  }
  for (const [name, each] of costs) {
    const ended = each.filter((it) => it !== undefined)
    if (ended.length === each.length) measured.set(name, medians(ended))
    else process.stdout.write(`${name} does not come to its end within a minute\n`)
  }
  server.closeAllConnections()
  server.close()
  return rowsOf(measured)
}

function rowsOf(measured: ReadonlyMap<string, Cost>): Row[] {
  const of = (name: string): Cost =>
    measured.get(name) ?? { start: { ms: 0, rssMb: 0 }, burstNs: 0, bytes: 0, perEventUs: 0, p99Us: 0, busyP99Us: 0 }
  const [idle, ours] = [of('nothing'), of('AfterAI')]
  const figures = [
    { what: 'a call in a burst', unit: 'ns', most: 60, get: (it: Cost) => it.burstNs, limit: 'the clock' },
    {
      what: 'memory of a call, beside the caller’s object',
      unit: 'bytes',
      most: 64,
      get: (it: Cost) => it.bytes - idle.bytes,
      limit: 'the clock',
    },
    // After a sleep the reading of the time alone, and the caller's object, take as long as a call may: what a call that does nothing reads
    // is taken off. The figures as they are read stand below.
    {
      what: 'p99 of a call beyond that of an empty one, host that sleeps between',
      unit: 'us',
      most: 1,
      get: (it: Cost) => it.p99Us - idle.p99Us,
      limit: 'array.push',
    },
    {
      what: 'p99 of a call beyond that of an empty one, busy host',
      unit: 'us',
      most: 1,
      get: (it: Cost) => it.busyP99Us - idle.busyP99Us,
      limit: 'array.push',
    },
    { what: 'p99 as read, host that sleeps between', unit: 'us', get: (it: Cost) => it.p99Us, limit: 'nothing' },
    { what: 'p99 as read, busy host', unit: 'us', get: (it: Cost) => it.busyP99Us, limit: 'nothing' },
    {
      what: 'all in, at 10,000/s',
      unit: 'us',
      most: 1,
      get: (it: Cost) => it.perEventUs - idle.perEventUs,
      limit: 'array.push',
    },
    { what: 'start', unit: 'ms', most: 5, get: (it: Cost) => it.start.ms, limit: 'bare thread' },
    { what: 'start', unit: 'MB', most: 30, get: (it: Cost) => it.start.rssMb, limit: 'bare thread' },
  ]
  return figures.flatMap(({ what, unit, most, get, limit }) => {
    const row = (name: string, it: Cost, limitName: string, beside: number): Row => ({
      name: `${what}: ${name}`,
      value: get(it),
      unit,
      limitName,
      limit: beside,
      ratio: get(it) / beside,
    })
    const others = peers.flatMap((name) => (measured.has(name) ? [row(name, of(name), 'AfterAI', get(ours))] : []))
    const own = row('AfterAI', ours, limit, get(of(limit)))
    const goal = most === undefined ? {} : { goal: `<= ${most} ${unit}`, isMissed: !(own.value <= most) }
    return [{ ...own, ...goal }, ...others]
  })
}

/** Takes everything, keeps nothing, and answers each client with what it wants to hear. */
async function startSink(): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      const answer = { accepted: 0, rejected: [], duplicate: false, serverTime: new Date().toISOString() }
      response.setHeader('content-type', 'application/json')
      response.end(request.url === '/v1/telemetry' ? JSON.stringify(answer) : '{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function medians(costs: readonly Cost[]): Cost {
  const median = (get: (cost: Cost) => number): number =>
    costs.map(get).toSorted((a, b) => a - b)[Math.floor(costs.length / 2)] ?? 0
  return {
    start: { ms: median(({ start }) => start.ms), rssMb: median(({ start }) => start.rssMb) },
    burstNs: median(({ burstNs }) => burstNs),
    bytes: median(({ bytes }) => bytes),
    perEventUs: median(({ perEventUs }) => perEventUs),
    p99Us: median(({ p99Us }) => p99Us),
    busyP99Us: median(({ busyP99Us }) => busyP99Us),
  }
}

async function runHost(name: string, endpoint: string): Promise<Cost | undefined> {
  const clientModule = name === 'AfterAI' ? '../packages/sdk/dist/index.js' : 'sdk-peers/client.mjs'
  const host = spawn(process.execPath, ['--expose-gc', path('sdk-host.mjs'), name, endpoint, path(clientModule)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  // A client that holds its host up, or never lets it end, is ended.
  const deadline = setTimeout(() => host.kill('SIGKILL'), 60_000)
  let output = ''
  host.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  await new Promise((resolve) => host.once('close', resolve))
  clearTimeout(deadline)
  if (output === '') return undefined
  return JSON.parse(output.slice(output.indexOf('{"start"'))) as Cost
}
