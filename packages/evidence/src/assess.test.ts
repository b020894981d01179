import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasFixtures, readFixture, runOf, sourceOf } from '../testing/fixtures.ts'
import {
  assess,
  assessmentPlanSchema,
  assessmentSchema,
  caseTable,
  defaultPlan,
  importCsv,
  importPromptfoo,
  type Assessment,
  type AssessmentPlan,
  type EvaluationCase,
  type EvaluationRun,
  type MetricAssessment,
  type MetricDefinition,
} from './index.ts'

const UNIT = { lower: 0, upper: 1 }
const PASS: MetricDefinition = { name: 'pass', kind: 'binary', direction: 'up', directionFrom: 'stated' }
const SCORE: MetricDefinition = {
  name: 'score',
  kind: 'continuous',
  direction: 'up',
  directionFrom: 'stated',
  scale: UNIT,
}
const LATENCY: MetricDefinition = { name: 'latency_s', kind: 'latency', direction: 'down', directionFrom: 'kind' }

function runWith(metrics: MetricDefinition[], cases: EvaluationCase[], digest = 'a'): EvaluationRun {
  const sourceDigest = digest.repeat(64)
  const described = { format: 'csv', selection: null, dropped: [], digestedIdentifiers: 0 } as const
  return { ...described, sourceDigest, metrics, cases: caseTable(cases, metrics.length) }
}

function casesOf(rows: readonly (readonly (number | null)[])[], extra: Partial<EvaluationCase> = {}): EvaluationCase[] {
  return rows.map((values, index) => ({ caseId: `case-${index}`, outcome: 'completed', values, ...extra }))
}

function zeroOnes(ones: number, total: number): number[][] {
  return Array.from({ length: total }, (_, index) => [index < ones ? 1 : 0])
}

function metricOf(assessment: Assessment, name: string): MetricAssessment {
  const metric = assessment.metrics.find((known) => known.metric === name)
  if (!metric) throw new Error(`no metric ${name}`)
  return metric
}

function codes(assessment: Assessment): string[] {
  return assessment.warnings.map(({ code }) => code)
}

function configuration(table: string, config: string): EvaluationRun {
  const source = sourceOf(readFixture(`evidence/${table}.csv`))
  return runOf(importCsv(source, { where: [{ column: 'config', equals: config }] }))
}

/** The table's `score` is 1 where the answer is right, which its name doesn't say. */
const scoreIsGood: AssessmentPlan = { ...defaultPlan, metrics: [{ name: 'score', direction: 'up' }] }

type ValuePairs = readonly (readonly [number, number])[]

function assessPairs(metric: MetricDefinition, pairs: ValuePairs): MetricAssessment {
  const before = runWith([metric], casesOf(pairs.map(([value]) => [value])))
  const after = runWith([metric], casesOf(pairs.map(([, value]) => [value])), 'b')
  return metricOf(assess(before, after), metric.name)
}

function swapped(pairs: ValuePairs): ValuePairs {
  return pairs.map(([before, after]) => [after, before] as const)
}

/** NaN, which no bound accepts, where a number is missing. */
function gap(a: number | undefined, b: number | undefined): number {
  return Math.abs((a ?? Number.NaN) - (b ?? Number.NaN))
}

/** The band that the swapped comparison must have, where the law says. */
function mirrored(there: MetricAssessment, back: MetricAssessment): string {
  return there.band.endsWith('regression') ? 'improved' : back.band
}

function sliced(second: string | undefined): EvaluationCase[] {
  return casesOf(zeroOnes(15, 20)).map((entry, index) => ({ ...entry, slice: index < 10 ? 'first' : second }))
}

function slowed(factor: number, digest: string): EvaluationRun {
  return runWith([LATENCY], casesOf(Array.from({ length: 60 }, (_, index) => [(1 + index) * factor])), digest)
}

function alike(count: number, digest: string): EvaluationRun {
  return runWith([SCORE], casesOf(Array.from({ length: count }, (_, index) => [index % 2 === 0 ? 0.7 : 0.6])), digest)
}

function huge(digest: string, sign: number): EvaluationRun {
  const values = Array.from({ length: 30 }, (_, index) => [index % 2 === 0 ? sign * 1.7e308 : -1.7e308])
  return runWith([{ ...SCORE, scale: undefined }], casesOf(values), digest)
}

