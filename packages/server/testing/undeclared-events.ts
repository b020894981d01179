import type { Client } from 'pg'
import { actionsOfServer } from '../src/audit/actions.ts'
import { mayLeave } from '../src/audit/route-audits.ts'
import type { Http } from '../src/platform/http-application.ts'

interface LoggedRequest {
  readonly requestId: string
  readonly method: string
  readonly route: string
}

/**
 * Events that nobody declared, as `POST /v1/systems: system.create`: of a request whose route doesn't name them, or of the server itself.
 * Which route a request went to is read from the access log.
 */
export async function undeclaredEvents(
  { http, owner }: { readonly http: Http; readonly owner: Client },
  log: readonly string[],
): Promise<string[]> {
  const requests = new Map(log.flatMap(requestIn).map((it) => [it.requestId, it]))
  const { rows } = await owner.query<{ requestId: string | null; action: string }>(
    `select request_id as "requestId", action from audit_event
     where request_id is not null or credential = 'system' group by request_id, action`,
  )
  const found = rows.flatMap(({ requestId, action }) => {
    if (requestId === null) return isOfServer(action) ? [] : [`the server: ${action}`]
    const request = requests.get(requestId)
    // Of another server on the same database, whose log is its own.
    if (request === undefined) return []
    const route = `${request.method} ${request.route}`
    const audits = http.routeAudits.get(route)
    return audits !== undefined && mayLeave(audits, action) ? [] : [`${route}: ${action}`]
  })
  return [...new Set(found)]
}

function isOfServer(action: string): boolean {
  return actionsOfServer.some((it) => it === action)
}

function requestIn(line: string): LoggedRequest[] {
  return line.includes('"route":') ? [JSON.parse(line) as LoggedRequest] : []
}
