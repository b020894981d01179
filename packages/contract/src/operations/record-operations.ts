import type { RecordView } from '../record.ts'
import { at, ids, pageOf, pageParameters } from './example-values.ts'
import type { Operations } from './operation.ts'

const record: RecordView = {
  id: ids.record,
  changeId: ids.change,
  decisionId: ids.decision,
  system: 'support-bot',
  environment: 'production',
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

/** Descriptions of the operations of records, by route. */
export const recordOperations: Operations = {
  'GET /v1/records': {
    id: 'listRecords',
    tag: 'Records',
    summary: 'List sealed records, newest first',
    parameters: pageParameters,
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
