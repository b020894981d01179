import { evaluationPlanView, id, planAttempts, planTerms } from '@afterai/contract'
import { z } from 'zod'
import { inTenant, inTenantOnce } from '../../access/index.ts'
import { type Audit, unaudited } from '../../audit/index.ts'
import type { Database } from '../../platform/database.ts'
import type { Http } from '../../platform/http-application.ts'
import { sealPlan, viewPlans } from './plan-service.ts'

const byId = z.object({ id })

/** Plans of the evaluations of a change, and the attempts under them. */
export function planRoutes(http: Http, { db, audit }: { readonly db: Database; readonly audit: Audit }): void {
  const read = inTenant(db)
  const write = inTenantOnce(db)

  http.post(
    '/v1/changes/:id/plans',
    {
      config: { permission: 'assessment:write', audits: ['plan.seal'] },
      schema: { params: byId, body: planTerms, response: { 201: evaluationPlanView } },
    },
    async (request, reply) => {
      const sealed = { changeId: request.params.id, terms: request.body }
      return reply.code(201).send(await write(request, (tx, caller) => sealPlan(audit, tx, caller, sealed)))
    },
  )
  http.get(
    '/v1/changes/:id/plans',
    {
      config: { permission: 'assessment:read', audits: unaudited.workingData },
      schema: {
        params: byId,
        response: { 200: z.object({ items: z.array(evaluationPlanView), attempts: planAttempts }) },
      },
    },
    (request) => read(request, (tx, { principal }) => viewPlans(tx, principal, request.params.id)),
  )
}
