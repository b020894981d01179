import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from './log.ts'

/** Work that is done every so often, never twice at once. */
export interface RepeatedJob {
  readonly name: string
  readonly everyMs: number
  /** One run. What takes long ends early once `stopping` is aborted. */
  readonly run: (stopping: AbortSignal) => Promise<unknown>
  /** Does what is left to do once it runs no more, also where it never ran. */
  readonly end?: () => Promise<unknown>
}

/** Work that goes by a pace of its own. */
export interface LoopJob {
  readonly name: string
  readonly begin?: () => void
  /** Ends it, also where it never began. */
  readonly end: () => Promise<unknown>
}

/** A job of a feature: done every so often, or going on by itself. */
export type Job = RepeatedJob | LoopJob

/** A run of a job that is over. */
export interface JobRun {
  readonly job: string
  readonly durationMs: number
  readonly outcome: 'done' | 'failed'
}

/** The jobs of a process. */
export interface Jobs {
  /** Of those that run every so often. */
  readonly names: readonly string[]
  begin(): void
  /** Has a job run now, or once more after the run under way. */
  wake(name: string): void
  /** Ends them one after the other, the last first. What doesn't end in time is told of and left behind. */
  stop(): Promise<void>
}

interface JobDependencies {
  readonly log: Logger
  readonly onRun?: (run: JobRun) => void
  /** How long each job has to end. */
  readonly patienceMs: number
}

/** Jobs in the order in which they begin: what others need while they end stands before them. */
export function createJobs(jobs: readonly Job[], deps: JobDependencies): Jobs {
  const running = new Map(jobs.map((job) => [job.name, 'run' in job ? repeat(job, deps) : loop(job)]))
  if (running.size < jobs.length) throw new Error('two jobs have one name')
  return {
    names: jobs.flatMap((job) => ('run' in job ? [job.name] : [])),
    begin() {
      for (const it of running.values()) it.begin()
    },
    wake: (name) => running.get(name)?.wake(),
    async stop() {
      for (const [name, it] of [...running].toReversed()) await endInTime(name, it.end, deps)
    },
  }
}

interface RunningJob {
  begin(): void
  wake(): void
  end(): Promise<unknown>
}

function loop({ begin = () => undefined, end }: LoopJob): RunningJob {
  return { begin: once(begin), wake: () => undefined, end }
}

function repeat(job: RepeatedJob, deps: JobDependencies): RunningJob {
  const stopping = new AbortController()
  const runOnce = watched(job, deps)
  let timer: NodeJS.Timeout | undefined
  let underWay: Promise<void> | undefined
  let isWoken = false
  const runAll = async (): Promise<void> => {
    do {
      isWoken = false
      await runOnce(stopping.signal)
    } while (isWoken && !stopping.signal.aborted)
  }
  const run = (): void => {
    if (stopping.signal.aborted) return
    underWay ??= runAll().finally(() => (underWay = undefined))
  }
  return {
    begin: once(() => (timer = setInterval(run, job.everyMs).unref())),
    wake() {
      isWoken = true
      run()
    },
    async end() {
      stopping.abort()
      clearInterval(timer)
      await underWay
      await job.end?.()
    },
  }
}

/** Runs a job and never fails. Of failures in a row the first is logged; each is counted. */
function watched(
  { name, run }: RepeatedJob,
  { log, onRun }: JobDependencies,
): (stopping: AbortSignal) => Promise<void> {
  let isFailing = false
  return async (stopping) => {
    const start = performance.now()
    const error = await run(stopping).then(
      () => undefined,
      (reason: unknown) => reason ?? new Error('it gave no reason'),
    )
    const failed = error !== undefined
    if (failed && !isFailing) log.warn({ err: error, job: name }, 'a job failed; it is tried again')
    if (!failed && isFailing) log.info({ job: name }, 'a job that failed has gone well again')
    isFailing = failed
    onRun?.({ job: name, durationMs: performance.now() - start, outcome: failed ? 'failed' : 'done' })
  }
}

async function endInTime(name: string, end: () => Promise<unknown>, deps: JobDependencies): Promise<void> {
  const waiting = new AbortController()
  const late = sleep(deps.patienceMs, 'late' as const, { signal: waiting.signal }).catch(() => undefined)
  try {
    const outcome = await Promise.race([end().then(() => 'ended' as const), late])
    if (outcome === 'late') deps.log.error({ job: name }, 'a job did not end in time and is left behind')
  } catch (error) {
    deps.log.error({ err: error, job: name }, 'a job could not end well')
  } finally {
    waiting.abort()
  }
}

function once(work: () => unknown): () => void {
  let isDone = false
  return () => {
    if (!isDone) work()
    isDone = true
  }
}
