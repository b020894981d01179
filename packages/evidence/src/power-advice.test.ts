import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { casesOf, LATENCY, PASS, runWith, SCORE, zeroOnes } from '../testing/runs.ts'
import { seededNormal, seededUniform } from '../testing/random.ts'
import { pairsFrom } from '../testing/fixtures.ts'
import { defaultPlan } from './plan.ts'
import { advisePower, type MetricPower } from './power-advice.ts'
import { estimateDifference } from './statistics/estimate.ts'
import { bandOf, isGreen } from './statistics/verdict.ts'

const planOf = (name: string, margin: number) => ({ ...defaultPlan, metrics: [{ name, margin }] })
const first = (advice: readonly MetricPower[]): MetricPower => {
  const [metric] = advice
  if (metric === undefined) throw new Error('no metric')
  return metric
}

describe('the advice on a right-or-wrong metric', () => {
  const run = runWith([PASS], casesOf(zeroOnes(80, 100)))

  test('is the textbook formula: ((1.96 + 0.84) sd / M)^2 with sd^2 = 2 (1 - r) p (1 - p)', () => {
    const advice = first(advisePower(run, planOf('pass', 0.05)))
    const variance = (100 / 99) * 0.8 * 0.2
    expect(advice.pairsForMargin).toBe(Math.ceil((2.801585 ** 2 * variance) / 0.05 ** 2))
    expect(advice.pairsAtMost).toBe(Math.ceil((2.801585 ** 2 * 2 * variance) / 0.05 ** 2))
    expect(advice.detectableLoss).toBeCloseTo(2.801585 * Math.sqrt(variance / 100), 6)
    expect(advice).toMatchObject({ cases: 100, margin: 0.05, marginFrom: 'plan' })
  })

  test('holds in simulation: so many pairs show “not worse” in about 80 of 100 runs, and a quarter of them in far fewer', () => {
    const { pairsForMargin } = first(advisePower(run, planOf('pass', 0.05)))
    const uniform = seededUniform(11)
    // Half of the cases answer alike whatever runs, the others are drawn anew: a correlation of 0.5.
    const draw = () => {
      const baseline = Number(uniform() < 0.8)
      return { baseline, candidate: uniform() < 0.5 ? baseline : Number(uniform() < 0.8) }
    }
    const power = (n: number): number => {
      let shown = 0
      for (let at = 0; at < 400; at += 1) {
        const found = estimateDifference(pairsFrom(Array.from({ length: n }, draw)))
        if (found !== undefined && isGreen(bandOf(found.interval, 0.05))) shown += 1
      }
      return shown / 400
    }
    expect(power(pairsForMargin ?? 0)).toBeGreaterThan(0.74)
    expect(power(pairsForMargin ?? 0)).toBeLessThan(0.87)
    expect(power(Math.round((pairsForMargin ?? 0) / 4))).toBeLessThan(0.45)
  })

  test('counts errors as failures, as the assessment does', () => {
    const failed = casesOf([[null]], { outcome: 'error' }).map((it) => ({ ...it, caseId: 'failed' }))
    const withError = runWith([PASS], [...casesOf(zeroOnes(99, 99)), ...failed])
    expect(first(advisePower(withError, defaultPlan)).cases).toBe(100)
    expect(first(advisePower(withError, defaultPlan)).pairsForMargin).toBeGreaterThan(100)
  })

  test('all alike doesn’t mean alike for ever: it still asks for cases', () => {
    const alike = runWith([PASS], casesOf(zeroOnes(30, 30)))
    expect(first(advisePower(alike, planOf('pass', 0.02))).pairsForMargin).toBeGreaterThan(30)
  })
})

describe('the advice on other metrics', () => {
  test('is relative for amounts, and holds on the logarithm', () => {
    const normal = seededNormal(7)
    const run = runWith([LATENCY], casesOf(Array.from({ length: 200 }, () => [Math.exp(normal() * 0.3)])))
    const advice = first(advisePower(run, defaultPlan))
    expect(advice).toMatchObject({ margin: 0.1, marginFrom: 'default', cases: 200 })
    expect(advice.pairsForMargin).toBeGreaterThan(60)
    expect(advice.pairsForMargin).toBeLessThan(100)
  })

  test('is none where there is no margin, or where no value differs', () => {
    const open = { name: 'rating', kind: 'continuous', direction: 'up' } as const
    expect(first(advisePower(runWith([open], casesOf([[3], [4], [5]])), defaultPlan))).toMatchObject({
      margin: null,
      pairsForMargin: null,
      chance: null,
    })
    expect(first(advisePower(runWith([SCORE], casesOf([[0.5], [0.5], [0.5]])), defaultPlan))).toMatchObject({
      pairsForMargin: null,
      detectableLoss: null,
    })
  })

  test('asks for more where cases come in clusters that resemble each other', () => {
    const rows = Array.from({ length: 100 }, (_, at) => [Math.floor(at / 10) % 2])
    const clustered = casesOf(rows).map((it, at) => ({ ...it, cluster: `c${Math.floor(at / 10)}` }))
    const alone = first(advisePower(runWith([PASS], casesOf(rows)), defaultPlan))
    const together = first(advisePower(runWith([PASS], clustered), defaultPlan))
    expect(together.pairsForMargin).toBeGreaterThan(5 * (alone.pairsForMargin ?? Infinity))
  })
})

test('Property: a wider margin never needs more cases, nor has a smaller chance', () => {
  const margins = fc.tuple(
    fc.double({ min: 0.001, max: 0.5, noNaN: true }),
    fc.double({ min: 0.001, max: 0.5, noNaN: true }),
  )
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), margins, (ones, [one, other]) => {
      const run = runWith([PASS], casesOf(zeroOnes(ones, 40)))
      const at = (margin: number) => first(advisePower(run, planOf('pass', margin)))
      const [narrow, wide] = [at(Math.min(one, other)), at(Math.max(one, other))]
      expect(wide.pairsForMargin).toBeLessThanOrEqual(narrow.pairsForMargin ?? 0)
      expect(wide.pairsAtMost).toBeGreaterThanOrEqual(wide.pairsForMargin ?? Infinity)
      // To the last digits of the normal distribution.
      expect(wide.chance).toBeGreaterThanOrEqual((narrow.chance ?? 1) - 1e-12)
    }),
  )
})
