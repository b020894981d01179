import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { casesOf, LATENCY, metricOf, PASS, runWith, SCORE, zeroOnes } from '../testing/runs.ts'
import { numberAt, numberCount } from './cases/number-column.ts'
import {
  assess,
  BANDS,
  defaultPlan,
  isLoss,
  type EvaluationCase,
  type EvaluationRun,
  type MetricAssessment,
  type MetricDefinition,
} from './index.ts'

type ValuePairs = readonly (readonly [number, number])[]

function assessPairs(metric: MetricDefinition, pairs: ValuePairs): MetricAssessment {
  const before = runWith([metric], casesOf(pairs.map(([value]) => [value])))
  const after = runWith([metric], casesOf(pairs.map(([, value]) => [value])), 'b')
  return metricOf(assess(before, after), metric.name)
}

function swapped(pairs: ValuePairs): ValuePairs {
  return pairs.map(([before, after]) => [after, before] as const)
}

/** The run with eight bytes for every number. */
function wide(run: EvaluationRun): EvaluationRun {
  const values = run.cases.values.map((column) => ({
    numbers: Float64Array.from({ length: numberCount(column) }, (_, row) => numberAt(column, row)),
    of: null,
  }))
  return { ...run, cases: { ...run.cases, values } }
}

/** NaN, which no bound accepts, where a number is missing. */
function gap(a: number | undefined, b: number | undefined): number {
  return Math.abs((a ?? Number.NaN) - (b ?? Number.NaN))
}

/** The band that the swapped comparison must have, where the law says. */
function mirrored(there: MetricAssessment, back: MetricAssessment): string {
  return there.band.endsWith('regression') ? 'improved' : back.band
}

