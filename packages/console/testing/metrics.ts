import type { Metric } from '../src/aura/metric-words.ts'

/** A row of an assessment for tests: a right-or-wrong metric whose margin is two points, that neither gained nor lost. */
export function metric(given: Partial<Metric> = {}): Metric {
  return {
    metric: 'answer_correct',
    slice: null,
    kind: 'binary',
    direction: 'up',
    primary: true,
    margin: 0.02,
    scale: 'absolute',
    estimator: 'tango',
    pairs: 88,
    missing: { baseline: 0, candidate: 0, both: 0, share: 0 },
    baselineMean: 0.9,
    candidateMean: 0.9,
    delta: 0,
    interval: { lower: -0.01, upper: 0.01 },
    standardError: 0.01,
    p: 1,
    exactP: 1,
    adjustedP: 1,
    lost: 0,
    gained: 0,
    clusters: null,
    designEffect: null,
    totalChange: null,
    p50Change: null,
    p95Change: null,
    evidenceWeight: null,
    evidenceWeightedDelta: null,
    regressionRisk: null,
    power: null,
    band: 'non_inferior',
    ...given,
  }
}
