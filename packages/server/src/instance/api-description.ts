import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Permission } from '@afterai/contract'
import { pino } from 'pino'
import { composeServer } from './composition.ts'
import { composeDescription } from './description/compose-description.ts'
import type { OpenApi } from './description/open-api.ts'
import { loadInstanceKeys } from '../keys/index.ts'
import type { Http } from '../platform/http-application.ts'

/** A route, and what a caller must hold. */
export interface DescribedRoute {
  readonly method: string
  /** With the names of its parameters: `/v1/changes/:id`. */
  readonly path: string
  readonly permission: Permission | 'public'
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
    return { method, path, permission }
  })
  return described
    .filter(({ method }) => method !== 'HEAD')
    .toSorted((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1))
}

/** Composes a server that serves nobody, on a database that isn't there, and asks it. */
export async function describeApi(): Promise<ApiDescription> {
  const folder = await mkdtemp(join(tmpdir(), 'afterai-api-'))
  const server = await composeServer({
    connection: { host: folder, port: 5432, user: 'nobody', password: '', database: 'none' },
    keys: await loadInstanceKeys(join(folder, 'keys'), { make: true }),
    log: pino({ level: 'silent' }),
    poolSize: 1,
    sessionIdleMinutes: 60,
    sessionMaxHours: 24,
    importMaxMib: 20,
    trustedProxies: [],
    maxConnections: 2000,
    onlyOverTls: false,
    rates: { credential: 1, read: 1, write: 1, heavy: 1, telemetry: 1 },
    drainMs: 0,
    publicOrigin: undefined,
    stepUpForApproval: false,
    outbound: { loopback: false, networks: [] },
  })
  try {
    return { openapi: composeDescription(server.http), routes: describeRoutes(server.http) }
  } finally {
    await server.close()
    await rm(folder, { recursive: true })
  }
}
