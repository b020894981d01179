import {
  delegateRequest,
  delegationQuery,
  delegationsView,
  delegationView,
  id,
  noBody,
  checkPolicyRequest,
  policyCheckView,
  policyQuery,
  policyView,
  setPolicyRequest,
  setPolicyView,
} from '@afterai/contract'
import { z } from 'zod'
import { inTenant, inTenantOnce } from '../access/index.ts'
import { type Audit, unaudited } from '../audit/index.ts'
import type { Database } from '../platform/database.ts'
import type { Http } from '../platform/http-application.ts'
import { delegateApprovals, endDelegation, listDelegations } from './delegations.ts'
import { checkPolicy, listPolicies, setPolicy } from './policy-service.ts'

/** Dependencies of the routes of policies. */
export interface PolicyDependencies {
  readonly db: Database
  readonly audit: Audit
  readonly stepUp: boolean
}

/** The rules by which changes are decided. */
export function policyRoutes(http: Http, { db, audit, stepUp }: PolicyDependencies): void {
  const read = inTenant(db)
  const write = inTenantOnce(db)

  http.get(
    '/v1/policies',
    {
      config: { permission: 'policy:read', audits: unaudited.workingData },
      schema: { querystring: policyQuery, response: { 200: z.object({ items: z.array(policyView) }) } },
    },
    (request) => read(request, (tx, { principal }) => listPolicies(tx, principal.tenantId, request.query)),
  )
  http.post(
    '/v1/policies',
    {
      config: { permission: 'policy:write', stepUp, audits: ['policy.set'] },
      schema: { body: setPolicyRequest, response: { 201: setPolicyView } },
    },
    async (request, reply) =>
      reply.code(201).send(await write(request, (tx, caller) => setPolicy(audit, tx, caller, request.body))),
  )
  http.post(
    '/v1/policies/check',
    {
      config: { permission: 'policy:write', audits: unaudited.workingData },
      schema: { body: checkPolicyRequest, response: { 200: policyCheckView } },
    },
    (request) => read(request, (tx, { principal }) => checkPolicy(tx, principal.tenantId, request.body.rules)),
  )
  http.get(
    '/v1/delegations',
    {
      config: { permission: 'decision:read', audits: unaudited.workingData },
      schema: { querystring: delegationQuery, response: { 200: delegationsView } },
    },
    (request) => read(request, (tx, { principal }) => listDelegations(tx, principal.tenantId, request.query)),
  )
  http.post(
    '/v1/delegations',
    {
      config: { permission: 'decision:approve', stepUp, audits: ['delegation.create'] },
      schema: { body: delegateRequest, response: { 201: delegationView } },
    },
    async (request, reply) =>
      reply.code(201).send(await write(request, (tx, caller) => delegateApprovals(audit, tx, caller, request.body))),
  )
  http.post(
    '/v1/delegations/:id/end',
    {
      config: { permission: 'decision:approve', audits: ['delegation.end'] },
      schema: { params: z.object({ id }), body: noBody, response: { 200: delegationView } },
    },
    (request) => write(request, (tx, caller) => endDelegation(audit, tx, caller, request.params.id)),
  )
}
