import type { Evaluation } from '../evaluation.ts'
import type { PowerAdviceView } from '../evaluation-power.ts'
import type { ImportPreview } from '../evaluation-preview.ts'
import { at, digests, ids, pageOf, pageParameters } from './example-values.ts'
import type { Operations } from './operation.ts'

const evaluation: Evaluation = {
  id: ids.baseline,
  system: 'support-bot',
  label: 'before',
  format: 'csv',
  selection: null,
  sourceDigest: digests.file,
  caseDigest: digests.cases,
  ranAt: null,
  receivedAt: at.opened,
  sizeBytes: 5120,
  cases: 88,
  errors: 0,
  metrics: [{ name: 'pass', kind: 'binary', direction: 'up', directionFrom: 'kind' }],
  dropped: [{ field: 'output', count: 88 }],
  digestedIdentifiers: 0,
  notes: [],
  repeats: 0,
  table: {
    encoding: 'utf-8',
    separator: ',',
    caseId: ['case'],
    cluster: null,
    slice: 'topic',
    error: null,
    rows: 88,
    metrics: [{ metric: 'pass', column: 'pass', kind: 'binary', direction: 'up', notation: 'boolean', missing: 0 }],
  },
  importedBy: ids.account,
  createdAt: at.opened,
  importedByName: 'Ada',
  importedByEmail: 'ada@example.com',
}

const preview: ImportPreview = {
  format: 'csv',
  takes: ['mapping', 'where', 'notation'],
  columns: [
    {
      name: 'pass',
      place: 2,
      takenFor: 'metric',
      why: 'usual_name',
      kind: 'binary',
      direction: 'up',
      filled: 88,
      distinct: 2,
      canSlice: false,
      choices: [],
    },
  ],
  moreColumns: 0,
  variables: [],
  choices: [],
  run: {
    selection: null,
    ranAt: null,
    errors: 0,
    metrics: evaluation.metrics,
    dropped: evaluation.dropped,
    digestedIdentifiers: 0,
    notes: [],
    table: evaluation.table,
    rows: 88,
    cases: 88,
    slices: ['delivery', 'refunds'],
  },
  faults: [],
  moreFaults: 0,
}

const power: PowerAdviceView = {
  metrics: [
    {
      metric: 'pass',
      kind: 'binary',
      direction: 'up',
      margin: 0.05,
      marginFrom: 'plan',
      cases: 88,
      pairsForMargin: 329,
      pairsAtMost: 658,
      detectableLoss: 0.097,
      chance: 0.3,
    },
  ],
}

const reading = {
  format: 'csv',
  mapping: '{"caseId":"case","slice":"topic","metrics":[{"name":"pass","column":"pass","kind":"binary"}]}',
  where: '[{"column":"suite","equals":"support"}]',
  decimal: 'point',
  missing: '["n/a"]',
  provider: 'acme-large',
  prompt: 'support',
  caseIdVariable: 'ticket',
  sliceVariable: 'topic',
  clusterVariable: 'customer',
}

const files = {
  'text/csv': 'case,topic,pass\n1,refunds,true\n2,delivery,false\n',
  'application/json': undefined,
  'application/x-ndjson': undefined,
  'application/yaml': undefined,
  'application/xml': undefined,
  'application/zip': undefined,
  'application/octet-stream': undefined,
}

/** Descriptions of the operations of evaluations, by route. */
export const evaluationOperations: Operations = {
  'GET /v1/evaluations': {
    id: 'listEvaluations',
    tag: 'Evaluations',
    summary: 'List imported evaluations',
    parameters: { ...pageParameters, system: 'support-bot' },
    answer: pageOf(evaluation),
  },
  'POST /v1/evaluations': {
    id: 'importEvaluation',
    tag: 'Evaluations',
    summary: 'Import the results of an evaluation run',
    description:
      'The body is the file as a tool wrote it; `format` is found in it where it isn’t said. It is read for its numbers and names; texts are dropped and counted, and the file isn’t kept.',
    once: true,
    parameters: { ...reading, system: 'support-bot', label: 'before' },
    bodies: files,
    answer: evaluation,
    problems: ['unreadable_evaluation', 'not_ready'],
  },
  'POST /v1/evaluations/preview': {
    id: 'previewEvaluation',
    tag: 'Evaluations',
    summary: 'See what an import would make of a file',
    description:
      'The same upload as an import, read the same way, of which nothing is kept: its format, columns with what each is taken for and why, cases and metrics, what would be dropped, and every fault with its place. A file that an import would refuse is answered too: `run` is null and `faults` say why.',
    parameters: reading,
    bodies: files,
    answer: preview,
    problems: ['unreadable_evaluation', 'not_ready'],
  },
  'GET /v1/evaluations/{id}/power': {
    id: 'getEvaluationPower',
    tag: 'Evaluations',
    summary: 'Ask how far the cases of an evaluation reach',
    description:
      'From the run before a change alone: how many paired cases show “not worse” than by a margin with 80 % power, and what loss these cases can show. Margins are chosen with this, before results are seen.',
    parameters: { id: ids.baseline, plan: '{"metrics":[{"name":"pass","margin":0.05}]}' },
    answer: power,
    problems: ['not_ready'],
  },
  'GET /v1/evaluations/{id}/assessments': {
    id: 'listEvaluationUses',
    tag: 'Evaluations',
    summary: 'List the assessments in which an evaluation served',
    parameters: { id: ids.baseline, ...pageParameters },
    answer: pageOf({
      assessmentId: ids.assessment,
      changeId: ids.change,
      changeTitle: 'acme-large → acme-small',
      role: 'baseline',
      verdict: 'material_regression',
      createdAt: at.assessed,
    }),
  },
  'GET /v1/evaluations/{id}': {
    id: 'getEvaluation',
    tag: 'Evaluations',
    summary: 'Read an imported evaluation',
    parameters: { id: ids.baseline },
    answer: evaluation,
  },
}
