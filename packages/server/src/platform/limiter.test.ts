import { ProblemError } from '@afterai/contract'
import * as fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import { limiter } from './limiter.ts'

const limits = { running: 2, waiting: 3, retryAfterSeconds: 7, busy: 'too many at once' }

/** Work that lasts until it is told to end, and the order in which it began. */
function stage() {
  const began: number[] = []
  const ends = new Map<number, (error?: Error) => void>()
  const work = (name: number) => () =>
    new Promise<number>((resolve, reject) => {
      began.push(name)
      ends.set(name, (error) => (error ? reject(error) : resolve(name)))
    })
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
  const end = (name: number, error?: Error) => {
    ends.get(name)?.(error)
    ends.delete(name)
    return settle()
  }
  return { began, underWay: () => [...ends.keys()], work, end, settle }
}

test('P5.3: beyond what may run and wait, work is refused at once with the seconds to wait, and is never begun', async () => {
  const limit = limiter(limits)
  const { began, work, end } = stage()
  const accepted = [1, 2, 3, 4, 5].map((name) => limit(work(name)))
  const refused = await limit(work(6)).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(ProblemError)
  expect(refused).toMatchObject({ code: 'not_ready', fields: { detail: 'too many at once', retryAfterSeconds: 7 } })
  expect(began).toEqual([1, 2])
  for (const name of [1, 2, 3, 4, 5]) await end(name)
  expect(await Promise.all(accepted)).toEqual([1, 2, 3, 4, 5])
  expect(began).toEqual([1, 2, 3, 4, 5])
})

test('P5.3: what has waited as long as it may is refused, never begun, and leaves its place in the line', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const limit = limiter({ ...limits, longestWaitMs: 5_000 })
  const { began, work, end } = stage()
  const running = [limit(work(1)), limit(work(2))]
  const late = limit(work(3)).catch((error: unknown) => error)
  vi.advanceTimersByTime(4_000)
  const served = limit(work(4))
  vi.advanceTimersByTime(1_000)
  expect(await late).toMatchObject({ code: 'not_ready', fields: { retryAfterSeconds: 7 } })
  expect(limit.load()).toEqual({ running: 2, waiting: 1 })
  await end(1)
  vi.advanceTimersByTime(60_000)
  for (const name of [2, 4]) await end(name)
  expect([await Promise.all(running), await served]).toEqual([[1, 2], 4])
  expect(began).toEqual([1, 2, 4])
})

test.each([0, 1, 2, 3, 4, 5, 6, 7])(
  'a place that comes free goes to the first in line, not to who asks %i microtasks later',
  async (microtasks) => {
    const limit = limiter({ ...limits, running: 1 })
    const { began, underWay, work, end, settle } = stage()
    const accepted = [limit(work(1)), limit(work(2))]
    const ended = end(1)
    for (let tick = 0; tick < microtasks; tick += 1) await Promise.resolve()
    accepted.push(limit(work(3)))
    await Promise.all([ended, settle()])
    expect([began, underWay()]).toEqual([[1, 2], [2]])
    await end(2)
    await end(3)
    expect(await Promise.all(accepted)).toEqual([1, 2, 3])
  },
)

test('work that fails, even before it returns a promise, gives its place back', async () => {
  const limit = limiter({ ...limits, running: 1 })
  const fails = limit(() => {
    throw new Error('at once')
  })
  await expect(fails).rejects.toThrow('at once')
  const { work, end } = stage()
  const rejected = limit(work(1))
  const next = limit(work(2))
  await Promise.all([expect(rejected).rejects.toThrow('later'), end(1, new Error('later'))])
  await end(2)
  expect(await next).toBe(2)
})

test('whatever comes and ends in whatever order, no more runs at once than may, and everything accepted runs', async () => {
  const moves = fc.array(fc.oneof(fc.constant('come' as const), fc.nat(3)), { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(moves, async (steps) => {
      const limit = limiter(limits)
      const { began, underWay, work, end, settle } = stage()
      const outcomes: Promise<'done' | 'refused'>[] = []
      for (const [name, step] of steps.entries()) {
        if (step === 'come')
          outcomes.push(
            limit(work(name)).then(
              () => 'done',
              () => 'refused',
            ),
          )
        else await end(underWay()[step] ?? -1)
        await settle()
        expect(underWay().length).toBeLessThanOrEqual(limits.running)
      }
      while (underWay().length > 0) await end(underWay()[0] ?? -1)
      const done = (await Promise.all(outcomes)).filter((outcome) => outcome === 'done')
      expect(began).toHaveLength(done.length)
    }),
    { numRuns: 100, seed: 1 },
  )
})

test('P5.3: what has waited too long is refused with the seconds to wait, and is never begun', async () => {
  const limit = limiter({ ...limits, running: 1, longestWaitMs: 200 })
  const { began, work, end } = stage()
  const running = limit(work(1))
  await expect(limit(work(2))).rejects.toMatchObject({ code: 'not_ready', fields: { retryAfterSeconds: 7 } })
  expect(limit.load()).toEqual({ running: 1, waiting: 0 })
  const next = limit(work(3))
  await end(1)
  await end(3)
  expect(await Promise.all([running, next])).toEqual([1, 3])
  expect(began).toEqual([1, 3])
})
