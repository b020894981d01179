import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runOf, sourceOf } from '../testing/fixtures.ts'
import {
  assess,
  assessmentSchema,
  defaultPlan,
  importCsv,
  isHeadline,
  type Assessment,
  type AssessmentPlan,
  type MetricColumn,
} from './index.ts'

type Row = Readonly<Record<string, string | number>>

/** A table as a file of it would be read, its columns in the order given. */
function run(rows: readonly Row[], columns: readonly string[], metrics?: readonly MetricColumn[]) {
  const lines = rows.map((row) => columns.map((column) => row[column]).join(','))
  const text = `${columns.join(',')}\n${lines.join('\n')}\n`
  return runOf(
    importCsv(
      sourceOf(text),
      metrics === undefined
        ? {}
        : { mapping: { caseId: 'id', error: columns.includes('error') ? 'error' : undefined, metrics } },
    ),
  )
}

function table(count: number, row: (index: number) => Row): Row[] {
  return Array.from({ length: count }, (_, index) => ({ id: `case-${index}`, ...row(index) }))
}

function plan(...metrics: AssessmentPlan['metrics']): AssessmentPlan {
  return { ...defaultPlan, metrics }
}

function headlines({ warnings }: Assessment): string[] {
  return warnings.filter(isHeadline).map(({ code }) => code)
}

const GREEN = ['improved', 'non_inferior']

describe('P6.5: a direction is never guessed', () => {
  const before = table(60, (index) => ({ x: 0.1 + (index % 7) / 100 }))
  const after = table(60, (index) => ({ x: 0.6 + (index % 5) / 100 }))
  const rising = (name: string, said: AssessmentPlan = defaultPlan): Assessment => {
    const as = (rows: readonly Row[]) => rows.map(({ id = '', x = 0 }) => ({ id, [name]: x }))
    return assess(run(as(before), ['id', name]), run(as(after), ['id', name]), said)
  }

  test.each(['toxicity_score', 'bias_score', 'risk_rating', 'hallucination_score', 'error_score', 'severity_rating'])(
    'what rises and is better low, by its name, is a regression: %s',
    (name) => {
      expect(rising(name, plan({ name, margin: 0.05 })).verdict).toBe('material_regression')
    },
  )

  test.each(['accuracy_score', 'helpfulness_rating', 'faithfulness_score'])(
    'what rises and is better high, by its name, is an improvement: %s',
    (name) => {
      expect(rising(name, plan({ name, margin: 0.05 })).verdict).toBe('improved')
    },
  )

  test.each([
    'tone_score',
    'score',
    'rating',
    'toxicity_free_score',
    'refusal_accuracy_score',
    'bias_detection_score',
    'latency_score',
    'giftigkeit_score',
  ])('a name that says nothing, or two things, is withheld until somebody says it: %s', (name) => {
    const open = rising(name, plan({ name, margin: 0.05 }))
    expect(open.verdict).toBe('withheld')
    expect(headlines(open)).toEqual(['direction_unknown'])
    expect(open.warnings[0]?.text).toContain(`--direction ${name}=up`)
    expect(rising(name, plan({ name, margin: 0.05, direction: 'down' })).verdict).toBe('material_regression')
    expect(rising(name, plan({ name, margin: 0.05, direction: 'up' })).verdict).toBe('improved')
  })

  test('a column that is called like a metric takes part, whatever its name ends in, unless it holds words', () => {
    const side = (toxic: number) =>
      table(100, (index) => ({ correct: Number(index > 20), toxicity: Number(index % 100 < toxic), bias: 'none seen' }))
    const columns = ['id', 'correct', 'toxicity', 'bias']
    const assessment = assess(run(side(2), columns), run(side(60), columns))
    expect(assessment.verdict).toBe('material_regression')
    expect(assessment.guardrails.map(({ metric }) => metric)).toEqual(['correct', 'toxicity'])
  })

  test('two files that disagree are withheld, and a person decides', () => {
    const side = (rows: readonly Row[], direction: 'up' | 'down') =>
      run(rows, ['id', 'x'], [{ name: 'tone', column: 'x', kind: 'continuous', direction }])
    const both = [side(before, 'up'), side(after, 'down')] as const
    expect(headlines(assess(...both, plan({ name: 'tone', margin: 0.05 })))).toEqual(['direction_conflict'])
    expect(assess(...both, plan({ name: 'tone', margin: 0.05, direction: 'down' })).verdict).toBe('material_regression')
  })

  test('what an earlier release took for up is believed only where the name says so', () => {
    const old = (rows: readonly Row[]) => {
      const { metrics, ...rest } = run(rows, ['id', 'x'], [{ name: 'tone', column: 'x', kind: 'continuous' }])
      return { ...rest, metrics: metrics.map((metric) => ({ ...metric, direction: 'up' as const })) }
    }
    expect(assess(old(before), old(after), plan({ name: 'tone', margin: 0.05 })).verdict).toBe('withheld')
  })
})

