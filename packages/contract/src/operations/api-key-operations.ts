import type { ApiKeyView } from '../api-key.ts'
import { at, ids, pageOf, pageParameters } from './example-values.ts'
import type { Operations } from './operation.ts'

const key: ApiKeyView = {
  id: ids.key,
  accountId: ids.service,
  accountName: 'ci',
  name: 'pipeline',
  prefix: 'aftr_live_4f2a',
  scopes: ['observation:write', 'change:read'],
  createdAt: at.opened,
  expiresAt: at.expires,
  expiresSoon: false,
  lastUsedAt: null,
  lastUsedAddress: null,
  revokedAt: null,
  replacedBy: null,
}
// No valid key: its checksum is wrong.
const created = { ...key, key: 'aftr_live_EXAMPLE' }
const byId = { id: ids.key }

/** Descriptions of the operations of API keys, by route. */
export const apiKeyOperations: Operations = {
  'GET /v1/api-keys': {
    id: 'listApiKeys',
    tag: 'API keys',
    summary: 'List API keys',
    parameters: { ...pageParameters, expiring: 'true' },
    answer: pageOf(key),
  },
  'POST /v1/api-keys': {
    id: 'createApiKey',
    tag: 'API keys',
    summary: 'Make an API key',
    description: 'The key is shown in this answer and never again.',
    body: {
      name: 'pipeline',
      scopes: ['observation:write', 'change:read'],
      expiresInDays: 90,
      accountId: ids.service,
    },
    answer: created,
    problems: ['not_found'],
  },
  'PUT /v1/api-keys/{id}': {
    id: 'changeApiKey',
    tag: 'API keys',
    summary: 'Rename an API key, or take scopes from it',
    once: true,
    parameters: byId,
    body: { name: 'pipeline', scopes: ['observation:write'] },
    answer: { ...key, scopes: ['observation:write'] },
  },
  'DELETE /v1/api-keys/{id}': {
    id: 'revokeApiKey',
    tag: 'API keys',
    summary: 'Revoke an API key',
    once: true,
    parameters: byId,
  },
  'POST /v1/api-keys/{id}/rotate': {
    id: 'rotateApiKey',
    tag: 'API keys',
    summary: 'Replace an API key, with an overlap',
    description:
      'The new key is shown in this answer and never again; the old one goes on working for the hours asked for.',
    parameters: byId,
    body: { overlapHours: 24 },
    answer: { ...created, id: ids.newKey },
    problems: ['invalid_transition'],
  },
}
