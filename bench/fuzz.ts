import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { fuzz, type FuzzResult, fuzzJson, jsonSeeds } from '../packages/server/testing/otlp/fuzz-otlp.ts'
import {
  captures,
  encodeOtlp,
  scoreOf,
  spanOf,
  tokensOf,
  tracesOf,
} from '../packages/server/testing/otlp/otlp-bodies.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const inputs = ofLength(
  { protobuf: 10_000_000, json: 1_000_000, round: 100_000 },
  { protobuf: 10_000, json: 2_000, round: 1_000 },
)

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Measures the bytes that are still held once garbage is collected: twice, since the memory of byte arrays is given back beside the program. */
async function liveBytes(): Promise<number> {
  collectGarbage()
  await sleep(50)
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const mebibytes = (bytes: number): number => bytes / 2 ** 20

/** Ten million mutated bodies of protobuf, of which each twentieth is read by the full decoder as well, and a million of JSON. */
export async function run(): Promise<Row[]> {
  const { protobuf, json, round } = inputs
  const seeds = [
    { signal: 'traces', bytes: encodeOtlp('traces', tracesOf('bot', [spanOf({}), spanOf({})])) },
    { signal: 'logs', bytes: encodeOtlp('logs', scoreOf('bot', 0.25)) },
    { signal: 'metrics', bytes: encodeOtlp('metrics', tokensOf('bot', { n: 2, sum: 1.5, delta: true })) },
    ...captures().flatMap(({ signal, protobuf }) => (protobuf ? [{ signal, bytes: protobuf }] : [])),
  ] as const
  return [
    ...(await rounds('protobuf', { inputs: protobuf, round }, (seed) =>
      fuzz(seeds, { seed, inputs: round, comparedEvery: 20 }),
    )),
    ...(await rounds('JSON', { inputs: json, round }, (seed) => fuzzJson(jsonSeeds, { seed, inputs: round }))),
  ]
}

async function rounds(
  what: string,
  { inputs, round }: { readonly inputs: number; readonly round: number },
  work: (seed: number) => Pick<FuzzResult, 'faults'>,
): Promise<Row[]> {
  let faults = 0
  let memoryOfFirstRounds = 0
  for (let done = round; done <= inputs; done += round) {
    const found = work(done).faults
    faults += found.length
    for (const fault of found.slice(0, 5)) process.stderr.write(`${fault}\n`)
    // The first rounds fill what has a bound of its own.
    if (done <= inputs / 5) memoryOfFirstRounds = await liveBytes()
    process.stderr.write(`\r${what}: ${done.toLocaleString('en')} inputs, ${faults} faults `)
  }
  process.stderr.write('\n')
  const [value, limit] = [mebibytes(await liveBytes()), mebibytes(memoryOfFirstRounds)]
  const read = inputs - faults
  return [
    {
      name: `mutated ${what}, read or refused as it ought to be`,
      value: read,
      unit: 'inputs',
      limitName: 'inputs',
      limit: inputs,
      ratio: read / inputs,
      goal: 'exactly 1',
      isMissed: faults > 0,
    },
    {
      name: `mutated ${what}, memory at the end`,
      value,
      unit: 'MiB',
      limitName: 'after a fifth',
      limit,
      ratio: value / limit,
      goal: '<= 1.2',
      isMissed: value / limit > 1.2,
    },
  ]
}
