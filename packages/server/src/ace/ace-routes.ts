import {
  changeQuery,
  changeView,
  configurationView,
  confirmRequest,
  createChangeRequest,
  createSystemRequest,
  determinationsView,
  determineRequest,
  digestKeyView,
  dismissRequest,
  id,
  endRequest,
  implementRequest,
  name,
  observeRequest,
  observeResponse,
  page,
  pageQuery,
  ProblemError,
  risk,
  sha256,
  systemView,
} from '@afterai/contract'
import { z } from 'zod'
import { type Audit, unaudited } from '../audit/index.ts'
import { inTenant, inTenantOnce } from '../access/index.ts'
import type { TenantKeys } from '../keys/index.ts'
import type { Database } from '../platform/database.ts'
import type { Http } from '../platform/http-application.ts'
import { listChanges, noteImplemented, setRisk, settleChange, viewChange } from './change-service.ts'
import { noteEnded } from './ended-change.ts'
import { observationAudits, observe } from './observations/observe.ts'
import { determine, readDeterminations } from './determinations.ts'
import { recordChange } from './recorded-change.ts'
import { createSystem, listSystems, readSystem } from './system-service.ts'

const byId = z.object({ id })
const byName = z.object({ name })

/** Dependencies of the routes of systems and changes. */
export interface AceDependencies {
  readonly db: Database
  readonly audit: Audit
  readonly keys: TenantKeys
}

/** Systems, observations of what they run with, and the configurations seen. */
export function systemRoutes(http: Http, { db, audit, keys }: AceDependencies): void {
  const read = inTenant(db)
  const write = inTenantOnce(db)

  http.get(
    '/v1/systems',
    {
      config: { permission: 'system:read', audits: unaudited.workingData },
      schema: { querystring: pageQuery, response: { 200: page(systemView) } },
    },
    (request) => read(request, (tx, { principal }) => listSystems(tx, principal.tenantId, request.query)),
  )
  http.post(
    '/v1/systems',
    {
      config: { permission: 'system:write', audits: ['system.create'] },
      schema: { body: createSystemRequest, response: { 201: systemView } },
    },
    async (request, reply) =>
      reply.code(201).send(await write(request, (tx, caller) => createSystem(audit, tx, caller, request.body))),
  )
  http.get(
    '/v1/systems/:name',
    {
      config: { permission: 'system:read', audits: unaudited.workingData },
      schema: { params: byName, response: { 200: systemView } },
    },
    (request) => read(request, (tx, { principal }) => readSystem(tx, principal.tenantId, request.params.name)),
  )
  http.post(
    '/v1/observations',
    {
      config: { permission: 'observation:write', audits: observationAudits },
      schema: { body: observeRequest, response: { 200: observeResponse } },
    },
    (request) =>
      write(request, async (tx, caller) => ({ results: await observe(audit, tx, caller, request.body.observations) })),
  )
  http.get(
    '/v1/configurations/:fingerprint',
    {
      config: { permission: 'system:read', audits: unaudited.workingData },
      schema: { params: z.object({ fingerprint: sha256 }), response: { 200: configurationView } },
    },
    (request) =>
      read(request, async (tx, { principal }) => {
        const row = await tx
          .selectFrom('configuration')
          .selectAll()
          .where('tenant_id', '=', principal.tenantId)
          .where('fingerprint', '=', request.params.fingerprint)
          .executeTakeFirst()
        if (row === undefined) throw new ProblemError('not_found')
        return {
          fingerprint: row.fingerprint,
          configuration: row.content,
          firstSeenAt: row.first_seen_at.toISOString(),
        }
      }),
  )
  http.get(
    '/v1/digest-key',
    {
      config: { permission: 'digest-key:read', audits: ['digest_key.read'] },
      schema: { response: { 200: digestKeyView } },
    },
    (request) =>
      read(request, async (tx, { principal, actor }) => {
        const { keyId, key } = await keys.promptDigestKey(tx, principal.tenantId)
        await audit(tx, actor, { action: 'digest_key.read', resource: `digest-key/${keyId}` })
        return { keyId, key: Buffer.from(key).toString('base64'), algorithm: 'hmac-sha256' as const }
      }),
  )
}

