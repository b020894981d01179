import type { Evaluation } from '../evaluation.ts'
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
    parameters: {
      format: 'csv',
      system: 'support-bot',
      label: 'before',
      mapping: '{"caseId":"case","slice":"topic","metrics":[{"name":"pass","column":"pass","kind":"binary"}]}',
      where: '[{"column":"suite","equals":"support"}]',
      decimal: 'point',
      missing: '["n/a"]',
      provider: 'acme-large',
      prompt: 'support',
      caseIdVariable: 'ticket',
      sliceVariable: 'topic',
      clusterVariable: 'customer',
    },
    bodies: {
      'text/csv': 'case,topic,pass\n1,refunds,true\n2,delivery,false\n',
      'application/json': undefined,
      'application/x-ndjson': undefined,
      'application/yaml': undefined,
      'application/xml': undefined,
      'application/zip': undefined,
      'application/octet-stream': undefined,
    },
    answer: evaluation,
    problems: ['unreadable_evaluation', 'not_ready'],
  },
  'GET /v1/evaluations/{id}': {
    id: 'getEvaluation',
    tag: 'Evaluations',
    summary: 'Read an imported evaluation',
    parameters: { id: ids.baseline },
    answer: evaluation,
  },
}
