import { ProblemError } from '@afterai/contract'
import type { FastifyContextConfig, FastifyReply, FastifyRequest } from 'fastify'
import type { Configuration } from '../configuration.ts'
import type { Http } from '../http-application.ts'
import { networkOf } from './client-network.ts'
import type { SharedRates, Verdict } from './shared-rates.ts'

/** The class that a request counts as: doors that take a credential of somebody unknown, files, reads, writes, work that is heavy, batches of telemetry. */
export type RouteClass = 'credential' | 'file' | 'read' | 'write' | 'heavy' | 'telemetry'

/** Requests a minute for each class. */
export type RequestRates = Readonly<Record<RouteClass, number>>

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The class whose rate a request counts against; by default by its method and permission. `none` for what must always answer. */
    rateClass?: RouteClass | 'none'
  }
}

/** The rates that a configuration names. */
export function ratesOf(
  configuration: Pick<Configuration, 'rateCredentials' | 'rateReads' | 'rateWrites' | 'rateHeavy' | 'rateTelemetry'>,
): RequestRates {
  return {
    credential: configuration.rateCredentials,
    read: configuration.rateReads,
    file: configuration.rateReads * filesARead,
    write: configuration.rateWrites,
    heavy: configuration.rateHeavy,
    telemetry: configuration.rateTelemetry,
  }
}

const windowSeconds = 60
/** Files for each read that may be made: a console is some dozens of them, which cost nothing but the sending, and a whole company opens it at nine. */
const filesARead = 10
/** People behind one address share it, so it may do more than one of them. */
const sharers = 4

/** Counts a request of a principal. @throws ProblemError `too_many_requests` */
export type AdmitPrincipal = (request: FastifyRequest, reply: FastifyReply, principal: string) => Promise<void>

/**
 * Counts each request against its address, before its credential is looked at and its body is read. What it answers counts it
 * against the principal too, once that is known.
 */
export function limitRequests(
  http: Http,
  { shared, rates }: { shared: SharedRates; rates: RequestRates },
): AdmitPrincipal {
  async function admit(
    reply: FastifyReply,
    { key, policy, quota }: { key: string; policy: string; quota: number },
  ): Promise<void> {
    const verdict = await shared.admit(`${policy} ${key}`, { quota, windowSeconds })
    tell(reply, { policy, quota }, verdict)
    if (verdict.admitted) return
    const retryAfterSeconds = Math.max(1, Math.ceil(verdict.seconds))
    throw new ProblemError('too_many_requests', { detail: `${quota} a minute are accepted here`, retryAfterSeconds })
  }

  http.addHook('onRequest', async (request, reply) => {
    const routeClass = classOf(request)
    if (routeClass === 'none') return
    const quota = routeClass === 'credential' ? rates.credential : rates[routeClass] * sharers
    await admit(reply, { key: networkOf(request.ip, 32), policy: `${routeClass}-by-address`, quota })
  })

  return async (request, reply, principal) => {
    const routeClass = classOf(request)
    if (routeClass === 'none') return
    const policy = `${routeClass}-by-principal`
    await admit(reply, { key: principal, policy, quota: rates[routeClass] })
  }
}

function classOf({ method, routeOptions }: FastifyRequest): RouteClass | 'none' {
  return routeClass(method, routeOptions.config)
}

/** Finds the class that a request of a route counts as. */
export function routeClass(method: string, { rateClass, permission }: FastifyContextConfig): RouteClass | 'none' {
  if (rateClass !== undefined) return rateClass
  if (method === 'GET' || method === 'HEAD') return 'read'
  return permission === 'public' ? 'credential' : 'write'
}

// draft-ietf-httpapi-ratelimit-headers: a policy with its quota and window, what remains of it and for how long.
function tell(reply: FastifyReply, { policy, quota }: { policy: string; quota: number }, verdict: Verdict): void {
  reply.header('ratelimit-policy', `"${policy}";q=${quota};w=${windowSeconds}`)
  reply.header('ratelimit', `"${policy}";r=${verdict.remaining};t=${Math.ceil(verdict.seconds)}`)
}
