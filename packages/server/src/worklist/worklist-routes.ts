import {
  changeCount,
  changeRow,
  changeRowFilter,
  changeRowQuery,
  dossierView,
  id,
  inboxView,
  page,
  searchQuery,
  searchView,
  systemRow,
  systemRowQuery,
} from '@afterai/contract'
import { z } from 'zod'
import { unaudited } from '../audit/index.ts'
import { inTenant } from '../access/index.ts'
import type { Database } from '../platform/database.ts'
import type { Http } from '../platform/http-application.ts'
import { readDossier } from './change-dossier.ts'
import { countChangeRows, listChangeRows } from './change-rows.ts'
import { readInbox } from './inbox.ts'
import { search } from './search.ts'
import { listSystemRows } from './system-rows.ts'
import { heldBy, refuseWithout } from './waiting.ts'

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

/** Systems in rows. */
export function systemRowRoutes(http: Http, { db }: WorklistDependencies): void {
  const read = inTenant(db)
  http.get(
    '/v1/system-rows',
    {
      config: { permission: 'system:read', audits: unaudited.workingData },
      schema: { querystring: systemRowQuery, response: { 200: page(systemRow) } },
    },
    (request) =>
      read(request, (tx, { principal }) => {
        refuseWithout(heldBy(principal), ['change:read', 'decision:read'])
        return listSystemRows(tx, principal.tenantId, request.query)
      }),
  )
}

/** One search over changes, systems, records and people. */
export function searchRoutes(http: Http, { db }: WorklistDependencies): void {
  const read = inTenant(db)
  http.get(
    '/v1/search',
    {
      config: { permission: 'change:read', audits: unaudited.workingData },
      schema: { querystring: searchQuery, response: { 200: searchView } },
    },
    (request) => read(request, (tx, { principal }) => search(tx, principal, request.query.q)),
  )
}
