// A host that tells at a steady rate, as a process of its own. It says when it ends, what it told, and how its memory grew after a moment.
import { setTimeout as sleep } from 'node:timers/promises'

const [clientModule, parameters] = process.argv.slice(2)
const { options, seconds, perSecond, settleSeconds = 0, flushMs } = JSON.parse(parameters)
const client = options === undefined ? undefined : new (await import(clientModule)).AfterAI(options)
const bot = client?.system('bench')
const startedAt = performance.now()
let told = 0
let settledBytes = 0
let mostBytes = 0
for (;;) {
  const elapsed = (performance.now() - startedAt) / 1000
  if (elapsed >= seconds) break
  for (const due = elapsed * perSecond; told < due; told++) {
    bot?.measure({ route: 'chat', latencyMs: told, inputTokens: 900, outputTokens: 120, finishReason: 'stop' })
  }
  const bytes = process.memoryUsage.rss()
  if (elapsed < settleSeconds) settledBytes = Math.max(settledBytes, bytes)
  mostBytes = Math.max(mostBytes, bytes)
  await sleep(2)
}
if (flushMs !== undefined) await client?.flush(flushMs)
const { enqueued = 0, delivered = 0, dropped = 0 } = client?.stats() ?? {}
const grownMb = Math.max(0, mostBytes - settledBytes) / 1e6
process.stdout.write(JSON.stringify({ endedAt: Date.now(), told, enqueued, delivered, dropped, grownMb }))
