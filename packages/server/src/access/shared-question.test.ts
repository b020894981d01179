import * as fc from 'fast-check'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { sharedQuestion } from './shared-question.ts'

test('P3.2: an answer is shared by those alone who asked before its question was put, and one is under way at a time', async () => {
  const turns = fc.array(fc.constantFrom('ask a', 'ask b', 'answer', 'fail', 'turn'), { maxLength: 80 })
  await fc.assert(
    fc.asyncProperty(turns, async (steps) => {
      let time = 0
      const open: { value: string; settle: (failed: boolean) => void }[] = []
      const answers: Promise<void>[] = []
      const ask = sharedQuestion((value) => {
        expect(open.map((it) => it.value)).not.toContain(value)
        const { promise, resolve, reject } = Promise.withResolvers<number>()
        const putAt = time
        open.push({ value, settle: (failed) => (failed ? reject(new Error(`${putAt}`)) : resolve(putAt)) })
        return promise
      })
      for (const step of steps) {
        time += 1
        const askedAt = time
        const check = (putAt: unknown): void => expect(Number(putAt)).toBeGreaterThanOrEqual(askedAt)
        if (step === 'turn') await turn()
        else if (step.startsWith('ask')) {
          answers.push(ask(step.slice(4)).then(check, (error: Error) => check(error.message)))
        } else open.shift()?.settle(step === 'fail')
      }
      for (let rounds = 0; rounds < 4; rounds += 1) {
        time += 1
        open.splice(0).forEach(({ settle }) => settle(false))
        await turn()
      }
      await Promise.all(answers)
      expect(open).toEqual([])
    }),
  )
})

test('P3.2: a question that is never answered holds up nobody but those who put it', async () => {
  let put = 0
  const ask = sharedQuestion(() => (++put === 1 ? new Promise<number>(() => undefined) : Promise.resolve(put)), 10)
  void ask('a')
  expect(await Promise.all([ask('a'), ask('a')])).toEqual([2, 2])
  expect(await ask('a')).toBe(3)
})

test('P3.2: a hundred who ask at once put two questions', async () => {
  let put = 0
  const ask = sharedQuestion(async () => {
    put += 1
    await turn()
    return put
  })
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask('a')))
  expect([put, answers[0], answers[1], answers[99]]).toEqual([2, 1, 2, 2])
})
