import { cardQuery, name, setCardRequest, systemCardView } from '@afterai/contract'
import { z } from 'zod'
import { inTenant, inTenantOnce } from '../access/index.ts'
import { unaudited } from '../audit/index.ts'
import type { Http } from '../platform/http-application.ts'
import type { AceDependencies } from './ace-routes.ts'
import { readCard, setCard } from './system-cards.ts'

/** What people say of a system: its card. */
export function cardRoutes(http: Http, { db, audit }: Pick<AceDependencies, 'db' | 'audit'>): void {
  const read = inTenant(db)
  const write = inTenantOnce(db)
  const params = z.object({ name })
  const shown = { 200: systemCardView }

  http.get(
    '/v1/systems/:name/card',
    {
      config: { permission: 'system:read', audits: unaudited.workingData },
      schema: { params, querystring: cardQuery, response: shown },
    },
    (request) =>
      read(request, (tx, { principal }) =>
        readCard(tx, principal.tenantId, { system: request.params.name, ...request.query }),
      ),
  )
  http.put(
    '/v1/systems/:name/card',
    {
      config: { permission: 'system:write', audits: ['system.set_card'] },
      schema: { params, body: setCardRequest, response: shown },
    },
    (request) =>
      write(request, (tx, caller) => setCard(audit, tx, caller, { system: request.params.name, ...request.body })),
  )
}
