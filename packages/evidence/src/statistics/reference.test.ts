import { describe, expect, test } from 'vitest'
import { numberColumn } from '../cases/number-column.ts'
import { importCsv } from '../index.ts'
import { hasFixtures, readFixture, runOf, sourceOf } from '../../testing/fixtures.ts'
import { estimateDifference, estimateLogRatio } from './estimate.ts'
import { mcNemar } from './mcnemar.ts'
import { clusteredT, pairedT } from './mean-difference.ts'
import { quantile, standardDeviation } from './moments.ts'
import { benjaminiHochberg, holm } from './multiplicity.ts'
import { matchCases, pairValues } from './pairing.ts'
import { differences as differencesOf, type Pairs } from './pairs.ts'
import { detectableDifference, pairsForMargin } from './power.ts'
import { ratioOfTotals } from './ratio-of-totals.ts'
import { tangoInterval } from './tango.ts'

/** One metric's answers from scipy 1.10 (checked against R 4.2), printed with ten significant digits. */
interface Expected {
  n: number
  mean_baseline: number
  delta: number
  sd_diff: number
  se_iid: number
  ci95_t: [number, number]
  p_t: number
  table?: { both: number; baseline_only: number; candidate_only: number; neither: number }
  p_mcnemar_exact: number
  p_mcnemar_midp: number
  ci95_tango: [number, number]
  n_clusters?: number
  se_cluster: number
  ci95_cluster_t: [number, number]
  p_cluster_t: number
  design_effect: number
  geo_mean_ratio?: number
  geo_mean_ratio_ci95: [number, number]
  p_log_t: number
  mean_ratio: number
  mean_ratio_se_delta: number
  mean_ratio_ci95_delta: [number, number]
  quantiles?: Record<string, [number, number]>
  mde80: number
  n_needed_80_for: Record<string, number> | null
}

interface Comparison {
  source: string
  baseline: string
  candidate: string
  pairs: number
  overall: Record<string, Expected>
  slices: Record<string, Record<string, Expected>>
  family: { p: number; holm: number; bh: number }[]
}

function readReference(): Record<string, Comparison> {
  const reference: { comparisons: Record<string, Comparison> } = JSON.parse(readFixture('evidence/reference.json'))
  return reference.comparisons
}

const comparisons = Object.entries(hasFixtures ? readReference() : {})

const METRICS = ['score', 'latency_s', 'cost_usd', 'output_tokens', 'judge_score']

function pairsOf(name: string, { baseline, candidate }: Comparison, metric: string, slice?: string): Pairs {
  const file = name.startsWith('mtbench') ? 'mtbench_finetunes' : `llmdrift_${name.split('/')[1]}`
  const source = sourceOf(readFixture(`evidence/${file}.csv`))
  const run = (config: string) => runOf(importCsv(source, { where: [{ column: 'config', equals: config }] }))
  const [before, after] = [run(baseline), run(candidate)]
  const matching = matchCases(before.cases, after.cases)
  const values = {
    baseline: before.cases.values[before.metrics.findIndex((known) => known.name === metric)] ?? numberColumn([]),
    candidate: after.cases.values[after.metrics.findIndex((known) => known.name === metric)] ?? numberColumn([]),
    baselineErrors: before.cases.errors,
    candidateErrors: after.cases.errors,
    failure: null,
  }
  return pairValues(matching, values, slice === undefined ? undefined : matching.slices.indexOf(slice)).pairs
}

/** As strict as ten printed digits allow. `scale`: what the digits are relative to, where the value itself may be near 0. */
function agree(actual: number | null | undefined, expected: number, scale: number = Math.abs(expected)): void {
  expect(Math.abs((actual ?? Number.NaN) - expected), `${actual} is not ${expected}`).toBeLessThanOrEqual(1e-9 * scale)
}

function checkDifference(pairs: Pairs, expected: Expected): void {
  const differences = differencesOf(pairs)
  const { estimate, standardError, interval, p } = pairedT(differences)
  const scale = Math.max(Math.abs(expected.ci95_t[0]), Math.abs(expected.ci95_t[1]))
  agree(estimate, expected.delta, scale)
  agree(standardError, expected.se_iid)
  // Twice the tolerance: scipy 1.10's t quantile at 49 degrees of freedom is itself off by 1.3e-9 (see distributions.test.ts).
  agree(interval.lower, expected.ci95_t[0], 2 * scale)
  agree(interval.upper, expected.ci95_t[1], 2 * scale)
  agree(p, expected.p_t, 2 * expected.p_t)
  agree(standardDeviation(differences), expected.sd_diff)
  const planned = estimateDifference(pairs)?.standardDeviation ?? Number.NaN
  for (const [margin, needed] of Object.entries(expected.n_needed_80_for ?? {}))
    expect(pairsForMargin(planned, Number(margin))).toBe(needed)
}

