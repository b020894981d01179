import {
  apiKeyView,
  createApiKeyRequest,
  createdApiKeyView,
  id,
  invitationView,
  inviteRequest,
  memberView,
  page,
  serviceAccountRequest,
} from '@afterai/contract'
import { z } from 'zod'
import type { Http } from '../platform/http.ts'
import { newId } from '../platform/ids.ts'
import { inTenant } from './access.ts'
import { createApiKey, listApiKeys, revokeApiKey } from './api-key-service.ts'
import { addMember, invite } from './enrolment-service.ts'
import { createAccount } from './entry-functions.ts'
import type { SessionDependencies } from './session-service.ts'

/** Members, invitations, service accounts and API keys of a tenant. Answers that hold a secret are never kept for a retry. */
export function memberRoutes(http: Http, deps: SessionDependencies): void {
  const run = inTenant(deps.db)

  http.get(
    '/v1/members',
    { config: { permission: 'member:read' }, schema: { response: { 200: page(memberView) } } },
    (request) =>
      run(request, async (tx, { principal }) => {
        const rows = await tx
          .selectFrom('membership')
          .selectAll()
          .where('tenant_id', '=', principal.tenantId)
          .orderBy('created_at')
          .limit(1000)
          .execute()
        const items = rows.map(({ account_id: accountId, name, email, role, created_at }) => {
          return { accountId, name, email, role, createdAt: created_at.toISOString() }
        })
        return { items, nextCursor: null }
      }),
  )
  http.post(
    '/v1/invitations',
    {
      config: { permission: 'member:write', stepUp: true },
      schema: { body: inviteRequest, response: { 201: invitationView } },
    },
    async (request, reply) =>
      reply.code(201).send(await run(request, (tx, { actor }) => invite(deps, tx, { actor, ...request.body }))),
  )
  http.post(
    '/v1/service-accounts',
    {
      config: { permission: 'member:write', stepUp: true },
      schema: { body: serviceAccountRequest, response: { 201: memberView } },
    },
    async (request, reply) => {
      const { name, role } = request.body
      const member = await run(request, async (tx, { principal, actor }) => {
        const accountId = newId()
        await createAccount(tx, { id: accountId, kind: 'service', email: null, name, passwordHash: null })
        await addMember(tx, { tenantId: principal.tenantId, accountId, role, name, email: null })
        await deps.audit(tx, actor, {
          action: 'service_account.create',
          resource: `account/${accountId}`,
          details: { role },
        })
        return { accountId, name, email: null, role, createdAt: new Date().toISOString() }
      })
      return reply.code(201).send(member)
    },
  )
  http.get(
    '/v1/api-keys',
    { config: { permission: 'api-key:own' }, schema: { response: { 200: page(apiKeyView) } } },
    (request) => run(request, async (tx, caller) => ({ items: await listApiKeys(tx, caller), nextCursor: null })),
  )
  http.post(
    '/v1/api-keys',
    {
      config: { permission: 'api-key:own', stepUp: true },
      schema: { body: createApiKeyRequest, response: { 201: createdApiKeyView } },
    },
    async (request, reply) =>
      reply.code(201).send(await run(request, (tx, caller) => createApiKey(deps, tx, { caller, ...request.body }))),
  )
  http.delete(
    '/v1/api-keys/:id',
    { config: { permission: 'api-key:own' }, schema: { params: z.object({ id }), response: { 204: z.null() } } },
    async (request, reply) => {
      await run(request, (tx, caller) => revokeApiKey(deps, tx, caller, request.params.id))
      return reply.code(204).send(null)
    },
  )
}
