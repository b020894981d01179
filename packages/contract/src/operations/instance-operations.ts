import type { Health } from '../health.ts'
import type { OperatedTenant } from '../operator.ts'
import { at, ids, pageOf, pageParameters } from './example-values.ts'
import { createdInvitation } from './member-operations.ts'
import type { Operations } from './operation.ts'

const tenant: OperatedTenant = {
  id: ids.tenant,
  slug: 'research',
  name: 'Research',
  kind: 'customer',
  createdAt: at.opened,
  suspendedAt: null,
  members: 4,
  systems: 7,
  records: 31,
}
const health: Health = {
  release: '0.1.0',
  startedAt: at.opened,
  log: { size: 42, signedAt: at.sealed, waiting: 0, oldestSeconds: 0, stopped: null },
  limits: {
    reads: 600,
    writes: 300,
    heavy: 60,
    telemetry: 60_000,
    importMaxMib: 64,
    sessionIdleMinutes: 60,
    sessionMaxHours: 24,
  },
  sendsMail: true,
  instance: null,
}
const byTenant = { id: ids.tenant }
const byAccount = { accountId: ids.approver }

/** Descriptions of the operations of the instance, by route. */
export const instanceOperations: Operations = {
  'GET /livez': {
    id: 'getLiveness',
    tag: 'Instance',
    summary: 'Ask whether the process runs',
    answer: { status: 'ok' },
  },
  'GET /readyz': {
    id: 'getReadiness',
    tag: 'Instance',
    summary: 'Ask whether the server can do its work',
    answer: { status: 'ok' },
    problems: ['not_ready', 'log_tampered', 'log_went_back'],
  },
  'GET /v1/health': {
    id: 'getHealth',
    tag: 'Instance',
    summary: 'Read how the server does its work for your tenant',
    description: 'To who operates the instance, for all of it too.',
    answer: health,
  },
  'GET /v1/tenants': {
    id: 'listTenants',
    tag: 'Instance',
    summary: 'List the tenants of the instance',
    parameters: pageParameters,
    answer: pageOf(tenant),
  },
  'POST /v1/tenants': {
    id: 'createTenant',
    tag: 'Instance',
    summary: 'Make a tenant',
    description: 'The code of its first administrator’s invitation is shown in this answer and never again.',
    body: { slug: 'research', name: 'Research', adminEmail: 'kim@example.com' },
    answer: {
      id: ids.tenant,
      slug: 'research',
      name: 'Research',
      invitation: { ...createdInvitation, email: 'kim@example.com', role: 'admin' },
    },
    problems: ['conflict'],
  },
  'POST /v1/tenants/{id}/suspend': {
    id: 'suspendTenant',
    tag: 'Instance',
    summary: 'Keep everybody out of a tenant',
    once: true,
    parameters: byTenant,
    body: {},
  },
  'POST /v1/tenants/{id}/resume': {
    id: 'resumeTenant',
    tag: 'Instance',
    summary: 'Let its people into a tenant again',
    once: true,
    parameters: byTenant,
    body: {},
  },
  'POST /v1/accounts/{accountId}/disable': {
    id: 'disableAccount',
    tag: 'Instance',
    summary: 'Keep an account out of all tenants',
    once: true,
    parameters: byAccount,
    body: {},
  },
  'POST /v1/accounts/{accountId}/enable': {
    id: 'enableAccount',
    tag: 'Instance',
    summary: 'Let an account in again',
    once: true,
    parameters: byAccount,
    body: {},
  },
  'POST /v1/accounts/{accountId}/password-reset': {
    id: 'offerAccountPasswordReset',
    tag: 'Instance',
    summary: 'Give the holder of an account a code for a new password',
    parameters: byAccount,
    body: {},
    answer: { code: 'K7QMZ-4TRXB-9WFHC-2NPDG', expiresAt: at.expires },
  },
  'DELETE /v1/sample-workspace': {
    id: 'removeSampleWorkspace',
    tag: 'Instance',
    summary: 'Remove the sample workspace',
    problems: ['not_found', 'invalid_transition'],
  },
}