describe('laws', () => {
  const scores = fc.array(
    fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    { minLength: 10, maxLength: 60 },
  )
  const amounts = fc.array(
    fc.tuple(fc.double({ min: 0.01, max: 100, noNaN: true }), fc.double({ min: 0.01, max: 100, noNaN: true })),
    { minLength: 10, maxLength: 60 },
  )
  const bits = fc.array(fc.tuple(fc.constantFrom(0, 1), fc.constantFrom(0, 1)), { minLength: 10, maxLength: 80 })
  test.each([['scores', SCORE, scores] as const, ['zeros and ones', PASS, bits] as const])(
    'swapping baseline and candidate mirrors the interval and the band: %s',
    (_, metric, arbitrary) => {
      fc.assert(
        fc.property(arbitrary, (pairs) => {
          const there = assessPairs(metric, pairs)
          const back = assessPairs(metric, swapped(pairs))
          expect(gap(there.interval?.lower, -(back.interval?.upper ?? Number.NaN))).toBeLessThanOrEqual(1e-9)
          expect(gap(there.interval?.upper, -(back.interval?.lower ?? Number.NaN))).toBeLessThanOrEqual(1e-9)
          expect(back.band).toBe(mirrored(there, back))
        }),
        { numRuns: 150, seed: 1 },
      )
    },
  )

  test('an assessment is the same to the last bit however narrow the columns are that its cases are kept in', () => {
    const cases = fc.array(fc.tuple(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1 }), fc.nat(900)), {
      minLength: 10,
      maxLength: 300,
    })
    fc.assert(
      fc.property(cases, cases, (before, after) => {
        const runs = [before, after].map((values, side) => {
          const sliced = casesOf(values).map((entry, row) => ({ ...entry, slice: `slice-${row % 3}` }))
          return runWith([PASS, SCORE, LATENCY], sliced, side === 0 ? 'a' : 'b')
        })
        const [one, two] = runs as [EvaluationRun, EvaluationRun]
        const plan = { ...defaultPlan, criticalSlices: ['slice-1'] }
        expect(assess(wide(one), wide(two), plan)).toEqual(assess(one, two, plan))
      }),
      { numRuns: 40, seed: 4 },
    )
  })

  test('P6.5: no verdict is better than the worst loss among the rows of what decides, slices included', () => {
    const sides = fc.array(fc.record({ slice: fc.nat({ max: 3 }), loss: fc.constantFrom(0, 0.1, 0.5, 1) }), {
      minLength: 1,
      maxLength: 4,
    })
    const losses = new Set<string>()
    fc.assert(
      fc.property(sides, fc.nat({ max: 1000 }), fc.boolean(), (parts, seed, isDeclared) => {
        const side = (isAfter: boolean): EvaluationCase[] =>
          parts.flatMap(({ slice, loss }, part) =>
            Array.from({ length: 40 }, (_, index): EvaluationCase => {
              // Half of the cases pass before; after the change, slices gain or lose a part of theirs.
              const [draw, passed] = [((index * 7919 + seed * 31 + part) % 40) / 40, index % 2 === 0]
              const isLost = isAfter && passed && draw < loss
              const isGained = isAfter && !passed && draw < 1 - loss - 0.1 * part
              const value = (passed && !isLost) || isGained ? 1 : 0
              return {
                caseId: `case-${part}-${index}`,
                slice: `slice-${slice}`,
                outcome: 'completed',
                values: [value, value * 0.8 + draw / 10],
              }
            }),
          )
        const plan = { ...defaultPlan, criticalSlices: isDeclared ? ['slice-0'] : [] }
        const made = assess(runWith([PASS, SCORE], side(false)), runWith([PASS, SCORE], side(true), 'b'), plan)
        const rank = (band: string): number => BANDS.findIndex((it) => it === band)
        for (const row of [...made.metrics, ...made.slices]) {
          if (!row.primary || !isLoss(row.band) || row.sameAs !== null) continue
          losses.add(row.slice === null ? 'metric' : 'slice')
          expect([row.metric, row.slice, rank(made.verdict) <= rank(row.band)]).toEqual([row.metric, row.slice, true])
        }
      }),
      { numRuns: 40, seed: 5 },
    )
    // Both were met, or this would show nothing.
    expect([...losses].toSorted()).toEqual(['metric', 'slice'])
  })

  test('swapping baseline and candidate inverts a ratio', () => {
    fc.assert(
      fc.property(amounts, (pairs) => {
        const there = assessPairs(LATENCY, pairs)
        const back = assessPairs(LATENCY, swapped(pairs))
        const inverse = 1 / (1 + (back.interval?.upper ?? Number.NaN))
        expect(gap(1 + (there.interval?.lower ?? Number.NaN), inverse)).toBeLessThanOrEqual(1e-9 * (1 + inverse))
        expect(back.band).toBe(mirrored(there, back))
      }),
      { numRuns: 100, seed: 2 },
    )
  })

  test('adding a constant to every score of both runs changes no difference', () => {
    fc.assert(
      fc.property(scores, fc.double({ min: -5, max: 5, noNaN: true }), (pairs, shift) => {
        const plain = assessPairs(SCORE, pairs)
        const moved = assessPairs(
          SCORE,
          pairs.map(([before, after]) => [before + shift, after + shift] as const),
        )
        // Zeros and ones have an estimator of their own, which a shift takes away.
        fc.pre(plain.estimator === moved.estimator)
        expect(gap(plain.interval?.lower, moved.interval?.lower)).toBeLessThanOrEqual(1e-9)
        expect(gap(plain.interval?.upper, moved.interval?.upper)).toBeLessThanOrEqual(1e-9)
      }),
      { numRuns: 100, seed: 3 },
    )
  })

  test('a ratio does not depend on the unit', () => {
    fc.assert(
      fc.property(amounts, fc.double({ min: 0.001, max: 1000, noNaN: true }), (pairs, unit) => {
        const seconds = assessPairs(LATENCY, pairs)
        const other = assessPairs(
          LATENCY,
          pairs.map(([before, after]) => [before * unit, after * unit] as const),
        )
        const scale = 1 + Math.abs(seconds.interval?.upper ?? 0)
        expect(gap(seconds.interval?.lower, other.interval?.lower)).toBeLessThanOrEqual(1e-9 * scale)
        expect(gap(seconds.interval?.upper, other.interval?.upper)).toBeLessThanOrEqual(1e-9 * scale)
        expect(gap(seconds.totalChange?.estimate, other.totalChange?.estimate)).toBeLessThanOrEqual(1e-9 * scale * 100)
      }),
      { numRuns: 100, seed: 4 },
    )
  })

  test('the order of cases is irrelevant to the last bit', () => {
    fc.assert(
      fc.property(scores, fc.infiniteStream(fc.nat()), (pairs, keys) => {
        const order = (cases: EvaluationCase[]) =>
          cases
            .map((entry) => ({ entry, key: keys.next().value }))
            .toSorted((a, b) => a.key - b.key)
            .map(({ entry }) => entry)
        const before = casesOf(pairs.map(([value]) => [value]))
        const after = casesOf(pairs.map(([, value]) => [value]))
        expect(assess(runWith([SCORE], order(before)), runWith([SCORE], order(after), 'b'))).toEqual(
          assess(runWith([SCORE], before), runWith([SCORE], after, 'b')),
        )
      }),
      { numRuns: 50, seed: 5 },
    )
  })

  test('turning a metric round and its values with it changes no band', () => {
    fc.assert(
      fc.property(bits, (pairs) => {
        const down: MetricDefinition = { ...PASS, direction: 'down' }
        const turned = pairs.map(([before, after]) => [1 - before, 1 - after] as const)
        expect(assessPairs(down, turned).band).toBe(assessPairs(PASS, pairs).band)
      }),
      { numRuns: 100, seed: 6 },
    )
  })

  test('repeats of a case are averaged, not counted as more cases', () => {
    const once = casesOf(zeroOnes(30, 40))
    const thrice = [...once, ...once, ...once]
    const after = runWith([PASS], casesOf(zeroOnes(25, 40)), 'b')
    expect(assess(runWith([PASS], thrice), after).metrics).toEqual(assess(runWith([PASS], once), after).metrics)
  })
})
