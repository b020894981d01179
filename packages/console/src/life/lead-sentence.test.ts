import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Metric } from '../aura/metric-words.ts'
import { findings, leadSentence } from './lead-sentence.ts'
import { dossierOf } from '../../testing/dossiers.ts'
import { metric } from '../../testing/metrics.ts'

type Assessed = Parameters<typeof findings>[0]

function assessed(metrics: readonly Metric[], more: Partial<Assessed> = {}): Assessed {
  const run = { format: 'csv', sourceDigest: 'sha256:0', selection: null, cases: 88, errors: 0 }
  return {
    schema: 'afterai.assessment/v1',
    mode: 'prospective',
    verdict: 'non_inferior',
    overallRisk: null,
    guardrails: [],
    metrics: [...metrics],
    slices: [],
    warnings: [],
    baseline: run,
    candidate: run,
    ...more,
  }
}

const said = (of: Assessed): string =>
  findings(of)
    .map(({ text }) => text)
    .join('')

describe('what was found', () => {
  test('the worst loss comes first, with its number, its margin, and where most cases were lost', () => {
    const loss = metric({
      delta: -0.091,
      interval: { lower: -0.162, upper: -0.031 },
      band: 'material_regression',
      lost: 9,
    })
    const refunds = metric({ slice: 'refunds', delta: -0.08, lost: 8, band: 'inconclusive' })
    const delivery = metric({ slice: 'delivery', lost: 1 })
    const faster = metric({
      metric: 'latency',
      kind: 'latency',
      scale: 'relative',
      direction: 'down',
      delta: -0.45,
      interval: { lower: -0.5, upper: -0.4 },
      band: 'improved',
    })
    expect(said(assessed([faster, loss], { verdict: 'material_regression', slices: [delivery, refunds] }))).toBe(
      'Answer correct falls by 9.1 points, more than the margin of 2 points. 8 of the 9 cases that got worse are in refunds. Latency improves. ',
    )
  })

  test('where lower is better, cases whose value rose are the ones that got worse', () => {
    const down = { metric: 'hallucination_rate', direction: 'down', band: 'material_regression', delta: 0.267 } as const
    const whole = metric({ ...down, lost: 2, gained: 34 })
    const slice = metric({ ...down, slice: 'refunds', lost: 1, gained: 30 })
    const found = said(assessed([whole], { verdict: 'material_regression', slices: [slice] }))
    expect(found).toContain('30 of the 34 cases that got worse are in refunds.')
    expect(said(assessed([whole], { verdict: 'material_regression' }))).toContain('34 cases got worse.')
  })

  test('a loss in a slice is told before a gain in the whole', () => {
    const better = metric({
      metric: 'tone',
      kind: 'continuous',
      delta: 0.3,
      interval: { lower: 0.1, upper: 0.5 },
      band: 'improved',
    })
    const slice = metric({
      slice: 'refunds',
      delta: -0.4,
      interval: { lower: -0.6, upper: -0.2 },
      band: 'material_regression',
      lost: 8,
    })
    expect(said(assessed([better], { verdict: 'material_regression', slices: [slice] }))).toMatch(
      /^Answer correct falls by 40 points in refunds, more than the margin of 2 points\..*Tone improves/,
    )
  })

  test('what is undecided says how many more pairs would decide it', () => {
    const open = metric({ band: 'inconclusive', power: { detectableLoss: 0.05, pairsForMargin: 728, morePairs: 640 } })
    expect(said(assessed([open], { verdict: 'inconclusive' }))).toBe(
      'Whether answer correct stays within its margin is undecided: about 640 more pairs would decide it.',
    )
  })

  test('what can’t be judged says why, and claims nothing', () => {
    const warnings = [
      {
        code: 'direction_unknown' as const,
        text: 'Nobody said what is better of score.',
        metric: 'score',
        slice: null,
      },
    ]
    const unknown = metric({ band: 'withheld', direction: null })
    expect(said(assessed([unknown], { verdict: 'withheld', warnings }))).toBe(
      'It can’t be judged yet: Nobody said what is better of score.',
    )
  })

  test('what lost less than its margin is called that, never the same or safe', () => {
    expect(said(assessed([metric()]))).toBe('Answer correct loses less than its margin.')
  })
})

const bands = [
  'improved',
  'non_inferior',
  'inconclusive',
  'minor_regression',
  'regression',
  'material_regression',
  'withheld',
] as const
const anyMetric = fc
  .record({
    metric: fc.constantFrom('a', 'b', 'c', 'd'),
    slice: fc.option(fc.constantFrom('x', 'y'), { nil: null }),
    band: fc.constantFrom(...bands),
    delta: fc.option(fc.double({ min: -1, max: 1, noNaN: true }), { nil: null }),
    lost: fc.option(fc.nat(20), { nil: null }),
    margin: fc.option(fc.constantFrom(0.02, 0.1), { nil: null }),
  })
  .map((given) => metric({ ...given, interval: null }))

test('Property: nothing is called better that is not, nothing is ever called safe or the same, and a loss is never left out', () => {
  fc.assert(
    fc.property(fc.array(anyMetric, { maxLength: 8 }), fc.constantFrom(...bands), (rows, verdict) => {
      const of = assessed(
        rows.filter(({ slice }) => slice === null),
        { verdict, slices: rows.filter(({ slice }) => slice !== null) },
      )
      const pieces = findings(of)
      const text = pieces.map((piece) => piece.text).join('')
      expect(text).not.toMatch(/\bsafe\b|no difference|\bsame\b|no change/i)
      const saysBetter = pieces.some(({ tone }) => tone === 'better')
      expect(!saysBetter || of.metrics.some(({ band }) => band === 'improved')).toBe(true)
      const hasLoss = rows.some(({ band }) => band.includes('regression'))
      expect(!hasLoss || verdict === 'withheld' || /falls|rises|is worse/.test(text)).toBe(true)
    }),
  )
})

test('what isn’t measured is said before what was decided', () => {
  expect(leadSentence(dossierOf())).toEqual([{ text: 'Nothing was measured of what it does.' }])
})
