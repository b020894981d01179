import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Permission } from '@afterai/contract'
import { pino } from 'pino'
import { composeServer } from './composition.ts'
import type { RouteAudits } from '../audit/index.ts'
import { composeDescription } from './description/compose-description.ts'
import type { OpenApi } from './description/open-api.ts'
import { loadInstanceKeys } from '../keys/index.ts'
import { defaultConfiguration } from '../platform/configuration.ts'
import type { Http } from '../platform/http-application.ts'

/** A route, what a caller must hold, and what it leaves in the audit trail. */
export interface DescribedRoute {
  readonly method: string
  /** With the names of its parameters: `/v1/changes/:id`. */
  readonly path: string
  readonly permission: Permission | 'public'
  readonly audits: RouteAudits
}

/** The API as the running server describes it. */
export interface ApiDescription {
  readonly openapi: OpenApi
  readonly routes: readonly DescribedRoute[]
}

/** Every route of an application, in the order of paths. HEAD goes with GET and isn't named. */
export function describeRoutes(http: Http): DescribedRoute[] {
  const described = [...http.routePermissions].map(([route, permission]) => {
    const [method = '', path = ''] = route.split(' ')
    return { method, path, permission, audits: auditsOf(http, route) }
  })
  return described
    .filter(({ method }) => method !== 'HEAD')
    .toSorted((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1))
}

function auditsOf({ routeAudits }: Http, route: string): RouteAudits {
  const audits = routeAudits.get(route)
  if (audits === undefined) throw new Error(`${route} names no audit events`)
  return audits
}

/** Composes a server that serves nobody, on a database that isn't there, and asks it. */
export async function describeApi(): Promise<ApiDescription> {
  const folder = await mkdtemp(join(tmpdir(), 'afterai-api-'))
  const server = await composeServer({
    connection: { host: folder, port: 5432, user: 'nobody', password: '', database: 'none' },
    keys: await loadInstanceKeys(join(folder, 'keys'), { make: true }),
    log: pino({ level: 'silent' }),
    configuration: defaultConfiguration(),
  })
  try {
    return { openapi: composeDescription(server.http), routes: describeRoutes(server.http) }
  } finally {
    await server.close()
    await rm(folder, { recursive: true })
  }
}
