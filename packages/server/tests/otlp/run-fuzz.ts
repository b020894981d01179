import { fuzz } from './fuzz-otlp.ts'
import { captures, encodeOtlp, scoreOf, spanOf, tokensOf, tracesOf } from './otlp-bodies.ts'

// `node packages/server/tests/otlp/run-fuzz.ts [inputs] [seed]`: the fuzzing of the test suite, as long as one likes.
const [inputs = 10_000_000, seed = 1] = process.argv.slice(2).map(Number)
const round = 100_000
const bodies = [
  { signal: 'traces', bytes: encodeOtlp('traces', tracesOf('bot', [spanOf({}), spanOf({})])) },
  { signal: 'logs', bytes: encodeOtlp('logs', scoreOf('bot', 0.25)) },
  { signal: 'metrics', bytes: encodeOtlp('metrics', tokensOf('bot', { n: 2, sum: 1.5, delta: true })) },
  ...captures().flatMap(({ signal, protobuf }) => (protobuf ? [{ signal, bytes: protobuf }] : [])),
] as const
let [done, compared] = [0, 0]
while (done < inputs) {
  const result = fuzz(bodies, { seed: seed + done, inputs: Math.min(round, inputs - done), comparedEvery: 20 })
  done += result.inputs
  compared += result.compared
  process.stdout.write(`${done} inputs, ${compared} compared, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB\n`)
  if (result.faults.length > 0) {
    process.stdout.write(`${result.faults.join('\n')}\n`)
    process.exit(1)
  }
}
