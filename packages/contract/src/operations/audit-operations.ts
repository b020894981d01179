import type { AuditEventView } from '../audit.ts'
import type { AuditStream } from '../audit-stream.ts'
import { at, ids, pageOf, pageParameters } from './example-values.ts'
import type { Operations } from './operation.ts'

const event: AuditEventView = {
  id: ids.event,
  occurredAt: at.sealed,
  action: 'record.seal',
  outcome: 'allowed',
  actorId: ids.approver,
  actorName: 'Bo',
  actorEmail: 'bo@example.com',
  actorKey: null,
  credential: 'bearer',
  address: '192.0.2.17',
  requestId: ids.request,
  resource: `record/${ids.record}`,
  resourceName: 'support-bot',
  details: { decision: 'not_act' },
  logIndex: 41,
}
const filter = {
  action: 'record.seal',
  actionPrefix: 'record.',
  outcome: 'allowed',
  actorId: ids.approver,
  resource: `record/${ids.record}`,
  credential: 'bearer',
  requestId: ids.request,
  from: '2026-11-01T00:00:00Z',
  to: '2026-12-01T00:00:00Z',
}

const stream: AuditStream = {
  id: ids.stream,
  name: 'siem',
  kind: 'webhook',
  endpoint: 'https://siem.example.com',
  state: 'sending',
  createdAt: at.opened,
  createdBy: ids.account,
  nextIndex: 42,
  lagEvents: 0,
  lagSeconds: 0,
  delivered: 42,
  lastDeliveredAt: at.sealed,
  failures: 0,
  lastError: null,
  lastErrorAt: null,
  retryAt: null,
}
const one = { id: ids.stream }

/** Descriptions of the operations of the audit trail and its streams, by route. */
export const auditOperations: Operations = {
  'GET /v1/audit-events': {
    id: 'listAuditEvents',
    tag: 'Audit trail',
    summary: 'Search the audit trail',
    description: 'Reading the trail is an event of it. To follow it as it grows, use a stream or an export.',
    parameters: { ...filter, ...pageParameters, order: 'newest' },
    answer: pageOf(event),
  },
  'GET /v1/audit-events/{id}': {
    id: 'getAuditEvent',
    tag: 'Audit trail',
    summary: 'Read an event with its proof',
    parameters: { id: ids.event },
    answer: {
      ...event,
      envelope: 'eyJwYXlsb2FkIjoiZTMwPSJ9',
      salt: 'MDEyMzQ1Njc4OTAxMjM0NQ==',
      proof: { entry: 'eyJ0eXBlIjoiZXZlbnQifQ==', index: 41, tlogProof: 'c2sp.org/tlog-proof@v1\nindex 41\n' },
    },
  },
  'GET /v1/audit-events/{id}/bundle': {
    id: 'exportAuditEvent',
    tag: 'Audit trail',
    summary: 'Export an event for somebody outside to verify',
    description: 'The bytes are what was signed for: keep them as they are.',
    parameters: { id: ids.event },
    answers: { 'application/json': undefined },
    problems: ['ledger_unavailable'],
  },
  'GET /v1/audit-events/export': {
    id: 'exportAuditEvents',
    tag: 'Audit trail',
    summary: 'Export the audit trail',
    description:
      'As long as it is, in the order of the log. `afterai-log-size` tells the size of the log that it goes up to.',
    parameters: { ...filter, format: 'jsonl' },
    answers: {
      'application/jsonl': `${JSON.stringify(event)}\n`,
      'text/csv': undefined,
    },
    problems: ['not_ready', 'ledger_unavailable'],
  },
  'GET /v1/audit-streams': {
    id: 'listAuditStreams',
    tag: 'Audit streams',
    summary: 'List the streams of audit events, and how far they are',
    answer: pageOf(stream),
  },
  'POST /v1/audit-streams': {
    id: 'createAuditStream',
    tag: 'Audit streams',
    summary: 'Send audit events somewhere',
    description: 'The secret that signs a webhook’s requests is shown in this answer and never again.',
    body: { kind: 'webhook', name: 'siem', url: 'https://siem.example.com/afterai', startFrom: 'now' },
    answer: {
      ...stream,
      nextIndex: 41,
      delivered: 0,
      lastDeliveredAt: null,
      secret: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODk=',
    },
    problems: ['conflict'],
  },
  'GET /v1/audit-streams/{id}': {
    id: 'getAuditStream',
    tag: 'Audit streams',
    summary: 'Read a stream and how far it is',
    parameters: one,
    answer: stream,
  },
  'DELETE /v1/audit-streams/{id}': {
    id: 'removeAuditStream',
    tag: 'Audit streams',
    summary: 'Remove a stream',
    parameters: one,
  },
  'POST /v1/audit-streams/{id}/pause': {
    id: 'pauseAuditStream',
    tag: 'Audit streams',
    summary: 'Pause a stream',
    parameters: one,
    body: {},
    answer: { ...stream, state: 'paused' },
  },
  'POST /v1/audit-streams/{id}/resume': {
    id: 'resumeAuditStream',
    tag: 'Audit streams',
    summary: 'Resume a paused stream',
    parameters: one,
    body: {},
    answer: stream,
  },
  'POST /v1/audit-streams/{id}/replay': {
    id: 'replayAuditStream',
    tag: 'Audit streams',
    summary: 'Send events again from an entry of the log on',
    parameters: one,
    body: { fromIndex: 12 },
    answer: { ...stream, nextIndex: 12, lagEvents: 30 },
  },
}
