import { ProblemError } from '@afterai/contract'
import { expect, test } from 'vitest'
import { isTooLarge, runOnThread } from './run-on-thread.ts'

const script = (code: string): URL =>
  new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads';${code}`)}`)
const patient = { timeLimitMs: 60_000, doing: 'reading', departure: new AbortController().signal }

test('answers what the thread says', async () => {
  expect(await runOnThread({ ...patient, script: script('parentPort.postMessage(7)') })).toBe(7)
})

test('P5.3: work that takes too long is told as such, with the seconds to wait: it may be the machine that was busy', async () => {
  const failed = runOnThread({ ...patient, timeLimitMs: 50, script: script('setInterval(() => 0, 1000)') })
  await expect(failed).rejects.toMatchObject({
    code: 'not_ready',
    fields: { retryAfterSeconds: 30, detail: expect.stringContaining('nothing was kept') },
  })
})

test('work that nobody waits for any more is ended, whether it has begun or not', async () => {
  const gone = new ProblemError('malformed_body', { detail: 'the client went away' })
  const departure = new AbortController()
  const work = { ...patient, departure: departure.signal, script: script('setInterval(() => 0, 1000)') }
  const begun = runOnThread(work)
  departure.abort(gone)
  await expect(begun).rejects.toBe(gone)
  await expect(runOnThread(work)).rejects.toBe(gone)
})

test('P1.2: what a thread stumbles over is not told in its words, which may quote the file', async () => {
  const failed = runOnThread({ ...patient, script: script('throw new TypeError("canary")') })
  await expect(failed).rejects.toThrow(/^reading failed: TypeError$/)
  await expect(failed).rejects.toSatisfy((error) => !isTooLarge(error))
})

test('P5.3: more than a thread may hold is told apart', async () => {
  const hoard = script('const all = []; for (;;) all.push(new Array(1000).fill(all.length))')
  const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 }
  await expect(runOnThread({ ...patient, script: hoard, resourceLimits })).rejects.toSatisfy(isTooLarge)
})
