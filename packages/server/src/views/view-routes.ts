import { id, page, preferences, savedView, viewRequest } from '@afterai/contract'
import { z } from 'zod'
import { inTenant, inTenantOnce } from '../access/index.ts'
import { type Audit, unaudited } from '../audit/index.ts'
import type { Database } from '../platform/database.ts'
import type { Http } from '../platform/http-application.ts'
import { readPreferences, setPreferences } from './preferences.ts'
import { changeView, createView, listViews, removeView } from './saved-views.ts'

/** How pages look to a member, and the views that members keep and share. A person’s alone: no machine has a page. */
export function viewRoutes(http: Http, { db, audit }: { readonly db: Database; readonly audit: Audit }): void {
  const read = inTenant(db)
  const write = inTenantOnce(db)
  const own = { permission: 'session:own' } as const
  const byId = z.object({ id })

  http.get(
    '/v1/me/preferences',
    { config: { ...own, audits: unaudited.ownIdentity }, schema: { response: { 200: preferences } } },
    (request) => read(request, (tx, { principal }) => readPreferences(tx, principal)),
  )
  http.put(
    '/v1/me/preferences',
    { config: { ...own, audits: ['preferences.set'] }, schema: { body: preferences, response: { 200: preferences } } },
    (request) => read(request, (tx, caller) => setPreferences(audit, tx, caller, request.body)),
  )
  http.get(
    '/v1/views',
    { config: { ...own, audits: unaudited.workingData }, schema: { response: { 200: page(savedView) } } },
    (request) =>
      read(request, async (tx, { principal }) => ({ items: await listViews(tx, principal), nextCursor: null })),
  )
  http.post(
    '/v1/views',
    { config: { ...own, audits: ['view.create'] }, schema: { body: viewRequest, response: { 201: savedView } } },
    async (request, reply) =>
      reply.code(201).send(await write(request, (tx, caller) => createView(audit, tx, caller, request.body))),
  )
  http.put(
    '/v1/views/:id',
    {
      config: { ...own, audits: ['view.change'] },
      schema: { params: byId, body: viewRequest, response: { 200: savedView } },
    },
    (request) =>
      read(request, (tx, caller) => changeView(audit, tx, caller, { id: request.params.id, wanted: request.body })),
  )
  http.delete(
    '/v1/views/:id',
    { config: { ...own, audits: ['view.remove'] }, schema: { params: byId, response: { 204: z.null() } } },
    async (request, reply) => {
      await read(request, (tx, caller) => removeView(audit, tx, caller, request.params.id))
      return reply.code(204).send(null)
    },
  )
}
