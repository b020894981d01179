import { auditEventView, page, pageQuery } from '@afterai/contract'
import type { Database } from '../platform/database.ts'
import type { Http } from '../platform/http.ts'
import { readCursor, toPage } from '../platform/page.ts'
import { inTenant } from './access.ts'

/** The audit trail as its readers see it, newest first. */
export function auditRoutes(http: Http, { db }: { db: Database }): void {
  const read = inTenant(db)
  http.get(
    '/v1/audit-events',
    {
      config: { permission: 'audit:read' },
      schema: { querystring: pageQuery, response: { 200: page(auditEventView) } },
    },
    (request) =>
      read(request, async (tx, { principal }) => {
        const { limit, cursor } = request.query
        const before = readCursor(cursor)
        const rows = await tx
          .selectFrom('audit_event')
          .selectAll()
          .where('tenant_id', '=', principal.tenantId)
          .$if(before !== undefined, (it) => it.where('id', '<', before ?? ''))
          .orderBy('id', 'desc')
          .limit(limit + 1)
          .execute()
        return toPage(rows, limit, (row) => ({
          id: row.id,
          occurredAt: row.occurred_at.toISOString(),
          action: row.action,
          outcome: row.outcome,
          actorId: row.actor_id,
          credential: row.credential,
          address: row.address,
          requestId: row.request_id,
          resource: row.resource,
          details: row.details as Record<string, unknown>,
        }))
      }),
  )
}