describe.skipIf(!hasFixtures)('on real evaluations (skipped where the shared fixtures are absent)', () => {
  test('finds that GPT-4 of June 2023 lost a third of its primes while it became cheaper and faster', () => {
    const assessment = assess(
      configuration('llmdrift_prime', 'gpt-4-0314'),
      configuration('llmdrift_prime', 'gpt-4-0613'),
      scoreIsGood,
    )
    expect(assessment.verdict).toBe('material_regression')
    const score = metricOf(assessment, 'score')
    expect(score).toMatchObject({
      estimator: 'tango',
      pairs: 1000,
      lost: 476,
      gained: 147,
      band: 'material_regression',
    })
    expect(score.delta).toBeCloseTo(-0.329, 12)
    expect(score.interval?.lower).toBeCloseTo(-0.37265481, 7)
    expect(score.interval?.upper).toBeCloseTo(-0.28374282, 7)
    expect(score.regressionRisk).toBeGreaterThan(0.999)
    for (const name of ['cost_usd', 'latency_s', 'output_tokens'])
      expect(metricOf(assessment, name).band).toBe('improved')
    expect(metricOf(assessment, 'latency_s').delta).toBeCloseTo(0.2692507378 - 1, 9)
    expect(assessmentSchema.parse(JSON.parse(JSON.stringify(assessment)))).toEqual(assessment)
  })

  test('finds a whole slice that got better inside a whole that got worse', () => {
    const { slices } = assess(
      configuration('llmdrift_prime', 'gpt-4-0314'),
      configuration('llmdrift_prime', 'gpt-4-0613'),
      scoreIsGood,
    )
    const bands = slices.filter(({ metric }) => metric === 'score').map(({ slice, band }) => [slice, band])
    expect(bands).toEqual([
      ['composite', 'improved'],
      ['prime', 'material_regression'],
    ])
  })

  test('says "not enough evidence" of two fine-tunes judged over 80 clusters', () => {
    const assessment = assess(
      configuration('mtbench_finetunes', 'ultrachat_baseline'),
      configuration('mtbench_finetunes', 'ultrachat_cai'),
      {
        ...defaultPlan,
        metrics: [{ name: 'judge_score', margin: 0.2, direction: 'up' }],
      },
    )
    expect(assessment.verdict).toBe('inconclusive')
    expect(metricOf(assessment, 'judge_score')).toMatchObject({ estimator: 'clustered_t', clusters: 80 })
    expect(metricOf(assessment, 'judge_score').power?.morePairs).toBeGreaterThan(0)
  })

  test('finds the regression between the two providers of a promptfoo run', () => {
    const source = sourceOf(readFixture('evals/promptfoo/results.json'))
    const provider = (name: string) =>
      runOf(importPromptfoo(source, { provider: name, caseIdVariable: 'id', sliceVariable: 'segment' }))
    const assessment = assess(provider('acme-large-2025-06'), provider('acme-small-2026-01'))
    expect(assessment.verdict).toBe('material_regression')
    expect(assessment.candidate.errors).toBe(2)
    expect(metricOf(assessment, 'cost').band).toBe('improved')
    // The two errors have no cost: they are missing there, but count as failures of quality.
    expect(metricOf(assessment, 'pass').missing.share).toBe(0)
    expect(metricOf(assessment, 'cost').pairs).toBe(118)
  })
})

