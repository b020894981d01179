import {
  advisePower,
  assess,
  type Assessment,
  type AssessmentPlan,
  changedCases,
  type ChangedCases,
  type ChangedCasesQuery,
  type EvaluationRun,
  type MetricPower,
  withTypedSlices,
} from '@afterai/evidence'
import { limiter } from '../platform/limiter.ts'
import { digestUnder } from './name-digest.ts'
import { unpackRun, type KeptRun } from './packed-run.ts'
import { runOnThread } from './run-on-thread.ts'

/** Two runs as they are kept, and what to hold the second to. */
export interface AssessJob {
  readonly runs: readonly [baseline: KeptRun, candidate: KeptRun]
  readonly plan: AssessmentPlan
  /** Under which the names of slices were digested. */
  readonly digestKey: Uint8Array
}

/** What is asked of runs that are kept, each with all that it needs: it may go to a thread of its own. */
export type RunsJob =
  | ({ readonly ask: 'assessment' } & AssessJob)
  | ({ readonly ask: 'cases'; readonly query: ChangedCasesQuery } & AssessJob)
  | { readonly ask: 'power'; readonly runs: readonly [KeptRun]; readonly plan: AssessmentPlan }

/** Answers by what was asked. */
export interface RunsAnswers {
  readonly assessment: Assessment
  /** Undefined where the runs don't share the metric. */
  readonly cases: ChangedCases | undefined
  readonly power: MetricPower[]
}

/** Asks runs that are kept. @throws ProblemError `not_ready` when too many are waiting, or the machine is too busy to answer in time */
export type AskRuns = <Job extends RunsJob>(job: Job, departure: AbortSignal) => Promise<RunsAnswers[Job['ask']]>

/** So many rows are gone through where the request is handled, in some milliseconds; more would hold up everybody else's. */
const mostRowsAtOnce = 20_000
const timeLimitMs = 120_000
const limits = {
  running: 2,
  waiting: 8,
  retryAfterSeconds: 10,
  longestWaitMs: 60_000,
  busy: 'too many evaluations are being compared',
}

/** Asks small runs at once, and large ones on threads of their own, two at a time. */
export function createAskRuns(): AskRuns {
  const limit = limiter(limits)
  return async <Job extends RunsJob>(job: Job, departure: AbortSignal) => {
    const rows = job.runs.reduce((sum, run) => sum + run.rows, 0)
    return rows > mostRowsAtOnce ? limit(() => askOnThread<Job>(job, departure)) : askHere(job)
  }
}

/** Answers on this thread. */
export async function askHere<Job extends RunsJob>(job: Job): Promise<RunsAnswers[Job['ask']]> {
  return (await answerTo(job)) as RunsAnswers[Job['ask']]
}

async function answerTo(job: RunsJob): Promise<RunsAnswers[RunsJob['ask']]> {
  if (job.ask === 'power') return advisePower(await unpackRun(job.runs[0]), job.plan)
  const { plan, digestKey } = job
  const named = async (kept: KeptRun): Promise<EvaluationRun> =>
    withTypedSlices(await unpackRun(kept), plan.criticalSlices, digestUnder(digestKey))
  const [baseline, candidate] = [await named(job.runs[0]), await named(job.runs[1])]
  return job.ask === 'assessment'
    ? assess(baseline, candidate, plan)
    : changedCases(baseline, candidate, plan, job.query)
}

function askOnThread<Job extends RunsJob>(job: Job, departure: AbortSignal): Promise<RunsAnswers[Job['ask']]> {
  return runOnThread({
    script: new URL('./assess-worker.ts', import.meta.url),
    workerData: job,
    timeLimitMs,
    doing: 'comparing the evaluations',
    departure,
  })
}
