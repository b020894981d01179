import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createJobs, type Job, type JobRun } from './jobs.ts'
import { createLog } from './log.ts'

const never = 3_600_000

/** Jobs, what they log, and what is told of their runs. */
function jobsOf(jobs: readonly Job[], patienceMs = never) {
  const lines: { msg: string; job: string; level: number }[] = []
  const runs: JobRun[] = []
  const log = createLog('info', { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[0]) })
  const onRun = (run: JobRun): void => void runs.push(run)
  return { ...createJobs(jobs, { log, onRun, patienceMs }), lines, runs }
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(1)
}

test('a job runs again and again, and never beside itself', async () => {
  let [under, most, count] = [0, 0, 0]
  const run = async (): Promise<void> => {
    most = Math.max(most, (under += 1))
    await sleep(5)
    under -= 1
    count += 1
  }
  const jobs = jobsOf([{ name: 'often', everyMs: 1, run }])
  jobs.begin()
  jobs.begin()
  await until(() => count >= 5)
  await jobs.stop()
  const ended = count
  expect([under, most]).toEqual([0, 1])
  jobs.wake('often')
  await sleep(10)
  expect(count).toBe(ended)
})

test('a job that is woken while it runs runs once more, and once for however many wake it', async () => {
  const first = Promise.withResolvers<void>()
  let count = 0
  const run = async (): Promise<void> => {
    count += 1
    if (count === 1) await first.promise
  }
  const jobs = jobsOf([{ name: 'mails', everyMs: never, run }])
  for (let times = 0; times < 3; times += 1) jobs.wake('mails')
  expect(count).toBe(1)
  first.resolve()
  await until(() => jobs.runs.length === 2)
  await jobs.stop()
  expect(count).toBe(2)
})

test('of failures in a row the first is logged, each is counted, and the first that goes well again is told', async () => {
  const outcomes = ['fails', 'fails', 'done', 'fails', 'done']
  const run = async (): Promise<void> => {
    if (outcomes[jobs.runs.length] === 'fails') throw new Error('the database is away')
  }
  const jobs = jobsOf([{ name: 'purge', everyMs: never, run }])
  for (let n = 1; n <= outcomes.length; n += 1) {
    jobs.wake('purge')
    await until(() => jobs.runs.length === n)
  }
  await jobs.stop()
  expect(jobs.runs.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'done', 'failed', 'done'])
  const failed = { job: 'purge', msg: 'a job failed; it is tried again' }
  const well = { job: 'purge', msg: 'a job that failed has gone well again' }
  expect(jobs.lines).toMatchObject([failed, well, failed, well])
})

test('jobs begin in their order and end the other way round, each when the one before has ended', async () => {
  const order: string[] = []
  const loop = (name: string): Job => ({
    name,
    begin: () => void order.push(`${name} begins`),
    async end() {
      await sleep(name === 'last' ? 5 : 0)
      order.push(`${name} ends`)
    },
  })
  const jobs = jobsOf([loop('first'), loop('middle'), loop('last')])
  jobs.begin()
  await jobs.stop()
  expect(order).toEqual(['first begins', 'middle begins', 'last begins', 'last ends', 'middle ends', 'first ends'])
})

test('what is left to do is done at the end, after the run under way, also where no job ever began', async () => {
  const order: string[] = []
  const run = async (stopping: AbortSignal): Promise<void> => {
    while (!stopping.aborted) await sleep(1)
    order.push('run')
  }
  const end = async (): Promise<void> => void order.push('end')
  const woken = jobsOf([{ name: 'long', everyMs: never, run, end }])
  woken.wake('long')
  await woken.stop()
  expect(order).toEqual(['run', 'end'])
  await jobsOf([{ name: 'idle', everyMs: never, run, end }]).stop()
  expect(order).toEqual(['run', 'end', 'end'])
})

test('a job that doesn’t end, or ends badly, holds up no other', async () => {
  let isEnded = false
  const jobs = jobsOf(
    [
      { name: 'well', end: async () => (isEnded = true) },
      { name: 'stuck', end: () => new Promise(() => undefined) },
      { name: 'broken', end: () => Promise.reject(new Error('no')) },
    ],
    5,
  )
  jobs.begin()
  await jobs.stop()
  expect(isEnded).toBe(true)
  expect(jobs.lines).toMatchObject([
    { job: 'broken', msg: 'a job could not end well' },
    { job: 'stuck', msg: 'a job did not end in time and is left behind' },
  ])
})

test('two jobs of one name are refused', () => {
  const twice: Job = { name: 'twice', end: async () => undefined }
  expect(() => jobsOf([twice, twice])).toThrow('two jobs have one name')
})
