import { describe, expect, test } from 'vitest'
import { incompleteBeta } from './incomplete-beta.ts'
import { logBeta, logGamma } from './log-gamma.ts'
import { normalCdf, normalQuantile } from './normal.ts'
import { studentCdf, studentQuantile } from './student-t.ts'

/** Values of scipy 1.10.1: `special.gammaln`, `betaln`, `betainc(a, b, x)`, `stats.norm.cdf/ppf`, `stats.t.cdf/ppf`. */
const scipy = {
  logGamma: [
    [0.5, 0.5723649429247],
    [1.5, -0.12078223763524526],
    [7.25, 7.0521854507385395],
    [14.99, 25.164481163825506],
    [15.01, 25.217968095475186],
    [123.5, 469.8172754919306],
    [1e5, 1051287.7089736569],
  ],
  logBeta: [
    [0.5, 0.5, 1.1447298858494],
    [3, 4.5, -4.387480485356345],
    [0.5, 500, -2.5346891063277326],
    [20, 30, -33.968820791977386],
    [499.5, 0.5, -2.534188605910913],
    [12000, 17000.5, -19671.8498096971],
  ],
  incompleteBeta: [
    [0.1, 0.5, 0.5, 0.20483276469913345],
    [0.5, 477, 148, 6.882118388568215e-42],
    [0.5, 147, 477, 1],
    [0.999, 499.5, 0.5, 0.3175526601764121],
    [0.3, 2, 3, 0.3483],
    [0.03, 40, 900, 0.019020293328897493],
    [0.5, 50000, 50100, 0.6240257337657027],
  ],
  normalCdf: [
    [-8, 6.22096057427174e-16],
    [-2.0001, 0.022744733391410532],
    [-1.9999, 0.02275553158476718],
    [-0.3, 0.3820885778110474],
    [0, 0.5],
    [1, 0.8413447460685429],
    [3.2, 0.9993128620620841],
  ],
  normalQuantile: [
    [1e-300, -37.0470962993612],
    [1e-10, -6.361340902404056],
    [0.025, -1.9599639845400545],
    [0.2, -0.8416212335729142],
    [0.8, 0.8416212335729143],
    [0.999, 3.090232306167813],
  ],
  studentCdf: [
    [-30, 999, 8.364136065585705e-142],
    [-2, 1, 0.14758361765043326],
    [-2.5, 3.7, 0.03591101145591339],
    [0.4, 19, 0.653191055315193],
    [-12, 49, 1.690405247398702e-16],
    [2.2, 1e6, 0.986096438541988],
  ],
  studentQuantile: [
    [0.025, 1, -12.706204736174705],
    [0.025, 2, -4.302652729749464],
    [0.025, 9, -2.2621571627982053],
    // mpmath, 30 digits; scipy 1.10 itself is off in the ninth digit here.
    [0.025, 49, -2.0095752371292397],
    [0.025, 79, -1.990450210230129],
    [0.025, 999, -1.9623414611334498],
    [1e-6, 5, -24.771029720515948],
    [0.6, 4, 0.2707222947075976],
    [0.975, 1e6, 1.959966356814107],
  ],
} as const

const functions: { name: keyof typeof scipy; evaluate: (...numbers: number[]) => number }[] = [
  { name: 'logGamma', evaluate: (x = 0) => logGamma(x) },
  { name: 'logBeta', evaluate: (a = 0, b = 0) => logBeta(a, b) },
  { name: 'incompleteBeta', evaluate: (x = 0, a = 0, b = 0) => incompleteBeta(x, a, b) },
  { name: 'normalCdf', evaluate: (z = 0) => normalCdf(z) },
  { name: 'normalQuantile', evaluate: (p = 0) => normalQuantile(p) },
  { name: 'studentCdf', evaluate: (t = 0, df = 0) => studentCdf(t, df) },
  { name: 'studentQuantile', evaluate: (p = 0, df = 0) => studentQuantile(p, df) },
]

describe.each(functions)('$name', ({ name, evaluate }) => {
  test.each(scipy[name].map((row) => ({ inputs: row.slice(0, -1), expected: row.at(-1) ?? 0 })))(
    'agrees with scipy at $inputs',
    ({ inputs, expected }) => {
      expect(Math.abs(evaluate(...inputs) - expected)).toBeLessThanOrEqual(1e-11 * Math.abs(expected))
    },
  )
})

test('quantiles undo their distribution functions', () => {
  for (const p of [1e-12, 0.001, 0.3, 0.5, 0.7, 0.999]) {
    expect(Math.abs(normalCdf(normalQuantile(p)) - p)).toBeLessThanOrEqual(1e-13 * p)
    for (const df of [1, 4, 30, 5000])
      expect(Math.abs(studentCdf(studentQuantile(p, df), df) - p)).toBeLessThanOrEqual(1e-11 * p)
  }
})