describe('P6.5: the order of columns and rows decides nothing', () => {
  const correct = (passes: number, index: number): number => Number(index % 100 < passes)
  const side = (passes: number, shift: number) =>
    table(200, (index) => ({
      correct: correct(passes, index),
      fluency_score: 0.7 + ((index * 7) % 13) / 100 + shift,
      toxicity_score: ((index * 3) % 11) / 100,
      latency_ms: 100 + ((index * 31) % 97),
    }))
  const columns = ['id', 'correct', 'fluency_score', 'toxicity_score', 'latency_ms']
  const scales = plan(
    { name: 'fluency_score', scale: { lower: 0, upper: 1 } },
    { name: 'toxicity_score', scale: { lower: 0, upper: 1 } },
  )

  test('a fall of what is right decides, wherever its column stands', () => {
    for (const order of [columns, columns.toReversed()]) {
      const { verdict, guardrails } = assess(run(side(91, 0), order), run(side(58, 0), order), scales)
      expect(verdict).toBe('material_regression')
      expect(guardrails[0]).toMatchObject({ metric: 'correct', band: 'material_regression' })
    }
  })

  test('any order of columns and rows, on either side, gives the same assessment to the last byte', () => {
    const [before, after] = [side(91, 0.001), side(88, 0)]
    const sealed = (it: Assessment): string =>
      JSON.stringify({
        ...it,
        baseline: { ...it.baseline, sourceDigest: '' },
        candidate: { ...it.candidate, sourceDigest: '' },
      })
    const expected = sealed(assess(run(before, columns), run(after, columns), scales))
    const shuffled = <T>(items: readonly T[]) =>
      fc.array(fc.nat(), { minLength: items.length, maxLength: items.length }).map((keys) =>
        items
          .map((item, index) => ({ item, key: keys[index] ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ item }) => item),
      )
    fc.assert(
      fc.property(shuffled(before), shuffled(after), shuffled(columns), shuffled(columns), (left, right, a, b) => {
        expect(sealed(assess(run(left, a), run(right, b), scales))).toBe(expected)
      }),
      { numRuns: 40, seed: 3 },
    )
  })

  test('no metric of quality may be materially worse under a green verdict, whatever was declared primary', () => {
    const before = table(100, (index) => ({ correct: 1, cost: 2 + (index % 3) }))
    const after = table(100, (index) => ({ correct: Number(index % 4 > 0), cost: 1 + (index % 3) / 2 }))
    const both = [run(before, ['id', 'cost', 'correct']), run(after, ['id', 'correct', 'cost'])] as const
    expect(assess(...both, plan({ name: 'cost', primary: true })).verdict).toBe('material_regression')
    const aside = plan({ name: 'cost', primary: true }, { name: 'correct', primary: false })
    expect(assess(...both, aside).verdict).toBe('improved')
  })

  test('a metric of quality that only one side has leaves the verdict open', () => {
    const rows = table(100, (index) => ({ correct: Number(index > 3), is_safe: Number(index > 2) }))
    const assessment = assess(run(rows, ['id', 'correct', 'is_safe']), run(rows, ['id', 'correct']))
    expect(assessment.verdict).toBe('inconclusive')
    expect(assessment.warnings).toContainEqual(expect.objectContaining({ code: 'metric_missing', metric: 'is_safe' }))
  })

  test('where amounts decide, one that only one side has leaves the verdict open; beside quality it is told', () => {
    const rows = table(100, (index) => ({ correct: Number(index > 3), cost: 1 + (index % 3), latency_ms: 100 + index }))
    const [both, one] = [run(rows, ['id', 'cost', 'latency_ms']), run(rows, ['id', 'latency_ms'])]
    const missing = expect.objectContaining({ code: 'metric_missing', metric: 'cost' })
    for (const pair of [[both, one] as const, [one, both] as const]) {
      const assessment = assess(...pair)
      expect([assessment.verdict, assess(...pair, plan({ name: 'cost', primary: false })).verdict]).toEqual([
        'inconclusive',
        'non_inferior',
      ])
      expect(assessment.warnings).toContainEqual(missing)
    }
    const quality = assess(run(rows, ['id', 'correct', 'cost']), run(rows, ['id', 'correct']))
    expect(quality.warnings).toContainEqual(missing)
    const named = assess(both, one, plan({ name: 'cost', primary: true }, { name: 'latency_ms' }))
    expect(named.verdict).toBe('inconclusive')
  })

  test('a score that only repeats what passed is not counted twice', () => {
    const rows = (passes: number) =>
      table(100, (index) => ({ pass: correct(passes, index), success: correct(passes, index) }))
    const { guardrails, metrics } = assess(
      run(rows(90), ['id', 'success', 'pass']),
      run(rows(80), ['id', 'pass', 'success']),
    )
    expect(guardrails.map(({ metric }) => metric)).toEqual(['pass'])
    expect(metrics.map(({ metric, sameAs }) => [metric, sameAs])).toEqual([
      ['pass', null],
      ['success', 'pass'],
    ])
  })
})