function checkClusters(pairs: Pairs, expected: Expected): void {
  const differences = differencesOf(pairs)
  const clustered = clusteredT(differences, pairs.clusterOf)
  const scale = Math.max(Math.abs(expected.ci95_cluster_t[0]), Math.abs(expected.ci95_cluster_t[1]))
  expect(clustered.clusters).toBe(expected.n_clusters)
  agree(clustered.standardError, expected.se_cluster)
  agree(clustered.interval.lower, expected.ci95_cluster_t[0], scale)
  agree(clustered.interval.upper, expected.ci95_cluster_t[1], scale)
  agree(clustered.p, expected.p_cluster_t)
  agree(clustered.designEffect, expected.design_effect)
  agree(detectableDifference(clustered.standardError), expected.mde80)
  expect(estimateDifference(pairs)).toMatchObject({ estimator: 'clustered_t', p: clustered.p })
}

function checkBinary(pairs: Pairs, { table, ...expected }: Expected): void {
  const lost = table?.baseline_only ?? -1
  const gained = table?.candidate_only ?? -1
  const interval = tangoInterval({ pairs: pairs.length, lost, gained })
  expect(Math.abs(interval.lower - expected.ci95_tango[0])).toBeLessThanOrEqual(1e-7)
  expect(Math.abs(interval.upper - expected.ci95_tango[1])).toBeLessThanOrEqual(1e-7)
  agree(mcNemar(lost, gained).exact, expected.p_mcnemar_exact)
  agree(mcNemar(lost, gained).midP, expected.p_mcnemar_midp)
  expect(estimateDifference(pairs)).toMatchObject({ estimator: 'tango', interval })
}

function checkRatio(pairs: Pairs, expected: Expected): void {
  const log = estimateLogRatio(pairs)
  agree(Math.exp(log?.delta ?? 0), expected.geo_mean_ratio ?? 0)
  agree(Math.exp(log?.interval.lower ?? 0), expected.geo_mean_ratio_ci95[0])
  agree(Math.exp(log?.interval.upper ?? 0), expected.geo_mean_ratio_ci95[1])
  agree(log?.p, expected.p_log_t)
  const { baseline, candidate } = pairs
  const totals = ratioOfTotals(baseline, candidate)
  agree(totals.estimate, expected.mean_ratio)
  agree(totals.standardError, expected.mean_ratio_se_delta)
  agree(totals.interval.lower, expected.mean_ratio_ci95_delta[0], 2 * expected.mean_ratio_ci95_delta[1])
  agree(totals.interval.upper, expected.mean_ratio_ci95_delta[1], 2 * expected.mean_ratio_ci95_delta[1])
  for (const [p, [before, after]] of Object.entries(expected.quantiles ?? {})) {
    agree(quantile(baseline, Number(p)), before)
    agree(quantile(candidate, Number(p)), after)
  }
}

describe.skipIf(!hasFixtures)('against scipy and R (skipped where the shared fixtures are absent)', () => {
  describe.each(comparisons)('%s', (name, comparison) => {
    const answers: [string | undefined, Record<string, Expected>][] = [
      [undefined, comparison.overall],
      ...Object.entries(comparison.slices),
    ]
    const cases = answers.flatMap(([slice, metrics]) =>
      METRICS.filter((metric) => metric in metrics).map((metric) => ({ slice, metric, expected: metrics[metric] })),
    )
    test.each(cases)('$metric in $slice', ({ slice, metric, expected }) => {
      if (!expected) throw new Error('no reference')
      const pairs = pairsOf(name, comparison, metric, slice)
      expect(pairs.length).toBe(expected.n)
      checkDifference(pairs, expected)
      if (expected.table) checkBinary(pairs, expected)
      if (expected.n_clusters !== undefined) checkClusters(pairs, expected)
      if (expected.geo_mean_ratio !== undefined) checkRatio(pairs, expected)
    })

    test('Holm and Benjamini-Hochberg over the family', () => {
      const p = comparison.family.map((member) => member.p)
      expect(p.length).toBeGreaterThan(1)
      comparison.family.forEach((member, index) => {
        agree(holm(p)[index], member.holm)
        agree(benjaminiHochberg(p)[index], member.bh)
      })
    })
  })
})
