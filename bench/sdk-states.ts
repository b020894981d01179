import { execFileSync, spawn } from 'node:child_process'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { places } from '../packages/sdk/testing/places.ts'
import { standInApiKey } from '../packages/sdk/testing/stand-in-server.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const pairs = ofLength(5, 1)
const mostLoopDelayUs = 150

/** Figures of one run of a host: times of requests, lag of the event loop, growth of the heap. */
interface Taken {
  readonly p50Us: number
  readonly p99Us: number
  readonly loopP99Us: number
  readonly heapGrowthKb: number
}

/** Pairs of two runs without it: what the machine alone makes of two runs of the same. */
const control = 'none in both'

/**
 * Measures the cost of the SDK for the requests of a host in each state of the server: pairs of runs, one without it and one with it, each a process
 * of its own, and the 95 % interval of the mean difference (bootstrap), beside the same for pairs without it in both. A goal is missed where the
 * whole interval lies above it. The stand-in server shares the cores of the machine with the host, which a real one doesn't: it answers without
 * reading. `BENCH_SDK_SECONDS` makes each run longer than 3 s.
 */
export async function run(): Promise<Row[]> {
  execFileSync(process.execPath, [path('../packages/sdk/build.ts')])
  const seconds = Number(env['BENCH_SDK_SECONDS'] ?? ofLength(3, 0.2))
  const rows: Row[] = []
  for (const state of [control, ...Object.keys(places)].slice(0, ofLength(undefined, 2)))
    rows.push(...(await compare(state, seconds)))
  return rows
}

async function compare(state: string, seconds: number): Promise<Row[]> {
  const bare: Taken[] = []
  const told: Taken[] = []
  for (let pair = 0; pair < pairs; pair++) {
    // Now this one first, now that one: what the machine does meanwhile meets both.
    if (pair % 2 === 0) bare.push(await runHost(seconds))
    told.push(await (state === control ? runHost(seconds) : runInState(state, seconds)))
    if (pair % 2 === 1) bare.push(await runHost(seconds))
  }
  const row = (what: string, unit: string, get: (taken: Taken) => number, most?: number): Row => {
    const [value, limit] = [mean(told.map(get)), mean(bare.map(get))]
    const differences = told.map((it, pair) => get(it) - get(bare[pair] as Taken))
    const [low, high] = interval(differences)
    const name = `${what}, server ${state}: ${signed(mean(differences))} ${unit} (${signed(low)} to ${signed(high)})`
    return {
      name,
      value,
      unit,
      limitName: 'without',
      limit,
      ratio: value / limit,
      ...(most === undefined ? {} : { goal: `<= +${most} ${unit}`, isMissed: low > most }),
    }
  }
  return [
    row('median request', 'us', ({ p50Us }) => p50Us),
    row('p99 request', 'us', ({ p99Us }) => p99Us),
    row('p99 event loop', 'us', ({ loopP99Us }) => loopP99Us, mostLoopDelayUs),
    row('heap grown by', 'kB', ({ heapGrowthKb }) => heapGrowthKb),
  ]
}

async function runInState(state: string, seconds: number): Promise<Taken> {
  const { options, server, midway } = await (places[state] as (typeof places)[string])({ isUnreading: true })
  const running = runHost(seconds, JSON.stringify({ apiKey: standInApiKey, ...options }))
  const last = (await midway?.()) ?? server
  const taken = await running
  await last?.close()
  return taken
}

async function runHost(seconds: number, ...options: string[]): Promise<Taken> {
  // One size of young space in both: collecting it on demand shrinks it, and how soon it grows again decides how long collections take.
  const flags = ['--expose-gc', '--min-semi-space-size=16', '--max-semi-space-size=16']
  const parameters = [...flags, path('sdk-requests.mjs'), path('../packages/sdk/dist/index.js'), String(seconds)]
  const host = spawn(process.execPath, [...parameters, ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  host.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  await new Promise((resolve) => host.once('close', resolve))
  return JSON.parse(output) as Taken
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The 95 % interval of a mean, by bootstrap. */
function interval(values: readonly number[]): [number, number] {
  const means = Array.from({ length: 10_000 }, () =>
    mean(values.map(() => values[Math.floor(Math.random() * values.length)] as number)),
  ).toSorted((a, b) => a - b)
  return [means[250] as number, means[9750] as number]
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toPrecision(3)}`
}
