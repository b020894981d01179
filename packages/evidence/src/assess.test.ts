import { describe, expect, test } from 'vitest'
import { hasFixtures, readFixture, runOf, sourceOf } from '../testing/fixtures.ts'
import { casesOf, LATENCY, metricOf, PASS, runWith, SCORE, zeroOnes } from '../testing/runs.ts'
import {
  assess,
  assessmentPlanSchema,
  assessmentSchema,
  defaultPlan,
  importCsv,
  importPromptfoo,
  type Assessment,
  type AssessmentPlan,
  type EvaluationCase,
  type EvaluationRun,
  type MetricDefinition,
} from './index.ts'

function codes(assessment: Assessment): string[] {
  return assessment.warnings.map(({ code }) => code)
}

function configuration(table: string, config: string): EvaluationRun {
  const source = sourceOf(readFixture(`evidence/${table}.csv`))
  return runOf(importCsv(source, { where: [{ column: 'config', equals: config }] }))
}

/** The table's `score` is 1 where the answer is right, which its name doesn't say. */
const scoreIsGood: AssessmentPlan = { ...defaultPlan, metrics: [{ name: 'score', direction: 'up' }] }

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

  test('a loss in a slice decides, whether anybody declared it critical or not, and is pointed at where nobody did', () => {
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
    expect(loose.verdict).toBe('material_regression')
    expect(loose.guardrails).toContainEqual(expect.objectContaining({ slice: 'refunds', band: 'material_regression' }))
    expect(codes(loose)).toContain('slice_regression')
    // Over all cases nothing was lost: the chance that is told is that of what decides.
    expect(loose.overallRisk).toBeGreaterThan(0.9)
  })

  test('the chance of a loss counts what decides without having been named a guardrail', () => {
    const runs = [0, 80].map((lost, side) =>
      runWith(
        [PASS, { ...PASS, name: 'other' }],
        Array.from({ length: 200 }, (_, index): EvaluationCase => ({
          caseId: `case-${index}`,
          outcome: 'completed',
          values: [index % 3 === 0 ? 0 : 1, index < lost ? 0 : 1],
        })),
        side === 0 ? 'a' : 'b',
      ),
    )
    const [before, after] = runs as [EvaluationRun, EvaluationRun]
    const assessment = assess(before, after, { ...defaultPlan, metrics: [{ name: 'pass', primary: true }] })
    expect([assessment.verdict, (assessment.overallRisk ?? 0) > 0.99]).toEqual(['material_regression', true])
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
