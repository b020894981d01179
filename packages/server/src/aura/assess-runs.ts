import { assess, type Assessment, type AssessmentPlan, type EvaluationRun, withTypedSlices } from '@afterai/evidence'
import { limiter } from '../platform/limiter.ts'
import { digestUnder } from './name-digest.ts'
import { unpackRun, type KeptRun } from './packed-run.ts'
import { runOnThread } from './run-on-thread.ts'

/** Two runs as they are kept, and what to hold the second to. */
export interface AssessJob {
  readonly baseline: KeptRun
  readonly candidate: KeptRun
  readonly plan: AssessmentPlan
  /** Under which the names of slices were digested. */
  readonly digestKey: Uint8Array
}

/** Compares two runs. @throws ProblemError `not_ready` when too many are waiting, or the machine is too busy to compare them in time */
export type AssessRuns = (job: AssessJob, departure: AbortSignal) => Promise<Assessment>

/** So many rows are compared where the request is handled, in some milliseconds; more would hold up everybody else's. */
const mostRowsAtOnce = 20_000
const timeLimitMs = 120_000
const limits = {
  running: 2,
  waiting: 8,
  retryAfterSeconds: 10,
  longestWaitMs: 60_000,
  busy: 'too many evaluations are being compared',
}

/** Compares small runs at once, and large ones on threads of their own, two at a time. */
export function createAssessRuns(): AssessRuns {
  const limit = limiter(limits)
  return async (job, departure) => {
    const isLarge = job.baseline.rows + job.candidate.rows > mostRowsAtOnce
    return isLarge ? limit(() => assessOnThread(job, departure)) : assessKept(job)
  }
}

/** Compares two kept runs on this thread. */
export async function assessKept({ baseline, candidate, plan, digestKey }: AssessJob): Promise<Assessment> {
  const named = async (kept: KeptRun): Promise<EvaluationRun> =>
    withTypedSlices(await unpackRun(kept), plan.criticalSlices, digestUnder(digestKey))
  return assess(await named(baseline), await named(candidate), plan)
}

function assessOnThread(job: AssessJob, departure: AbortSignal): Promise<Assessment> {
  return runOnThread({
    script: new URL('./assess-worker.ts', import.meta.url),
    workerData: job,
    timeLimitMs,
    doing: 'comparing the evaluations',
    departure,
  })
}
