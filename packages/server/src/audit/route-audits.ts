import type { Http } from '../platform/http-application.ts'
import { actionsOfEveryRoute, type AuditAction } from './actions.ts'

/** Events that a route leaves in the audit trail, by their actions, or none, and why. */
export type RouteAudits =
  | readonly AuditAction[]
  | {
      readonly events: readonly AuditAction[]
      /** Left instead, when it comes to nothing, or when a second factor is asked for. */
      readonly instead: readonly AuditAction[]
    }
  | { readonly none: string }

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The events that it may leave, in the transaction of what it does (P4.4). A route without it stops the start. */
    audits?: RouteAudits
  }
  interface FastifyInstance {
    /** Events that each route leaves: `GET /v1/systems/:name` -> its events. */
    routeAudits: Map<string, RouteAudits>
  }
}

/** Why a route leaves no event. */
export const unaudited = {
  nothingOfATenant: { none: 'It shows nothing of any tenant.' },
  workingData: {
    none: 'It shows what its readers work with every day: names, numbers and digests, no sealed content and no credential.',
  },
  keepsNothing: { none: 'It answers what a file holds, to whoever sent it, and keeps nothing of it.' },
  publicProof: { none: 'It shows hashes and signatures, which are made to be handed out.' },
  ownIdentity: { none: 'It shows callers what they are.' },
  beginsCeremony: {
    none: 'It hands out a challenge; what comes of it is an event of the route that answers it.',
  },
  namesOnly: { none: 'It shows where things lead and how far they are, and none of their secrets.' },
} as const satisfies Readonly<Record<string, RouteAudits>>

/** Has every route that is added from now on say which events it leaves. */
export function requireAudits(http: Http): void {
  const routeAudits = new Map<string, RouteAudits>()
  http.decorate('routeAudits', routeAudits)
  http.addHook('onRoute', ({ method, url, config }) => {
    const audits = config?.audits
    if (audits === undefined || saysNothing(audits)) throw new Error(`${String(method)} ${url} names no audit events`)
    for (const it of [method].flat()) routeAudits.set(`${it} ${url}`, audits)
  })
}

function saysNothing(audits: RouteAudits): boolean {
  return 'none' in audits ? audits.none === '' : declaredBy(audits).events.length === 0
}

/** The events that a route declares, and those that it leaves instead. */
export function declaredBy(audits: RouteAudits): {
  readonly events: readonly AuditAction[]
  readonly instead: readonly AuditAction[]
} {
  if ('none' in audits) return { events: [], instead: [] }
  return 'events' in audits ? audits : { events: audits, instead: [] }
}

/** Whether a route may leave an event. */
export function mayLeave(audits: RouteAudits, action: string): boolean {
  const { events, instead } = declaredBy(audits)
  return [...events, ...instead, ...actionsOfEveryRoute].some((it) => it === action)
}
