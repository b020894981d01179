import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { AfterAI, type AfterAIOptions } from '../../src/index.ts'

/** The task of a host. It is given as JSON, as the one argument. */
export interface HostTask {
  /** Undefined: the same program without the SDK. */
  readonly options?: AfterAIOptions
  readonly rounds: number
  readonly perRound: number
  readonly pauseMs: number
  readonly observe: boolean
  readonly end: 'return' | 'exit' | 'throw' | 'shutdown' | 'wait'
  /** Where the client's figures go: the host's own output must be the same with and without it. */
  readonly statsFile?: string
  /** Has the statistics tell how much the heap grew after the first third of the rounds. Wants `--expose-gc`. */
  readonly watchesHeap?: boolean
  /** Its answer to SIGTERM. Undefined: it dies of the signal. */
  readonly onSigterm?: 'exit' | 'shutdown'
  /** Hides Node's modules, as a run time without them. */
  readonly withoutThreads?: boolean
}

/** A text that must never leave the host. */
export const canary = 'CONTENT-canary-6f1c'

// A program that works, tells AfterAI of it, and ends in some way.
const task = JSON.parse(process.argv[2] ?? '') as HostTask
if (task.withoutThreads === true) Object.assign(process, { getBuiltinModule: undefined })
const afterai = task.options === undefined ? undefined : new AfterAI(task.options)
const bot = afterai?.system('support-bot')
const keep = (): void => {
  if (task.statsFile === undefined) return
  writeFileSync(task.statsFile, JSON.stringify({ ...afterai?.stats(), heapGrowthBytes }))
}
const heapBytes = (): number => {
  if (task.watchesHeap !== true) return 0
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
let heapGrowthBytes = 0
// After the client's own listener: what it tells then is final.
process.on('exit', keep)
if (task.onSigterm !== undefined) {
  process.once('SIGTERM', () => {
    const wait = task.onSigterm === 'shutdown' ? afterai?.shutdown(task.options?.exitWaitMs) : undefined
    void Promise.resolve(wait).then(() => process.exit(143))
  })
}

if (task.observe) {
  bot?.observe({
    model: { provider: 'acme', name: 'acme-large' },
    prompts: { support: `${canary} you are helpful` },
    tools: { search: { description: canary, parameters: { type: 'object' } } },
  })
  bot?.record({ title: 'A new index', changeTypes: ['retrieval'] })
}
let digest = ''
for (let round = 0; round < task.rounds; round++) {
  for (let n = 0; n < task.perRound; n++) {
    digest = createHash('sha256').update(`${digest}${n}`).digest('hex')
    bot?.measure({ route: 'chat', latencyMs: n, inputTokens: 100, outputTokens: 10, error: false })
  }
  if (round === Math.floor(task.rounds / 3)) heapGrowthBytes = -heapBytes()
  if (round === task.rounds - 1) heapGrowthBytes += heapBytes()
  if (task.pauseMs > 0) await sleep(task.pauseMs)
}
console.log(digest)
if (task.end === 'wait') await sleep(60_000)
if (task.end === 'shutdown') await afterai?.shutdown(5_000)
process.exitCode = 3
if (task.end === 'exit') process.exit(4)
if (task.end === 'throw') throw new Error('the host fails')
