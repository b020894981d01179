import { expect, test } from 'vitest'
import { weighEvidence } from './evidence-weight.ts'
import { mcNemar } from './mcnemar.ts'
import { clusteredT, pairedT } from './mean-difference.ts'
import { quantile } from './moments.ts'
import { benjaminiHochberg, holm } from './multiplicity.ts'
import { detectableDifference, pairsForMargin, pairsToDecide } from './power.ts'
import { tangoInterval } from './tango.ts'
import { bandAfterCorrection, bandOf, worstBand } from './verdict.ts'

test('Tango: a crossover study of 44 pairs, 0 lost and 1 gained, and one with no change at all', () => {
  // Tango 1998's crossover example; with no changed pair the ends are +-z^2/(n + z^2) exactly.
  const one = tangoInterval({ pairs: 44, lost: 0, gained: 1 })
  expect(one.lower).toBeCloseTo(-0.059, 3)
  expect(one.upper).toBeCloseTo(0.1178, 3)
  const z2 = 1.959963984540054 ** 2
  const none = tangoInterval({ pairs: 44, lost: 0, gained: 0 })
  expect(none.upper).toBeCloseTo(z2 / (44 + z2), 12)
  expect(none.lower).toBeCloseTo(-z2 / (44 + z2), 12)
})

test('Tango reaches the end of the scale when every pair changed, and stays inside it', () => {
  expect(tangoInterval({ pairs: 10, lost: 10, gained: 0 }).lower).toBe(-1)
  expect(tangoInterval({ pairs: 10, lost: 0, gained: 10 }).upper).toBe(1)
  expect(tangoInterval({ pairs: 1, lost: 0, gained: 1 }).lower).toBeGreaterThan(-1)
})

test('McNemar: the airway hyper-responsiveness study of Bentur et al., 1 against 7 changed pairs', () => {
  // Fagerland, Lydersen, Laake 2013, table 5: exact 0.070, mid-p 0.039.
  expect(mcNemar(1, 7).exact).toBeCloseTo(0.0703125, 12)
  expect(mcNemar(7, 1).midP).toBeCloseTo(0.0390625, 12)
  expect(mcNemar(0, 0)).toEqual({ exact: 1, midP: 1 })
  expect(mcNemar(6, 6)).toEqual({ exact: 1, midP: 1 })
})

test("paired t: Student's own sleep data", () => {
  // Student 1908; R: t.test(extra ~ group, paired): t = 4.0621, df = 9, p = 0.002833, interval 0.7001142..2.4598858.
  const differences = [1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4]
  const { estimate, interval, p, degreesOfFreedom } = pairedT(differences)
  expect(degreesOfFreedom).toBe(9)
  expect(estimate).toBeCloseTo(1.58, 12)
  expect(p).toBeCloseTo(0.00283289, 8)
  expect(interval.lower).toBeCloseTo(0.7001142, 7)
  expect(interval.upper).toBeCloseTo(2.4598858, 7)
})

test('clusters of one case each give the paired t, and copied cases give nothing more than the cases themselves', () => {
  const differences = [0.2, -0.1, 0.5, 0.3, -0.4, 0.1]
  const ids = differences.map((_, index) => `c${index}`)
  const plain = pairedT(differences)
  const single = clusteredT(differences, ids)
  expect(single.interval.lower).toBeCloseTo(plain.interval.lower, 14)
  expect(single.designEffect).toBeCloseTo(1, 12)
  const copied = clusteredT([...differences, ...differences, ...differences], [...ids, ...ids, ...ids])
  expect(copied.interval.lower).toBeCloseTo(plain.interval.lower, 14)
  expect(copied.interval.upper).toBeCloseTo(plain.interval.upper, 14)
})

test('Holm and Benjamini-Hochberg: the fifteen p values of the 1995 paper', () => {
  // Benjamini & Hochberg 1995, section 3.2: at 0.05 the FDR procedure rejects four, Bonferroni-type procedures three.
  const p = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ]
  expect(benjaminiHochberg(p).filter((value) => value <= 0.05)).toHaveLength(4)
  expect(holm(p).filter((value) => value <= 0.05)).toHaveLength(3)
  expect(holm([])).toEqual([])
  expect(holm([0.04, 0.01])).toEqual([0.04, 0.02])
})

test('quantiles interpolate as R and numpy do', () => {
  expect(quantile([3, 1, 2, 4], 0.5)).toBe(2.5)
  expect(quantile([3, 1, 2, 4], 0.95)).toBeCloseTo(3.85, 12)
  expect(quantile([7], 0.95)).toBe(7)
})

test('each band is where the reference of statistics draws it, ends included', () => {
  const margin = 0.02
  const band = (lower: number, upper: number) => bandOf({ lower, upper }, margin)
  expect(band(-0.05, -0.021)).toBe('material_regression')
  expect(band(-0.05, -0.02)).toBe('regression')
  expect(band(-0.02, -0.001)).toBe('regression')
  expect(band(-0.019, -0.001)).toBe('minor_regression')
  expect(band(-0.02, 0)).toBe('inconclusive')
  expect(band(-0.5, 0.5)).toBe('inconclusive')
  expect(band(-0.019, 0)).toBe('non_inferior')
  expect(band(0, 0.3)).toBe('non_inferior')
  expect(band(0.001, 0.3)).toBe('improved')
})

test('a claim that does not survive Holm never becomes better than what its interval allows', () => {
  expect(bandAfterCorrection('material_regression', 0.06)).toBe('inconclusive')
  expect(bandAfterCorrection('improved', 0.06)).toBe('non_inferior')
  expect(bandAfterCorrection('minor_regression', 0.06)).toBe('non_inferior')
  expect(bandAfterCorrection('inconclusive', 1)).toBe('inconclusive')
  expect(worstBand(['improved', 'inconclusive', 'minor_regression'])).toBe('minor_regression')
  expect(worstBand([])).toBe('inconclusive')
})

test('the weight of evidence runs from nothing known to all known', () => {
  const margin = 0.02
  const sure = weighEvidence({ delta: -0.05, standardError: 1e-9, margin })
  expect(sure.evidenceWeight).toBeCloseTo(1, 9)
  expect(sure.regressionRisk).toBeCloseTo(1, 9)
  const unsure = weighEvidence({ delta: -0.05, standardError: 10, margin })
  expect(unsure.evidenceWeight).toBeCloseTo(0.04 ** 2 / (0.04 ** 2 + 100), 12)
  // With nothing known the risk is the prior's own share beyond the margin: Phi(-0.5).
  expect(unsure.regressionRisk).toBeCloseTo(0.3085, 3)
  expect(weighEvidence({ delta: -0.05, standardError: 0, margin }).regressionRisk).toBe(1)
  expect(weighEvidence({ delta: 0, standardError: 0, margin }).regressionRisk).toBe(0)
})

test('power advice: the pairs it asks for leave out the margin or zero', () => {
  const deviation = 0.3
  const margin = 0.02
  expect(pairsForMargin(deviation, margin)).toBe(1766)
  for (const delta of [-0.019, -0.01, -0.001]) {
    const pairs = pairsToDecide(deviation, margin, delta)
    const reach = (1.959963984540054 * deviation) / Math.sqrt(pairs)
    expect(delta - reach >= -margin - 1e-9 || delta + reach <= 1e-9).toBe(true)
  }
  expect(detectableDifference(deviation / Math.sqrt(1766))).toBeLessThanOrEqual(margin)
})
