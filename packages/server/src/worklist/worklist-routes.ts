import {
  changeCount,
  changeRow,
  changeRowFilter,
  changeRowQuery,
  dossierView,
  id,
  inboxView,
  page,
} from '@afterai/contract'
import { z } from 'zod'
import { unaudited } from '../audit/index.ts'
import { inTenant } from '../access/index.ts'
import type { Database } from '../platform/database.ts'
import type { Http } from '../platform/http-application.ts'
import { readDossier } from './change-dossier.ts'
import { countChangeRows, listChangeRows } from './change-rows.ts'
import { readInbox } from './inbox.ts'

/** Dependencies of the routes of what people work through. */
export interface WorklistDependencies {
  readonly db: Database
}

/** Changes in rows, how many there are, and one of them with all that is known of it. */
export function changeRowRoutes(http: Http, { db }: WorklistDependencies): void {
  const read = inTenant(db)
  const reading = { permission: 'change:read', audits: unaudited.workingData } as const

  http.get(
    '/v1/change-rows',
    { config: reading, schema: { querystring: changeRowQuery, response: { 200: page(changeRow) } } },
    (request) => read(request, (tx, { principal }) => listChangeRows(tx, principal, request.query)),
  )
  http.get(
    '/v1/change-rows/count',
    { config: reading, schema: { querystring: changeRowFilter, response: { 200: changeCount } } },
    (request) => read(request, (tx, { principal }) => countChangeRows(tx, principal, request.query)),
  )
  http.get(
    '/v1/changes/:id/dossier',
    {
      config: { permission: 'decision:read', audits: unaudited.workingData },
      schema: { params: z.object({ id }), response: { 200: dossierView } },
    },
    (request) => read(request, (tx, { principal }) => readDossier(tx, principal, request.params.id)),
  )
}

/** What waits for whoever asks. */
export function inboxRoutes(http: Http, { db }: WorklistDependencies): void {
  const read = inTenant(db)
  http.get(
    '/v1/inbox',
    { config: { permission: 'change:read', audits: unaudited.workingData }, schema: { response: { 200: inboxView } } },
    (request) => read(request, (tx, { principal }) => readInbox(tx, principal)),
  )
}
