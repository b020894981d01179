import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stats } from '../src/index.ts'
import { timeoutMs } from '../src/sender/platform.ts'
import { places, type Place } from '../testing/places.ts'
import { selfSigned } from '../testing/self-signed.ts'
import { runHost, startHost, type HostResult } from '../testing/run-host.ts'
import { standInApiKey, startStandIn } from '../testing/stand-in-server.ts'
import type { HostTask } from './hosts/host.ts'

const folder = mkdtempSync(join(tmpdir(), 'afterai-sdk-'))
afterAll(() => rmSync(folder, { recursive: true }))

const work = { rounds: 20, perRound: 50, pauseMs: 20, observe: true } as const
/** An observation, a change, and the measurements. */
const told = work.rounds * work.perRound + 2

function statsOf(file: string): Stats & { readonly heapGrowthBytes: number } {
  return JSON.parse(readFileSync(file, 'utf8')) as Stats & { readonly heapGrowthBytes: number }
}

let bare: Record<HostTask['end'], HostResult>
beforeAll(async () => {
  const ends = ['return', 'exit', 'throw', 'shutdown'] as const
  const results = await Promise.all(ends.map(async (end) => [end, await runHost({ ...work, end })] as const))
  bare = Object.fromEntries(results) as typeof bare
})

describe.each(Object.entries(places))('a server that is %s', (name, open) => {
  test.each(['return', 'exit', 'throw', 'shutdown'] as const)(
    'P2.2, P2.3: changes neither what a host says nor how it ends by %s, and each event is accounted for',
    async (end) => {
      const { options, server, midway } = await open()
      const statsFile = join(folder, 'stats.json')
      const host = startHost({
        ...work,
        end,
        options: { apiKey: standInApiKey, exitWaitMs: name === 'healthy' ? 10_000 : 250, ...options },
        statsFile,
      })
      const last = (await midway?.()) ?? server
      const { code, signal, stdout, stderr } = await host.result
      // A stack names a line of the host, which is the same.
      expect({ code, signal, stdout, stderr }).toEqual(bare[end])
      const stats = statsOf(statsFile)
      expect(stats.enqueued).toBe(told)
      expect(stats.enqueued).toBe(stats.delivered + stats.dropped + stats.pending)
      const received = last?.events().length ?? 0
      // After a shutdown nothing is open; and where the server is well, nothing is lost.
      const isWell = name === 'healthy' || (name === 'restarting midway' && end === 'shutdown')
      const [mostOpen, leastDelivered] = end === 'shutdown' || isWell ? [0, received] : [told, 0]
      expect(stats.pending).toBeLessThanOrEqual(mostOpen)
      expect(stats.delivered).toBeGreaterThanOrEqual(leastDelivered)
      // What is committed as a process ends may be so without its knowing, never the other way round.
      expect(stats.delivered).toBeLessThanOrEqual(received)
      expect(received).toBeGreaterThanOrEqual(isWell ? told : 0)
      expect(last?.faults ?? []).toEqual([])
      await last?.close()
    },
  )
})

/** Ends a host by a signal once it has done its work. */
async function runAndTerminate(task: Omit<HostTask, 'end'>): Promise<HostResult> {
  const host = startHost({ ...task, end: 'wait' })
  await new Promise((resolve) => host.child.stdout?.once('data', resolve))
  host.child.kill('SIGTERM')
  return host.result
}

const terminated = new Map<HostTask['onSigterm'], Promise<HostResult>>()

/** How such a host ends without the client: that depends on no server, so it is found out once. */
function bareTerminated(onSigterm?: HostTask['onSigterm']): Promise<HostResult> {
  const known = terminated.get(onSigterm) ?? runAndTerminate(onSigterm === undefined ? work : { ...work, onSigterm })
  terminated.set(onSigterm, known)
  return known
}

describe.each(Object.entries(places))('a signal, and a server that is %s', (name, open) => {
  test('P2.2: end a host that has no answer to it as they would without the client', async () => {
    const { options, server, midway } = await open()
    const running = runAndTerminate({ ...work, options: { apiKey: standInApiKey, ...options } })
    const last = (await midway?.()) ?? server
    expect(await running).toEqual(await bareTerminated())
    expect(last?.faults ?? []).toEqual([])
    await last?.close()
  })

  test.each(['exit', 'shutdown'] as const)(
    'P2.2, P2.3: end a host that answers it with %s as they would without the client, and each event is accounted for',
    async (onSigterm) => {
      const { options, server, midway } = await open()
      const statsFile = join(folder, `${onSigterm}.json`)
      const given = { apiKey: standInApiKey, exitWaitMs: name === 'healthy' ? 10_000 : 250, ...options }
      const running = runAndTerminate({ ...work, onSigterm, options: given, statsFile })
      const last = (await midway?.()) ?? server
      expect(await running).toEqual(await bareTerminated(onSigterm))
      const { enqueued, delivered, dropped, pending } = statsOf(statsFile)
      expect([enqueued, delivered + dropped + pending]).toEqual([told, told])
      const received = last?.events().length ?? 0
      // After a shutdown nothing is open; and where the server is well, nothing is lost.
      const [mostOpen, leastDelivered] = onSigterm === 'shutdown' || name === 'healthy' ? [0, received] : [told, 0]
      expect(pending).toBeLessThanOrEqual(mostOpen)
      expect(delivered).toBeGreaterThanOrEqual(leastDelivered)
      expect(delivered).toBeLessThanOrEqual(received)
      expect(received).toBeGreaterThanOrEqual(name === 'healthy' ? told : 0)
      expect(last?.faults ?? []).toEqual([])
      await last?.close()
    },
  )
})

