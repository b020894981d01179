// A host that answers requests, as a process of its own: each takes some work, and is told of or not. Prints what its requests took, as JSON.
import { createHash } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'

const [clientModule, seconds, options] = process.argv.slice(2)
const perTick = 4
const client = options === undefined ? undefined : new (await import(clientModule)).AfterAI(JSON.parse(options))
const bot = client?.system('bench')
const latencies = []

async function request(n) {
  const started = performance.now()
  await turn()
  let digest = ''
  for (let round = 0; round < 20; round++) digest = createHash('sha256').update(`${digest}${n}`).digest('hex')
  bot?.measure({ route: 'chat', latencyMs: n, inputTokens: 900, outputTokens: 120, finishReason: 'stop', error: false })
  latencies.push((performance.now() - started) * 1000)
}

const heapBytes = () => {
  globalThis.gc()
  return process.memoryUsage().heapUsed
}

async function work(ms) {
  const until = performance.now() + ms
  for (let n = 0; performance.now() < until; n++) {
    await Promise.all(Array.from({ length: perTick }, (_, place) => request(n * perTick + place)))
    await sleep(1)
  }
}

// Until code is compiled and the thread runs.
await work(500)
latencies.length = 0
const heapBefore = heapBytes()
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
await work(Number(seconds) * 1000)
delay.disable()
const requests = latencies.length
const sorted = Float64Array.from(latencies).toSorted()
latencies.length = 0
const result = {
  requests,
  p50Us: sorted[Math.floor(requests * 0.5)],
  p99Us: sorted[Math.floor(requests * 0.99)],
  loopP99Us: delay.percentile(99) / 1000,
  heapGrowthKb: (heapBytes() - heapBefore) / 1000,
  keptUp: client === undefined || client.stats().enqueued >= requests,
}
process.stdout.write(JSON.stringify(result))
process.exit()