/** Change events: the feed, changes that people record, and what becomes of them. */
export function changeRoutes(http: Http, { db, audit }: AceDependencies): void {
  const read = inTenant(db)
  const write = inTenantOnce(db)
  const writing = { permission: 'change:write' } as const
  const shown = { 200: changeView }

  http.get(
    '/v1/changes',
    {
      config: { permission: 'change:read', audits: unaudited.workingData },
      schema: { querystring: changeQuery, response: { 200: page(changeView) } },
    },
    (request) => read(request, (tx, { principal }) => listChanges(tx, principal, request.query)),
  )
  http.get(
    '/v1/changes/:id',
    { config: { permission: 'change:read', audits: unaudited.workingData }, schema: { params: byId, response: shown } },
    (request) => read(request, (tx, { principal }) => viewChange(tx, principal, request.params.id)),
  )
  http.post(
    '/v1/changes',
    {
      config: { ...writing, audits: ['change.open', 'change.repeat', 'system.create'] },
      schema: { body: createChangeRequest, response: { 201: changeView } },
    },
    async (request, reply) =>
      reply.code(201).send(await write(request, (tx, caller) => recordChange(audit, tx, caller, request.body))),
  )
  http.post(
    '/v1/changes/:id/confirm',
    {
      config: { ...writing, audits: ['change.confirm'] },
      schema: { params: byId, body: confirmRequest, response: shown },
    },
    (request) =>
      write(request, (tx, caller) =>
        settleChange(audit, tx, caller, { id: request.params.id, status: 'confirmed', risk: request.body.risk }),
      ),
  )
  http.post(
    '/v1/changes/:id/dismiss',
    {
      config: { ...writing, audits: ['change.dismiss'] },
      schema: { params: byId, body: dismissRequest, response: shown },
    },
    (request) =>
      write(request, (tx, caller) =>
        settleChange(audit, tx, caller, { id: request.params.id, status: 'dismissed', reason: request.body.reason }),
      ),
  )
  http.post(
    '/v1/changes/:id/implementation',
    {
      config: { ...writing, audits: ['change.implement'] },
      schema: { params: byId, body: implementRequest, response: shown },
    },
    (request) =>
      write(request, (tx, caller) => noteImplemented(audit, tx, caller, { id: request.params.id, ...request.body })),
  )
  http.post(
    '/v1/changes/:id/end',
    { config: { ...writing, audits: ['change.end'] }, schema: { params: byId, body: endRequest, response: shown } },
    (request) =>
      write(request, (tx, caller) => noteEnded(audit, tx, caller, { id: request.params.id, ...request.body })),
  )
  http.put(
    '/v1/changes/:id/risk',
    { config: { ...writing, audits: ['change.set_risk'] }, schema: { params: byId, body: risk, response: shown } },
    (request) =>
      write(request, (tx, caller) => setRisk(audit, tx, caller, { id: request.params.id, risk: request.body })),
  )
  http.get(
    '/v1/changes/:id/determinations',
    {
      config: { permission: 'change:read', audits: unaudited.workingData },
      schema: { params: byId, response: { 200: determinationsView } },
    },
    (request) => read(request, (tx, { principal }) => readDeterminations(tx, principal.tenantId, request.params.id)),
  )
  http.post(
    '/v1/changes/:id/determinations',
    {
      config: { ...writing, audits: ['change.determine'] },
      schema: { params: byId, body: determineRequest, response: { 201: determinationsView } },
    },
    async (request, reply) =>
      reply
        .code(201)
        .send(
          await write(request, (tx, caller) =>
            determine(audit, tx, caller, { changeId: request.params.id, ...request.body }),
          ),
        ),
  )
}