test.each(['healthy', 'answering 500', 'a black hole', 'refusing connections'])(
  'P2.3: 200,000 events do not make a host’s heap grow, where the server is %s',
  async (name) => {
    const { options, server } = await (places[name] as () => Promise<Place>)()
    const statsFile = join(folder, 'heap.json')
    const end = { end: 'shutdown', statsFile, watchesHeap: true } as const
    const many = { rounds: 200, perRound: 1000, pauseMs: 5, observe: true }
    await runHost({ ...many, ...end, options: { apiKey: standInApiKey, ...options } })
    const stats = statsOf(statsFile)
    expect(stats.enqueued).toBe(200_002)
    expect([stats.pending, stats.delivered + stats.dropped]).toEqual([0, 200_002])
    // Less than a byte for each event told since: it is what the collector leaves lying about.
    expect(stats.heapGrowthBytes).toBeLessThan(100_000)
    await server?.close()
  },
)

test('P2.2: a server with a certificate of a private authority is reached with that authority', async () => {
  const tls = selfSigned()
  const server = await startStandIn({ tls })
  const options = { apiKey: standInApiKey, endpoint: server.origin, ca: tls.cert, exitWaitMs: 10_000 }
  await runHost({ ...work, end: 'exit', options })
  expect(server.events()).toHaveLength(told)
  await server.close()
})

test.each(
  (['exit', 'throw', 'return'] as const).flatMap((end) => [
    // A loaded machine takes longer for the same work.
    { end, wait: { exitWaitMs: 10_000 } },
    { end, wait: {} },
  ]),
)(
  'P2.2: what a host tells in its last moment arrives, though it ends at once by $end (given: $wait)',
  async ({ end, wait }) => {
    const server = await startStandIn()
    const options = { apiKey: standInApiKey, endpoint: server.origin, ...wait }
    await runHost({ rounds: 1, perRound: 98, pauseMs: 0, observe: true, end, options })
    expect(server.events()).toHaveLength(100)
    expect(server.faults).toEqual([])
    await server.close()
  },
)

test.each(['return', 'shutdown'] as const)(
  'P2.2: without threads, all arrives from the host’s own thread when it ends by %s',
  async (end) => {
    const server = await startStandIn()
    const options = { apiKey: standInApiKey, endpoint: server.origin, exitWaitMs: 10_000 }
    const result = await runHost({ ...work, end, options, withoutThreads: true })
    expect(result).toEqual(bare[end])
    expect(server.events()).toHaveLength(told)
    expect(server.faults).toEqual([])
    await server.close()
  },
)

/** How long a host takes, and the same one without the client. */
async function timesOf(task: HostTask): Promise<{ heldMs: number; bareMs: number }> {
  const time = async (run: HostTask): Promise<number> => {
    const since = performance.now()
    await runHost(run)
    return performance.now() - since
  }
  const { options: _, ...without } = task
  const bareMs = Math.min(await time(without), await time(without))
  return { bareMs, heldMs: Math.min(await time(task), await time(task)) - bareMs }
}

test.each([
  ['a black hole', 'at once', 0],
  ['a black hole', 'after a while', 150],
  ['answering 500', 'while it waits to try again', 150],
  ['slow by 10 s', 'at once', 0],
])('P2.2: without threads, a host that returns %s %s isn’t held by the request under way', async (name, _, pauseMs) => {
  const { options, server } = await (places[name] as () => Promise<Place>)()
  const rounds = pauseMs === 0 ? 1 : 4
  const task = { rounds, perRound: 50, pauseMs, observe: true, end: 'return', withoutThreads: true } as const
  const { heldMs, bareMs } = await timesOf({ ...task, options: { apiKey: standInApiKey, ...options } })
  // A request ends by itself after its own time. What a machine takes that is so busy that a host without the client takes as long, proves nothing.
  expect(heldMs).toBeLessThan(timeoutMs / 2 + bareMs)
  await server?.close()
})
