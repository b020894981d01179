import {
  createdTenantView,
  createTenantRequest,
  id,
  noBody,
  operatedTenantView,
  page,
  pageQuery,
} from '@afterai/contract'
import { z } from 'zod'
import { unaudited } from '../../audit/index.ts'
import type { Database } from '../../platform/database.ts'
import type { Http } from '../../platform/http-application.ts'
import { readCursor, toPage } from '../../platform/page.ts'
import { inTenant, inTenantOnce } from '../../access/index.ts'
import {
  type OperatorDependencies,
  openTenant,
  readTenants,
  setAccountDisabled,
  setSuspended,
  viewTenant,
} from './tenant-service.ts'

/** Adds the operators' routes: tenants and accounts of the whole instance, from the operators' tenant (ADR 0011). */
export function tenantRoutes(http: Http, deps: OperatorDependencies & { readonly db: Database }): void {
  const run = inTenant(deps.db)
  const change = inTenantOnce(deps.db)
  const config = { permission: 'tenant:operate' } as const
  const sensitive = { ...config, stepUp: true } as const
  const done = { 204: z.null() }

  http.get(
    '/v1/tenants',
    {
      config: { ...config, audits: unaudited.workingData },
      schema: { querystring: pageQuery, response: { 200: page(operatedTenantView) } },
    },
    (request) =>
      run(request, async (tx) => {
        const { limit, cursor } = request.query
        return toPage(await readTenants(tx, readCursor(cursor), limit + 1), limit, viewTenant)
      }),
  )
  http.post(
    '/v1/tenants',
    {
      config: { ...sensitive, audits: ['member.invite', 'operator.create_tenant', 'tenant.create'] },
      schema: { body: createTenantRequest, response: { 201: createdTenantView } },
    },
    async (request, reply) =>
      reply.code(201).send(await run(request, (tx, caller) => openTenant(deps, tx, { caller, ...request.body }))),
  )
  for (const [verb, suspended] of [
    ['suspend', true],
    ['resume', false],
  ] as const) {
    http.post(
      `/v1/tenants/:id/${verb}`,
      {
        config: { ...sensitive, audits: [`tenant.${verb}`] },
        schema: { params: z.object({ id }), body: noBody, response: done },
      },
      async (request, reply) => {
        await change(request, (tx, caller) => setSuspended(deps, tx, { caller, ...request.params, suspended }))
        return reply.code(204).send(null)
      },
    )
  }
  for (const [verb, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    http.post(
      `/v1/accounts/:accountId/${verb}`,
      {
        config: { ...sensitive, audits: [`account.${verb}`] },
        schema: { params: z.object({ accountId: id }), body: noBody, response: done },
      },
      async (request, reply) => {
        await change(request, (tx, caller) => setAccountDisabled(deps, tx, { caller, ...request.params, disabled }))
        return reply.code(204).send(null)
      },
    )
  }
}
