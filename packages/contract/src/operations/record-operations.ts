import type { RecordView } from '../record.ts'
import type { RecordDocument } from '../record-document.ts'
import { at, digests, ids, pageOf, pageParameters } from './example-values.ts'
import type { Operations } from './operation.ts'

const record: RecordView = {
  id: ids.record,
  changeId: ids.change,
  decisionId: ids.decision,
  system: 'support-bot',
  environment: 'production',
  title: 'model acme-large-2026-03 → acme-small-2026-10',
  decision: 'not_act',
  decisionDetail: 'reject',
  verdict: 'material_regression',
  riskLevel: 'high',
  sealedAt: at.sealed,
  state: 'integrated',
  logIndex: 41,
  sections: ['change', 'assessments', 'rationale', 'identities'],
  supersedes: null,
}

const document: RecordDocument = {
  id: ids.record,
  entryIndex: 41,
  sealedAt: at.sealed,
  state: 'integrated',
  supersedes: null,
  supersededBy: null,
  decision: 'not_act',
  decisionDetail: 'reject',
  justification: 'Refunds fail too often.',
  implementationPlan: null,
  backoutPlan: null,
  testPlan: null,
  riskImpactAnalysis: 'Wrong answers about refunds reach customers directly.',
  conditions: [],
  checks: [],
  reviewBy: null,
  evidence: 'assessed',
  change: {
    id: ids.change,
    title: 'model acme-large-2026-03 → acme-small-2026-10',
    system: 'support-bot',
    environment: 'production',
    changeTypes: ['model'],
    delta: [{ category: 'model', path: '/model/name', before: 'acme-large-2026-03', after: 'acme-small-2026-10' }],
  },
  assessments: [
    {
      id: ids.assessment,
      verdict: 'material_regression',
      overallRisk: 0.99,
      mode: 'prospective',
      cited: true,
      metrics: [
        {
          metric: 'pass',
          band: 'material_regression',
          primary: true,
          margin: 0.02,
          scale: 'absolute',
          pairs: 88,
          baselineMean: 0.92,
          candidateMean: 0.77,
          delta: -0.15,
          lower: -0.24,
          upper: -0.07,
        },
      ],
    },
  ],
  people: [
    { role: 'author', name: 'Ada', email: null, verdict: null, comment: null, at: at.proposed, onBehalfOf: null },
    { role: 'approver', name: 'Bo', email: null, verdict: 'approve', comment: null, at: at.sealed, onBehalfOf: null },
  ],
  findings: [],
  emergency: null,
  policyVersion: 0,
  closure: null,
  evidenceDigest: digests.evidence,
}

/** Descriptions of the operations of records, by route. */
export const recordOperations: Operations = {
  'GET /v1/records': {
    id: 'listRecords',
    tag: 'Records',
    summary: 'List sealed records, newest first',
    description:
      'Looking for those of a filter ends after eighty records for each of `limit` (thirty with `q`): a page may be short while `nextCursor` goes on.',
    parameters: {
      ...pageParameters,
      system: 'support-bot',
      decision: 'not_act',
      verdict: 'material_regression',
      from: at.opened,
      to: at.expires,
      q: 'acme',
    },
    answer: pageOf(record),
  },
  'GET /v1/records/{id}': {
    id: 'getRecord',
    tag: 'Records',
    summary: 'Read a record with what it seals',
    description: 'Reading what a record seals is an audit event.',
    parameters: { id: ids.record },
    answer: { ...record, content: { rationale: { justification: 'Refunds fail too often.' } } },
  },
  'GET /v1/records/{id}/document': {
    id: 'getRecordDocument',
    tag: 'Records',
    summary: 'Read a record as one document',
    description:
      'What was sealed, with the record that corrects it and how the life of its change ended. It is no proof: the bundle is. Reading it is an audit event.',
    parameters: { id: ids.record },
    answer: document,
  },
  'GET /v1/records/{id}/bundle': {
    id: 'exportRecord',
    tag: 'Records',
    summary: 'Export a record for somebody outside to verify',
    description:
      'The bundle holds the signed record, its sections, and the proof that the log has it. Its bytes are what was signed for: keep them as they are.',
    parameters: { id: ids.record, withhold: 'identities' },
    answers: { 'application/json': undefined },
    problems: ['ledger_unavailable'],
  },
}
