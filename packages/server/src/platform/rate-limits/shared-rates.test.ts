import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSharedRates, type Settle } from './shared-rates.ts'

/** The shared store as an array of levels that drain, with the clock that its users share. */
function sharedStore() {
  const clock = { ms: 0 }
  const levels = new Map<string, { level: number; at: number }>()
  let statements = 0
  const settle: Settle = async (counts) => {
    statements += 1
    return new Map(
      counts.map(({ key, count, perSecond }) => {
        const before = levels.get(key) ?? { level: 0, at: clock.ms }
        const level = Math.max(0, before.level - ((clock.ms - before.at) / 1000) * perSecond) + count
        levels.set(key, { level, at: clock.ms })
        return [key, level]
      }),
    )
  }
  return { clock, settle, statements: () => statements }
}

const rate = { quota: 60, windowSeconds: 60 }

test('P5.3: admits a quota at once, refuses more with the seconds to wait, and admits again when these are over', async () => {
  const { clock, settle } = sharedStore()
  const rates = createSharedRates(settle, () => clock.ms)
  for (let n = 1; n <= rate.quota; n += 1) {
    expect(await rates.admit('a', rate)).toMatchObject({ admitted: true, remaining: rate.quota - n })
  }
  const refused = await rates.admit('a', rate)
  expect(refused).toEqual({ admitted: false, remaining: 0, seconds: 1 })
  expect((await rates.admit('b', rate)).admitted).toBe(true)
  clock.ms += refused.seconds * 1000
  expect((await rates.admit('a', rate)).admitted).toBe(true)
  expect((await rates.admit('a', rate)).admitted).toBe(false)
})

test('P5.3: n processes together exceed a quota by n tenths at most, however the requests fall', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.nat({ max: 5 }), { minLength: 100, maxLength: 400 }),
      async (count, choices) => {
        const { clock, settle } = sharedStore()
        const processes = Array.from({ length: count }, () => createSharedRates(settle, () => clock.ms))
        const verdicts = await Promise.all(choices.map(async (choice) => processes[choice % count]?.admit('a', rate)))
        const admitted = verdicts.filter((verdict) => verdict?.admitted === true).length
        expect(admitted).toBeLessThanOrEqual(rate.quota + (count * rate.quota) / 10)
        expect(admitted).toBeGreaterThanOrEqual(Math.min(choices.length, rate.quota))
      },
    ),
    { numRuns: 50 },
  )
})

test('P5.3: a request costs no write: a quota of six hundred takes some ten statements, a refusal none', async () => {
  const { clock, settle, statements } = sharedStore()
  const rates = createSharedRates(settle, () => clock.ms)
  for (let n = 0; n < 600; n += 1) await rates.admit('a', { quota: 600, windowSeconds: 60 })
  const spent = statements()
  expect(spent).toBeLessThanOrEqual(11)
  for (let n = 0; n < 600; n += 1) await rates.admit('a', { quota: 600, windowSeconds: 60 })
  expect(statements() - spent).toBeLessThanOrEqual(1)
})

test('P5.3: keeps the rates by itself while the store does not answer', async () => {
  const rates = createSharedRates(
    () => Promise.reject(new Error('no database')),
    () => 0,
  )
  const verdicts = []
  for (let n = 0; n < 100; n += 1) verdicts.push((await rates.admit('a', rate)).admitted)
  expect(verdicts.filter(Boolean)).toHaveLength(rate.quota)
})