describe('P6.5: a margin belongs to a scale that somebody declared', () => {
  const graded = (shift: number, factor = 1) =>
    table(200, (index) => ({ quality_score: (70 + ((index * 17) % 29) + shift) * factor }))
  const columns = ['id', 'quality_score']

  test('a score of 0..100 is not judged by 0.02, and says how it can be', () => {
    const before = run(graded(0), columns)
    const after = run(graded(-0.31), columns)
    const open = assess(before, after)
    expect([open.verdict, headlines(open)]).toEqual(['withheld', ['margin_unknown']])
    expect(open.warnings[0]?.text).toContain('--scale quality_score=')
    const scaled = assess(before, after, plan({ name: 'quality_score', scale: { lower: 0, upper: 100 } }))
    expect([scaled.verdict, scaled.metrics[0]?.margin]).toEqual(['minor_regression', 2])
    expect(assess(before, after, plan({ name: 'quality_score', margin: 0.1 })).verdict).toBe('material_regression')
  })

  test('a score that happens to lie within 0..1 has no scale either', () => {
    const side = (shift: number) => run(graded(shift, 0.005), columns)
    expect(assess(side(0), side(-0.31)).verdict).toBe('withheld')
  })

  test('values beyond the declared scale, and sides on two scales, are withheld', () => {
    const small = plan({ name: 'quality_score', scale: { lower: 0, upper: 10 } })
    expect(headlines(assess(run(graded(0), columns), run(graded(1), columns), small))).toEqual(['off_scale'])
    const shares = run(graded(0, 0.01), columns)
    const points = run(graded(0), columns)
    const margin = plan({ name: 'quality_score', margin: 0.02 })
    for (const both of [
      [shares, points],
      [points, shares],
    ] as const)
      expect(headlines(assess(...both, margin))).toEqual(['scale_mismatch'])
  })

  test('seconds against milliseconds are called what they probably are', () => {
    const timed = (factor: number, name = 'latency') =>
      run(
        table(100, (index) => ({ [name]: (100 + ((index * 31) % 97)) * factor })),
        ['id', name],
      )
    for (const [before, after] of [
      [0.001, 1],
      [1, 0.001],
      [1, 0.0011],
      [1, 1e6],
      // Another unit and another speed at once, far from any power of a thousand.
      [1, 150],
      [8_000, 1],
      [1, 31_000],
      [1, 1e9],
    ] as const) {
      const assessment = assess(timed(before), timed(after))
      expect([assessment.verdict, headlines(assessment)]).toEqual(['withheld', ['unit_mismatch']])
    }
    expect(assess(timed(1), timed(1000), plan({ name: 'latency', margin: 0.2 })).verdict).toBe('material_regression')
    expect(assess(timed(1), timed(90)).verdict).toBe('material_regression')
    const [said] = assess(timed(1), timed(1_100)).warnings.filter(({ code }) => code === 'unit_mismatch')
    expect(said?.text).toContain("in 100 of 100 pairs the candidate's value is over 100 times the baseline's")
    expect(said?.text).toContain(
      'in one unit, typically 1,100 times; in two, as milliseconds are to seconds, 1.1 times',
    )
    expect(said?.text).toContain('--margin latency=NUMBER')
  })

  test('another unit in a part of a file is seen pair by pair, a few answers that hung are none', () => {
    const timed = (factorOf: (index: number) => number) =>
      run(
        table(100, (index) => ({ latency: (100 + ((index * 31) % 97)) * factorOf(index) })),
        ['id', 'latency'],
      )
    const before = timed(() => 1)
    const codes = (every: number): string[] =>
      headlines(
        assess(
          before,
          timed((index) => (index % every === 0 ? 1000 : 1)),
        ),
      )
    expect(codes(3)).toEqual(['unit_mismatch'])
    expect(codes(10)).toEqual([])
    // Of geometric means nothing shows: one half is a thousand times larger, the other smaller.
    const crossed = [timed((index) => (index % 2 === 0 ? 1000 : 1)), timed((index) => (index % 2 === 0 ? 1 : 1000))]
    expect(headlines(assess(...(crossed as [typeof before, typeof before])))).toEqual(['unit_mismatch'])
  })
})

