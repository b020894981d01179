// A host of one client, as a process of its own: it imports, tells in bursts and at a rate, and prints what that cost its thread, as JSON.
import { createHash } from 'node:crypto'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'

const [name, endpoint, clientModule] = process.argv.slice(2)
const burst = 10_000
const rounds = 15
const rate = { perTick: 20, ticks: 600, tickMs: 2 }
const busy = { calls: 12_000, everyMs: 0.1, perTurn: 20 }

// Somewhere for the object to go, so that it is made.
globalThis.sink = undefined
const example = (n) => ({
  route: 'chat',
  latencyMs: n,
  inputTokens: 900,
  outputTokens: 120,
  finishReason: 'stop',
  error: false,
})

const nothing = () => ({ measure: (n) => (globalThis.sink = example(n)), shutdown: async () => undefined })

// Who tells when something happened reads the clock.
const clock = () => ({
  measure: (n) => {
    globalThis.sink = example(n)
    globalThis.at = Date.now()
  },
  shutdown: async () => undefined,
})

function floor() {
  const kept = []
  return {
    measure: (n) => {
      if (kept.length >= 16_384) kept.length = 0
      kept.push(example(n))
    },
    shutdown: async () => undefined,
  }
}

async function afterAI() {
  const { AfterAI } = await import(clientModule)
  const afterai = new AfterAI({ apiKey: 'bench', endpoint })
  const bot = afterai.system('bench')
  return {
    measure: (n) => bot.measure(example(n)),
    shutdown: () => afterai.shutdown(),
  }
}

// No client with a thread of its own starts faster than the thread.
async function bareThread() {
  const { Worker } = await import('node:worker_threads')
  new Worker('setInterval(() => undefined, 1000)', { eval: true }).unref()
  return nothing()
}

async function make() {
  if (name === 'nothing') return nothing()
  if (name === 'the clock') return clock()
  if (name === 'bare thread') return bareThread()
  if (name === 'array.push') return floor()
  if (name === 'AfterAI') return afterAI()
  const { peers } = await import(clientModule)
  return peers[name](endpoint)
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const cpuUs = (since) => {
  const { user, system } = process.threadCpuUsage(since)
  return user + system
}

const rss = process.memoryUsage.rss()
// The clock of processor time is too coarse for it.
const startedAt = performance.now()
const client = await make()
client.measure(0)
const startMs = performance.now() - startedAt
// A thread, if there is one, has come up by then.
await sleep(300)
const start = { ms: startMs, rssMb: (process.memoryUsage.rss() - rss) / 1e6 }

const bursts = []
const bytes = []
for (let round = 0; round < rounds; round++) {
  globalThis.gc()
  const { heapUsed } = process.memoryUsage()
  // Too short for the clock of processor time, and so short that most bursts are undisturbed: their median tells.
  const before = performance.now()
  for (let n = 0; n < burst; n++) client.measure(n)
  bursts.push(((performance.now() - before) * 1e6) / burst)
  bytes.push((process.memoryUsage().heapUsed - heapUsed) / burst)
  await sleep(50)
}

const latencies = new Float64Array(rate.perTick * rate.ticks)
const before = process.threadCpuUsage()
for (let tick = 0; tick < rate.ticks; tick++) {
  for (let n = 0; n < rate.perTick; n++) {
    const started = performance.now()
    client.measure(n)
    latencies[tick * rate.perTick + n] = (performance.now() - started) * 1000
  }
  await sleep(rate.tickMs)
}
// Until what was told has left this thread.
await sleep(500)
const perEventUs = cpuUs(before) / latencies.length

// As many calls a second in a host that never sleeps: it works from one to the next. Not in step: the system's own clock interrupts every
// 4 ms, and a step of which that is a multiple would meet it always or never.
const busyLatencies = new Float64Array(busy.calls)
let due = performance.now()
for (let call = 0, digest = ''; call < busy.calls; call++) {
  do digest = createHash('sha256').update(JSON.stringify({ digest, call })).digest('hex')
  while (performance.now() < due)
  due += busy.everyMs * (0.5 + Math.random())
  const started = performance.now()
  client.measure(call)
  busyLatencies[call] = (performance.now() - started) * 1000
  if (call % busy.perTurn === 0) await turn()
}
const p99Of = (values) => values.toSorted()[Math.floor(values.length * 0.99)]
process.stdout.write(
  JSON.stringify({
    start,
    burstNs: median(bursts),
    bytes: median(bytes.slice(2)),
    perEventUs,
    p99Us: p99Of(latencies),
    busyP99Us: p99Of(busyLatencies),
  }),
)
process.exit()
