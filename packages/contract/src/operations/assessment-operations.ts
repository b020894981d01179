import type { AssessmentView } from '../assessment.ts'
import type { EvaluationPlan, UnderPlan } from '../evaluation-plan.ts'
import { at, digests, ids, pageOf, pageParameters } from './example-values.ts'
import type { Operations } from './operation.ts'

const plan = {
  mode: 'prospective',
  metrics: [{ name: 'pass', margin: 0.02, primary: true }],
  criticalSlices: ['refunds'],
} as const

/** The pass rate of 88 cases, of which the candidate lost 19 and gained 4. */
const passRate: AssessmentView['assessment']['metrics'][number] = {
  metric: 'pass',
  slice: null,
  kind: 'binary',
  direction: 'up',
  directionFrom: 'kind',
  primary: true,
  margin: 0.02,
  scale: 'absolute',
  estimator: 'tango',
  pairs: 88,
  missing: { baseline: 0, candidate: 0, both: 0, share: 0 },
  baselineMean: 0.943,
  candidateMean: 0.773,
  delta: -0.17,
  interval: { lower: -0.277, upper: -0.069 },
  standardError: 0.053,
  p: 0.0015,
  exactP: 0.0026,
  adjustedP: 0.0015,
  lost: 19,
  gained: 4,
  clusters: null,
  designEffect: null,
  totalChange: null,
  p50Change: null,
  p95Change: null,
  evidenceWeight: 0.363,
  evidenceWeightedDelta: -0.062,
  regressionRisk: 0.906,
  power: { detectableLoss: 0.148, pairsForMargin: 4611, morePairs: 0 },
  band: 'material_regression',
}

const input = { format: 'csv', sourceDigest: '91ab'.repeat(16), selection: null, cases: 88, errors: 0 }

const terms = { plan, datasets: [digests.cases], minCases: 80, attempts: 1 }

/** A sealed plan, as the examples tell it. */
export const sealed: EvaluationPlan = {
  id: ids.plan,
  changeId: ids.change,
  version: 1,
  terms: { ...terms, plan: { ...plan, metrics: [...plan.metrics], criticalSlices: [...plan.criticalSlices] } },
  digest: digests.plan,
  supersedes: null,
  sealedAt: at.planned,
  sealedBy: ids.account,
  sealedByName: 'Ada',
  sealedByEmail: 'ada@example.com',
}

const attempts: UnderPlan['attempts'] = {
  count: 1,
  notAssessed: 0,
  otherCases: 0,
  otherSystems: 0,
  items: [
    {
      evaluationId: ids.candidate,
      label: 'after',
      importedAt: at.imported,
      ranAt: null,
      planId: ids.plan,
      cases: 'all',
      role: 'candidate',
      isAgain: false,
      repeats: null,
      verdicts: [],
    },
  ],
}

const underPlan: UnderPlan = {
  basis: 'sealed_before_results',
  follows: true,
  planId: ids.plan,
  version: 1,
  planDigest: digests.plan,
  sealedAt: at.planned,
  supersededBy: null,
  differences: [],
  findings: [],
  attempts,
}

/** An assessment, as the examples tell it. */
export const assessment: AssessmentView = {
  id: ids.assessment,
  changeId: ids.change,
  changeDigest: digests.change,
  baselineEvaluationId: ids.baseline,
  candidateEvaluationId: ids.candidate,
  plan,
  assessment: {
    schema: 'afterai.assessment/v1',
    mode: 'prospective',
    verdict: 'material_regression',
    overallRisk: 0.906,
    guardrails: [{ metric: 'pass', slice: null, band: 'material_regression', adjustedP: 0.0015 }],
    metrics: [passRate],
    slices: [],
    warnings: [],
    baseline: input,
    candidate: { ...input, sourceDigest: 'c3d2'.repeat(16) },
  },
  underPlan,
  digest: digests.evidence,
  authorId: ids.account,
  authorName: 'Ada',
  authorEmail: 'ada@example.com',
  createdAt: at.assessed,
}

/** Descriptions of the operations of assessments, by route. */
export const assessmentOperations: Operations = {
  'POST /v1/changes/{id}/plans': {
    id: 'sealPlan',
    tag: 'Assessments',
    summary: 'Seal what results of a change will be held to',
    description:
      'Metrics with their margins, the cases, how many there are at least, and how many attempts: before results are imported. A sealed plan stays as it is; another one supersedes it, and both are shown.',
    once: true,
    parameters: { id: ids.change },
    body: terms,
    answer: sealed,
    problems: ['invalid_transition', 'conflict'],
  },
  'GET /v1/changes/{id}/plans': {
    id: 'listPlans',
    tag: 'Assessments',
    summary: 'List the plans of a change, and the attempts under them',
    parameters: { id: ids.change },
    answer: { items: [sealed], attempts },
  },
  'POST /v1/changes/{id}/assessments': {
    id: 'assessChange',
    tag: 'Assessments',
    summary: 'Compare two evaluations for a change',
    description:
      'Without a `plan` of its own it is held to the plan that was sealed for the change, and without one to the defaults; `underPlan` tells which, what differs, and every attempt. The verdict is the worst of the guardrails.',
    once: true,
    parameters: { id: ids.change },
    body: { baselineEvaluationId: ids.baseline, candidateEvaluationId: ids.candidate },
    answer: assessment,
    problems: ['invalid_transition', 'not_assessable', 'not_ready'],
  },
  'GET /v1/changes/{id}/assessments': {
    id: 'listAssessments',
    tag: 'Assessments',
    summary: 'List the assessments of a change',
    parameters: { id: ids.change },
    answer: pageOf(assessment),
  },
  'GET /v1/assessments/{id}': {
    id: 'getAssessment',
    tag: 'Assessments',
    summary: 'Read an assessment',
    parameters: { id: ids.assessment },
    answer: assessment,
  },
  'GET /v1/assessments/{id}/cases': {
    id: 'listAssessmentCases',
    tag: 'Assessments',
    summary: 'List the cases that an assessment counts as lost or gained',
    description: 'By their ids, from the two evaluations as they are kept: ids and numbers, never content.',
    parameters: { id: ids.assessment, ...pageParameters, metric: 'pass', change: 'lost', slice: 'refunds' },
    answer: {
      items: [{ caseId: 'case-12', slice: 'refunds', baseline: 1, candidate: 0 }],
      total: 1,
      nextCursor: null,
    },
    problems: ['not_ready'],
  },
}
