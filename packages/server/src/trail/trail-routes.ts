import { Readable } from 'node:stream'
import {
  auditEventView,
  auditExportQuery,
  auditQuery,
  id,
  page,
  ProblemError,
  type ProvedAuditEvent,
  provedAuditEventView,
} from '@afterai/contract'
import { canonicalBytes, encodeBase64, type KeyHints } from '@afterai/record'
import { z } from 'zod'
import type { Audit } from '../audit/index.ts'
import { callerOf, inTenant } from '../access/index.ts'
import { proveEntry } from '../ledger/index.ts'
import type { Database, Transaction } from '../platform/database.ts'
import type { Http } from '../platform/http-application.ts'
import { exportLines, sizeWithAllQueued } from './audit-export.ts'
import { listEvents, toEventView } from './audit-query.ts'
import { resourceName } from './resource-name.ts'
import { eventBundle } from './event-bundle.ts'
import { readEventEnvelope } from './event-envelope.ts'

const reading = { permission: 'audit:read' } as const
const mediaTypes = { jsonl: 'application/jsonl; charset=utf-8', csv: 'text/csv; charset=utf-8; header=present' }

/** Dependencies of the routes of the trail. */
export interface TrailDependencies {
  readonly db: Database
  readonly audit: Audit
  /** The keys that a tenant's bundles name. */
  readonly keyHints: (tx: Transaction, tenantId: string) => Promise<KeyHints>
}

/** The audit trail as its readers see it. Who reads it leaves an event, in the transaction of the reading. */
export function trailRoutes(http: Http, deps: TrailDependencies): void {
  const { db, audit, keyHints } = deps
  const read = inTenant(db)
  http.get(
    '/v1/audit-events',
    {
      config: { ...reading, audits: ['audit.read'] },
      schema: { querystring: auditQuery, response: { 200: page(auditEventView) } },
    },
    (request) =>
      read(request, async (tx, { principal, actor }) => {
        const found = await listEvents(tx, principal.tenantId, request.query)
        const { cursor: _cursor, ...asked } = request.query
        await audit(tx, actor, { action: 'audit.read', details: { asked, events: found.items.length } })
        return found
      }),
  )
  http.get(
    '/v1/audit-events/:id',
    {
      config: { ...reading, audits: ['audit.read'] },
      schema: { params: z.object({ id }), response: { 200: provedAuditEventView } },
    },
    (request) =>
      read(request, async (tx, { principal, actor }) => {
        const event = await readProvedEvent(tx, principal.tenantId, request.params.id)
        await audit(tx, actor, { action: 'audit.read', resource: `audit-event/${event.id}` })
        return event
      }),
  )
  http.get(
    '/v1/audit-events/:id/bundle',
    { config: { ...reading, audits: ['audit.export'] }, schema: { params: z.object({ id }) } },
    async (request, reply) => {
      const bundle = await read(request, async (tx, { principal: { tenantId }, actor }) => {
        const made = await eventBundle(tx, tenantId, request.params.id, await keyHints(tx, tenantId))
        await audit(tx, actor, { action: 'audit.export', resource: `audit-event/${request.params.id}` })
        return made
      })
      // The exact bytes: a serialiser that wrote them again could change what was signed for.
      return reply.type('application/json').send(Buffer.from(bundle))
    },
  )
  http.get(
    '/v1/audit-events/export',
    {
      config: { ...reading, rateClass: 'heavy', longAnswer: true, audits: ['audit.export'] },
      schema: { querystring: auditExportQuery },
    },
    async (request, reply) => {
      const { tenantId } = callerOf(request).principal
      const { format, ...filter } = request.query
      const end = await sizeWithAllQueued(db, tenantId)
      await read(request, (tx, { actor }) =>
        audit(tx, actor, { action: 'audit.export', details: { asked: filter, format, logSize: end } }),
      )
      reply.header('content-disposition', `attachment; filename="audit-events.${format}"`)
      reply.header('afterai-log-size', end)
      return reply.type(mediaTypes[format]).send(Readable.from(exportLines(db, { tenantId, filter, end }, format)))
    },
  )
}

async function readProvedEvent(tx: Transaction, tenantId: string, eventId: string): Promise<ProvedAuditEvent> {
  const row = await tx
    .selectFrom('audit_event as a')
    .selectAll()
    .select(resourceName.as('resource_name'))
    .where('a.tenant_id', '=', tenantId)
    .where('a.id', '=', eventId)
    .executeTakeFirst()
  if (row === undefined) throw new ProblemError('not_found', { detail: 'there is no audit event with this id' })
  const proved = await proveEntry(tx, tenantId, eventId)
  return {
    ...toEventView({ ...row, idx: proved?.index ?? null }),
    envelope: encodeBase64(canonicalBytes(await readEventEnvelope(tx, row))),
    salt: encodeBase64(row.salt),
    proof: proved === undefined ? null : { ...proved, entry: encodeBase64(proved.entry) },
  }
}
