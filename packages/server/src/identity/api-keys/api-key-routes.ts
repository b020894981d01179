import {
  apiKeyQuery,
  apiKeyView,
  changeApiKeyRequest,
  createApiKeyRequest,
  createdApiKeyView,
  id,
  page,
  rotateApiKeyRequest,
} from '@afterai/contract'
import { z } from 'zod'
import { unaudited } from '../../audit/index.ts'
import type { Database } from '../../platform/database.ts'
import type { Http } from '../../platform/http-application.ts'
import { readCursor, toPage } from '../../platform/page.ts'
import { inTenant, inTenantOnce } from '../../access/index.ts'
import { rotateApiKey } from './api-key-rotation.ts'
import {
  type ApiKeyDependencies,
  changeApiKey,
  createApiKey,
  readApiKeys,
  revokeApiKey,
  viewApiKey,
} from './api-key-service.ts'

const one = z.object({ id })

/** API keys. Answers that hold one are never kept for a retry. */
export function apiKeyRoutes(http: Http, deps: ApiKeyDependencies & { readonly db: Database }): void {
  const run = inTenant(deps.db)
  const change = inTenantOnce(deps.db)
  const config = { permission: 'api-key:own' } as const
  const sensitive = { ...config, stepUp: true } as const

  http.get(
    '/v1/api-keys',
    {
      config: { ...config, audits: unaudited.namesOnly },
      schema: { querystring: apiKeyQuery, response: { 200: page(apiKeyView) } },
    },
    (request) =>
      run(request, async (tx, caller) => {
        const { limit, cursor, expiring = false } = request.query
        const rows = await readApiKeys(tx, caller, { before: readCursor(cursor), most: limit + 1, expiring })
        return toPage(rows, limit, viewApiKey)
      }),
  )
  http.post(
    '/v1/api-keys',
    {
      config: { ...sensitive, audits: ['api_key.create'] },
      schema: { body: createApiKeyRequest, response: { 201: createdApiKeyView } },
    },
    async (request, reply) =>
      reply.code(201).send(await run(request, (tx, caller) => createApiKey(deps, tx, { caller, ...request.body }))),
  )
  http.put(
    '/v1/api-keys/:id',
    {
      config: { ...config, audits: ['api_key.change'] },
      schema: { params: one, body: changeApiKeyRequest, response: { 200: apiKeyView } },
    },
    (request) =>
      change(request, (tx, caller) => changeApiKey(deps, tx, { caller, ...request.params, ...request.body })),
  )
  http.post(
    '/v1/api-keys/:id/rotate',
    {
      config: { ...sensitive, audits: ['api_key.rotate'] },
      schema: { params: one, body: rotateApiKeyRequest, response: { 201: createdApiKeyView } },
    },
    async (request, reply) => {
      const { overlapHours } = request.body
      const made = await run(request, (tx, caller) =>
        rotateApiKey(deps, tx, { caller, id: request.params.id, overlapHours }),
      )
      return reply.code(201).send(made)
    },
  )
  http.delete(
    '/v1/api-keys/:id',
    { config: { ...config, audits: ['api_key.revoke'] }, schema: { params: one, response: { 204: z.null() } } },
    async (request, reply) => {
      await change(request, (tx, caller) => revokeApiKey(deps, tx, caller, request.params.id))
      return reply.code(204).send(null)
    },
  )
}
