import { ProblemError } from '@afterai/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor, Audit } from '../audit/index.ts'
import { type Database, type Transaction, withTenant } from '../platform/database.ts'
import type { Http } from '../platform/http-application.ts'
import type { AdmitPrincipal } from '../platform/rate-limits/index.ts'
import { answerKept, type KeyedRequest, runOnce } from '../platform/idempotency.ts'
import { authenticate, type Authentication } from './authenticate.ts'
import { refuseProviderSession } from './provider-session.ts'
import { actorOf, authorize, type Principal } from './principal.ts'
import { credentialResource, tellRefusedCredential, type TellRefusal } from './refusals.ts'
import { refuseStaleProof } from './recent-proof.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the access layer before any handler of a route that isn't public. */
    caller: Caller | null
  }
  interface FastifyContextConfig {
    /** Whether asking is no use of a session: a page that follows what happens must still idle out where nobody sits before it. */
    looksOn?: boolean
  }
}

/** Of denials of one credential by one route; what comes besides is counted in one event. */
const deniedEventsAMinute = 10

/** Who makes a request, and how the audit trail names them. */
export interface Caller {
  readonly principal: Principal
  readonly actor: Actor
}

/**
 * The one door: each request of a route that isn't public is authenticated and authorised before its body is read.
 * A refusal for want of a permission, of credentials of one's own, or of a recent proof, is an audit event of its own.
 */
export function guardRoutes(
  http: Http,
  deps: Authentication & { readonly audit: Audit; readonly admit: AdmitPrincipal },
): void {
  http.decorateRequest('caller', null)
  http.addHook('onRequest', async (request, reply) => {
    const permission = request.routeOptions.config.permission
    // Not-found answers have no route, hence no permission; their handler shows nothing.
    if (permission === undefined || permission === 'public') return
    const principal = await authenticate(deps, request)
    const actor = actorOf(principal, request)
    request.caller = { principal, actor }
    // Before the permission: a refusal is an event of the audit trail, and a flood of them would fill it.
    await admitOrTell(deps, request, reply)
    try {
      authorize(principal, permission)
      const { acrossTenants, stepUp } = request.routeOptions.config
      if (acrossTenants === true) await refuseProviderSession(deps.db, principal)
      if (stepUp === true) await refuseStaleProof(deps.db, principal)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      const resource = `${request.method} ${request.routeOptions.url ?? ''}`
      const event = { action: 'access.denied', resource, details: { permission, code: error.code } } as const
      const same = { name: `denied ${principal.credentialId} ${resource} ${error.code}`, most: deniedEventsAMinute }
      await deps.tellRefusal(same, async () => ({ actor, event }))
      throw error
    }
  })
}

async function admitOrTell(
  { admit, tellRefusal }: { readonly admit: AdmitPrincipal; readonly tellRefusal: TellRefusal },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { principal, actor } = callerOf(request)
  try {
    await admit(request, reply, `${principal.tenantId} ${principal.accountId}`)
  } catch (error) {
    if (error instanceof ProblemError) {
      await tellRefusedCredential(tellRefusal, actor, {
        resource: credentialResource(principal),
        reason: 'too_many_requests',
      })
    }
    throw error
  }
}

/** The caller of a guarded route. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new ProblemError('unauthenticated')
  return request.caller
}

/** Runs the work of a guarded route in one transaction of the caller's tenant. */
export type InTenant = <T>(request: FastifyRequest, work: (tx: Transaction, caller: Caller) => Promise<T>) => Promise<T>

/** Transactions for routes that only read, or whose answer holds a secret: an `Idempotency-Key` is not kept for them. */
export function inTenant(db: Database): InTenant {
  return (request, work) => {
    const caller = callerOf(request)
    return withTenant(db, caller.principal.tenantId, (tx) => work(tx, caller))
  }
}

/** Transactions that run once for an `Idempotency-Key`. */
export interface InTenantOnce extends InTenant {
  /** Reads the answer that the request got before, for routes that have much to do before they write; undefined if it got none. */
  answered<T>(request: FastifyRequest): Promise<T | undefined>
}

/** Transactions for routes that change something: with an `Idempotency-Key`, a retry gets the first answer and changes nothing. */
export function inTenantOnce(db: Database): InTenantOnce {
  const run: InTenant = (request, work) => {
    const caller = callerOf(request)
    const keyed = keyedRequest(request)
    return withTenant(db, caller.principal.tenantId, (tx) =>
      keyed === undefined ? work(tx, caller) : runOnce(tx, keyed, () => work(tx, caller)),
    )
  }
  return Object.assign(run, {
    async answered<T>(request: FastifyRequest): Promise<T | undefined> {
      const keyed = keyedRequest(request)
      return keyed && withTenant(db, keyed.tenantId, (tx) => answerKept<T>(tx, keyed))
    },
  })
}

/** The request as it is known by its key; undefined without one. @throws ProblemError `invalid_request` */
function keyedRequest(request: FastifyRequest): KeyedRequest | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new ProblemError('invalid_request', {
      errors: [{ pointer: '/headers/idempotency-key', detail: 'needs 1 to 255 visible ASCII characters' }],
    })
  }
  const { tenantId, accountId: actorId } = callerOf(request).principal
  const { method, url, body } = request
  return { tenantId, actorId, key, method, url, body }
}
