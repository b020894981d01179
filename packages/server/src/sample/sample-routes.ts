import { ProblemError } from '@afterai/contract'
import { z } from 'zod'
import type { Audit } from '../audit/index.ts'
import { inTenant } from '../access/index.ts'
import { instanceState } from '../identity/index.ts'
import type { Database } from '../platform/database.ts'
import type { Http } from '../platform/http-application.ts'
import { removeSampleTenant } from './sample-tenant.ts'

/** Removes the sample workspace. It is asked from a real tenant, whose audit trail keeps that it happened. */
export function sampleRoutes(http: Http, { db, audit }: { db: Database; audit: Audit }): void {
  const run = inTenant(db)
  http.delete(
    '/v1/sample-workspace',
    {
      config: { permission: 'tenant:write', stepUp: true, audits: ['sample.remove'] },
      schema: { response: { 204: z.null() } },
    },
    async (request, reply) => {
      await run(request, async (tx, { principal, actor }) => {
        const { sample_tenant: sample } = await instanceState(tx)
        if (sample === null) throw new ProblemError('not_found', { detail: 'there is no sample workspace' })
        if (sample === principal.tenantId) {
          throw new ProblemError('invalid_transition', {
            detail: 'you are in the sample workspace: switch to your own tenant first',
          })
        }
        await removeSampleTenant(tx, sample)
        await audit(tx, actor, { action: 'sample.remove', resource: `tenant/${sample}` })
      })
      return reply.code(204).send(null)
    },
  )
}