describe('errors and gaps', () => {
  const goodCases = casesOf(Array.from({ length: 200 }, (_, index) => [Number(index > 0), 2]))
  const good = runWith([PASS, LATENCY], goodCases)

  test('an error counts as a quality failure and as nothing for latency', () => {
    const cases = goodCases.map((entry, index): EvaluationCase =>
      index < 40 ? { ...entry, outcome: 'error', values: [null, null] } : entry,
    )
    const assessment = assess(good, runWith([PASS, LATENCY], cases, 'b'))
    expect(metricOf(assessment, 'pass')).toMatchObject({ lost: 39, pairs: 200, band: 'material_regression' })
    expect(metricOf(assessment, 'latency_s')).toMatchObject({ pairs: 160, missing: { candidate: 40 } })
  })

  test('no green verdict when more than 5% of the pairs are missing, or more on one side than by chance', () => {
    const lacking = (count: number) => runWith([PASS, LATENCY], goodCases.slice(count), 'b')
    expect(assess(good, lacking(0)).verdict).toBe('non_inferior')
    const few = assess(good, lacking(9))
    expect(few.verdict).toBe('inconclusive')
    expect(codes(few)).toContain('uneven_missingness')
    expect(codes(few)).not.toContain('missing_pairs')
    expect(codes(assess(good, lacking(11)))).toContain('missing_pairs')
  })

  test('a regression is still called when pairs are missing', () => {
    const bad = runWith([PASS, LATENCY], casesOf(Array.from({ length: 100 }, () => [0, 2])), 'b')
    expect(assess(good, bad).verdict).toBe('material_regression')
  })

  test('nine pairs, or identical scores of a few cases, show nothing to be safe', () => {
    expect(codes(assess(alike(9, 'a'), alike(9, 'b')))).toContain('too_few_pairs')
    expect(assess(alike(9, 'a'), alike(9, 'b')).verdict).toBe('inconclusive')
    expect(assess(alike(59, 'a'), alike(59, 'b')).verdict).toBe('inconclusive')
    expect(assess(alike(60, 'a'), alike(60, 'b')).verdict).toBe('non_inferior')
  })

  test('a primary metric or a critical slice that was not measured leaves the verdict open', () => {
    const plan = {
      ...defaultPlan,
      metrics: [
        { name: 'pass', primary: true },
        { name: 'safe', primary: true },
      ],
    }
    expect(assess(good, runWith([PASS, LATENCY], goodCases, 'b'), plan)).toMatchObject({
      verdict: 'inconclusive',
    })
    const sliced = { ...defaultPlan, criticalSlices: ['refunds'] }
    const assessment = assess(good, runWith([PASS, LATENCY], goodCases, 'b'), sliced)
    expect(assessment.verdict).toBe('inconclusive')
    expect(codes(assessment)).toContain('critical_slice_missing')
  })

  test('a loss in a critical slice decides, and one in any other slice is pointed at', () => {
    const slices = ['refunds', 'orders', 'orders', 'orders', 'orders', 'orders', 'orders', 'orders', 'orders', 'orders']
    const cases = (failing: boolean) =>
      Array.from({ length: 2000 }, (_, index): EvaluationCase => {
        const slice = slices[index % 10] ?? 'orders'
        const value = failing && slice === 'refunds' && index % 80 === 0 ? 0 : 1
        return { caseId: `case-${index}`, slice, outcome: 'completed', values: [value] }
      })
    const before = runWith([PASS], cases(false))
    const after = runWith([PASS], cases(true), 'b')
    expect(assess(before, after, { ...defaultPlan, criticalSlices: ['refunds'] }).verdict).toBe('material_regression')
    const loose = assess(before, after)
    expect(loose.verdict).toBe('minor_regression')
    expect(codes(loose)).toContain('slice_regression')
  })

  test('a column of ids taken for slices is named, not assessed two thousand times', () => {
    const cases = casesOf(zeroOnes(1500, 2000)).map((entry) => ({ ...entry, slice: entry.caseId }))
    const assessment = assess(runWith([PASS], cases), runWith([PASS], cases, 'b'))
    expect(assessment.slices).toEqual([])
    expect(codes(assessment)).toEqual(['too_many_slices'])
    const critical = assess(runWith([PASS], cases), runWith([PASS], cases, 'b'), {
      ...defaultPlan,
      criticalSlices: ['case-1'],
    })
    expect(critical.verdict).toBe('inconclusive')
  })

  test('a case keeps the slice of its baseline, or else that of its candidate', () => {
    const { slices } = assess(runWith([PASS], sliced(undefined)), runWith([PASS], sliced('second'), 'b'))
    expect(slices.map(({ slice, pairs, missing }) => [slice, pairs, missing.share])).toEqual([
      ['first', 10, 0],
      ['second', 10, 0],
    ])
  })

  test('a counterfactual never turns green', () => {
    const same = runWith([PASS, LATENCY], goodCases, 'b')
    expect(assess(good, same, { ...defaultPlan, mode: 'counterfactual' }).verdict).toBe('inconclusive')
  })

  test('numbers beyond a double leave the answer open instead of breaking it', () => {
    const plan = { ...defaultPlan, metrics: [{ name: 'score', margin: 1 }] }
    const assessment = assess(huge('a', 1), huge('b', -1), plan)
    expect(assessment.verdict).toBe('inconclusive')
    expect(codes(assessment)).toContain('not_computable')
    expect(assessmentSchema.safeParse(assessment).success).toBe(true)
  })

  test('runs without a common metric compare nothing', () => {
    const other = runWith([SCORE], casesOf([[1], [1]]), 'b')
    const assessment = assess(good, other)
    expect(assessment.verdict).toBe('inconclusive')
    expect(codes(assessment)).toContain('nothing_compared')
  })
})