describe('P6.5: what failed on both sides is not green', () => {
  const outcomes = (count: number, value: (index: number) => number, columns = ['id', 'pass']) =>
    run(
      table(count, (index) => ({ pass: value(index) })),
      columns,
    )

  test('nothing passed, everything passed, nothing moved: each is said, and none is green', () => {
    const floor = assess(
      outcomes(400, () => 0),
      outcomes(400, () => 0),
    )
    expect([floor.verdict, headlines(floor)]).toEqual(['inconclusive', ['floor']])
    const ceiling = assess(
      outcomes(400, () => 1),
      outcomes(400, () => 1),
    )
    expect([ceiling.verdict, headlines(ceiling)]).toEqual(['inconclusive', ['ceiling']])
    expect(ceiling.metrics[0]?.power?.morePairs).toBe(0)
    expect([ceiling.overallRisk, ceiling.metrics[0]?.regressionRisk]).toEqual([null, null])
    const same = run(
      table(400, () => ({ helpfulness_score: 3 })),
      ['id', 'helpfulness_score'],
    )
    const constant = assess(same, same, plan({ name: 'helpfulness_score', scale: { lower: 1, upper: 5 } }))
    expect([constant.verdict, headlines(constant)]).toEqual(['inconclusive', ['constant']])
  })

  test('a margin that allows to lose everything is called that, and not the worse end of the scale', () => {
    const half = outcomes(400, (index) => index % 2)
    const wide = assess(half, half, plan({ name: 'pass', margin: 1 }))
    expect([wide.verdict, headlines(wide)]).toEqual(['inconclusive', ['floor']])
    const [said] = wide.warnings.filter(isHeadline)
    expect(said?.text).toMatch(/^its margin of 1 allows .* --margin pass=NUMBER$/)
    expect(JSON.stringify(wide)).not.toContain('worse end of the scale')
    expect(headlines(assess(half, half, plan({ name: 'pass', margin: 0.4 })))).toEqual([])
  })

  test('what is better low has its floor above', () => {
    const failed = (value: number) =>
      run(
        table(50, () => ({ x: value })),
        ['id', 'x'],
        [{ name: 'failed', column: 'x', kind: 'binary' }],
      )
    expect(headlines(assess(failed(1), failed(1)))).toEqual(['floor'])
    expect(headlines(assess(failed(0), failed(0)))).toEqual(['ceiling'])
  })

  test('a baseline that has nothing to lose within the margin is a floor too', () => {
    const one = assess(
      outcomes(400, (index) => Number(index === 0)),
      outcomes(400, (index) => Number(index === 0)),
    )
    expect([one.verdict, headlines(one)]).toEqual(['inconclusive', ['floor']])
    const scored = run(
      table(400, (index) => ({ helpfulness_score: index < 8 ? 0.01 : 0 })),
      ['id', 'helpfulness_score'],
    )
    const near = assess(scored, scored, plan({ name: 'helpfulness_score', scale: { lower: 0, upper: 1 } }))
    expect([near.verdict, headlines(near)]).toEqual(['inconclusive', ['floor']])
  })

  test('repeats that average to one value everywhere are constant, and no floor', () => {
    const rows = table(40, () => ({})).flatMap(({ id = '' }) => [
      { id, pass: 0 },
      { id, pass: 1 },
    ])
    const half = run(rows, ['id', 'pass'])
    expect(headlines(assess(half, half))).toEqual(['constant'])
  })

  test('one failure less than all, and the suite can tell something', () => {
    expect(GREEN).toContain(
      assess(
        outcomes(400, (index) => Number(index > 0)),
        outcomes(400, (index) => Number(index > 0)),
      ).verdict,
    )
  })

  const metrics: readonly MetricColumn[] = [{ name: 'pass', column: 'pass', kind: 'binary' }]
  const withErrors = (failing: (index: number) => boolean, value: number) =>
    run(
      table(200, (index) => ({ pass: index % 10 === 0 ? 0 : value, error: failing(index) ? 'timeout' : '' })),
      ['id', 'pass', 'error'],
      metrics,
    )

  test('a side of errors alone is said, and never makes the other one an improvement', () => {
    const broken = assess(
      withErrors(() => true, 1),
      withErrors(() => false, 1),
    )
    expect(broken.verdict).toBe('inconclusive')
    expect(headlines(broken)).toContain('mostly_errors')
    const both = assess(
      withErrors(() => true, 1),
      withErrors(() => true, 1),
    )
    expect(headlines(both)).toEqual(['mostly_errors', 'mostly_errors', 'floor'])
    expect(
      assess(
        withErrors(() => false, 1),
        withErrors(() => true, 1),
      ).verdict,
    ).toBe('material_regression')
  })

  test('a side that mostly answered nothing is said, and is not green beside another of its kind', () => {
    const most = withErrors((index) => index > 40, 1)
    const { verdict, warnings } = assess(most, most)
    expect(verdict).toBe('inconclusive')
    expect(warnings.filter(({ code }) => code === 'mostly_errors')).toHaveLength(2)
  })

  test('time-outs count as failures, and the value without them stands beside', () => {
    const assessment = assess(
      withErrors(() => false, 1),
      withErrors((index) => index % 4 === 0, 1),
    )
    const [pass] = assessment.metrics
    expect(pass).toMatchObject({ band: 'material_regression', pairs: 200, withoutErrors: { pairs: 150, delta: 0 } })
    expect(pass?.delta).toBeLessThan(-0.1)
    expect(assessmentSchema.parse(JSON.parse(JSON.stringify(assessment)))).toEqual(assessment)
  })
})
