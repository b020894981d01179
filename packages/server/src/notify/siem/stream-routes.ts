import {
  auditStreamView,
  createAuditStreamRequest,
  createdAuditStreamView,
  id,
  page,
  replayRequest,
  streamCommandRequest,
} from '@afterai/contract'
import { z } from 'zod'
import { unaudited } from '../../audit/index.ts'
import { inTenant } from '../../access/index.ts'
import type { Database } from '../../platform/database.ts'
import type { Http } from '../../platform/http-application.ts'
import {
  commandStream,
  createStream,
  listStreams,
  readStream,
  removeStream,
  type StreamDependencies,
} from './stream-service.ts'

const reading = { permission: 'audit-stream:read' } as const
// Whoever pauses or redirects a stream hides what they do next: they prove themselves anew.
const writing = { permission: 'audit-stream:write', stepUp: true } as const
const byId = z.object({ id })

/** Destinations of a tenant's audit events. */
export function streamRoutes(http: Http, deps: StreamDependencies & { readonly db: Database }): void {
  const run = inTenant(deps.db)
  http.get(
    '/v1/audit-streams',
    { config: { ...reading, audits: unaudited.namesOnly }, schema: { response: { 200: page(auditStreamView) } } },
    (request) =>
      run(request, async (tx, { principal }) => ({
        items: await listStreams(tx, principal.tenantId),
        nextCursor: null,
      })),
  )
  http.get(
    '/v1/audit-streams/:id',
    {
      config: { ...reading, audits: unaudited.namesOnly },
      schema: { params: byId, response: { 200: auditStreamView } },
    },
    (request) => run(request, (tx, { principal }) => readStream(tx, principal.tenantId, request.params.id)),
  )
  http.post(
    '/v1/audit-streams',
    {
      config: { ...writing, audits: ['audit_stream.create'] },
      schema: { body: createAuditStreamRequest, response: { 201: createdAuditStreamView } },
    },
    async (request, reply) =>
      reply.code(201).send(await run(request, (tx, caller) => createStream(deps, tx, caller, request.body))),
  )
  http.delete(
    '/v1/audit-streams/:id',
    { config: { ...writing, audits: ['audit_stream.remove'] }, schema: { params: byId, response: { 204: z.null() } } },
    async (request, reply) => {
      await run(request, (tx, caller) => removeStream(deps, tx, caller, request.params.id))
      return reply.code(204).send(null)
    },
  )
  for (const to of ['pause', 'resume'] as const) {
    http.post(
      `/v1/audit-streams/:id/${to}`,
      {
        config: { ...writing, audits: [`audit_stream.${to}`] },
        schema: { params: byId, body: streamCommandRequest, response: { 200: auditStreamView } },
      },
      (request) => run(request, (tx, caller) => commandStream(deps, tx, caller, { id: request.params.id, to })),
    )
  }
  http.post(
    '/v1/audit-streams/:id/replay',
    {
      config: { ...writing, audits: ['audit_stream.replay'] },
      schema: { params: byId, body: replayRequest, response: { 200: auditStreamView } },
    },
    (request) =>
      run(request, (tx, caller) =>
        commandStream(deps, tx, caller, { id: request.params.id, to: 'replay', ...request.body }),
      ),
  )
}