describe('guardrails together', () => {
  test('one of many borderline losses does not make a regression, alone it does', () => {
    const metrics = Array.from({ length: 8 }, (_, index): MetricDefinition => ({
      name: `check-${index}`,
      kind: 'binary',
      direction: 'up',
      directionFrom: 'stated',
    }))
    const before = runWith(
      metrics,
      casesOf(Array.from({ length: 400 }, (_, index) => metrics.map((_, metric) => Number(index !== 399 - metric)))),
    )
    const after = runWith(
      metrics,
      casesOf(
        Array.from({ length: 400 }, (_, index) =>
          metrics.map((_, metric) => ((metric === 0 && index < 6) || index === 399 - metric ? 0 : 1)),
        ),
      ),
      'b',
    )
    const alone = { ...defaultPlan, metrics: [{ name: 'check-0', primary: true }] }
    expect(assess(before, after, alone).verdict).toBe('regression')
    const together = { ...defaultPlan, metrics: metrics.map(({ name }) => ({ name, primary: true })) }
    expect(assess(before, after, together).verdict).toBe('inconclusive')
    expect(assess(before, after).verdict).toBe('inconclusive')
  })

  test('without a plan every metric of quality is a guardrail, right or wrong before how good', () => {
    const safe: MetricDefinition = { name: 'safe', kind: 'safety', direction: 'up', directionFrom: 'name' }
    const metrics = [LATENCY, PASS, SCORE, safe]
    const run = (digest: string) =>
      runWith(
        metrics,
        casesOf(Array.from({ length: 20 }, (_, index) => [1, ...[0, 1, 2].map((at) => Number(index !== at))])),
        digest,
      )
    const guardrails = (plan = defaultPlan) => assess(run('a'), run('b'), plan).guardrails.map(({ metric }) => metric)
    expect(guardrails()).toEqual(['safe', 'pass', 'score'])
    expect(guardrails({ ...defaultPlan, metrics: [{ name: 'pass', primary: false }] })).toEqual(['safe', 'score'])
    expect(guardrails({ ...defaultPlan, metrics: [{ name: 'latency_s', primary: true }] })).toEqual(['latency_s'])
  })

  test('a score that one side saw only as zeros and ones is still a score', () => {
    const narrow = runWith([{ ...SCORE, kind: 'binary' }], casesOf(zeroOnes(15, 20)))
    const wide = runWith([SCORE], casesOf(zeroOnes(15, 20).map(([value = 0]) => [value / 2])), 'b')
    expect(metricOf(assess(narrow, wide), 'score').kind).toBe('continuous')
    expect(metricOf(assess(wide, narrow), 'score').kind).toBe('continuous')
  })

  test('a margin of 10% is a ratio of 1.10', () => {
    expect(metricOf(assess(slowed(1, 'a'), slowed(1.102, 'b')), 'latency_s').band).toBe('material_regression')
    expect(metricOf(assess(slowed(1, 'a'), slowed(1.098, 'b')), 'latency_s').band).toBe('minor_regression')
  })

  test('a plan of nothing gets every default', () => {
    expect(assessmentPlanSchema.parse({})).toEqual(defaultPlan)
    expect(assessmentPlanSchema.safeParse({ metrics: [{ name: 'a', margin: 0 }] }).success).toBe(false)
    expect(assessmentPlanSchema.safeParse({ metrics: [{ name: 'a' }, { name: 'a' }] }).success).toBe(false)
  })
})

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
