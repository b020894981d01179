import type { FastifyRequest } from 'fastify'
import type { Http } from './http-application.ts'
import { readTraceparent } from './trace-context.ts'

/** Whom a request was found to come from. */
export interface RequestPrincipal {
  readonly tenantId: string
  readonly principalId: string
}

/** A request once it is answered: its route, status and time. Nothing in it is text of the client's. */
export interface AnsweredRequest {
  readonly method: string
  /** The pattern that the route was declared with, or `none`: never the address that was asked for. */
  readonly route: string
  readonly status: number
  readonly durationMs: number
}

/** Answers to those who aren't let in: to an unknown or missing credential, a missing permission, too many requests, plain HTTP. */
const refusals: ReadonlySet<number> = new Set([401, 403, 421, 429])
const mostRefusalsAMinute = 100
const minuteMs = 60_000

/**
 * One line for each request, at level info, and a call of `onAnswer`. Refusals are told at level warn and with the address that they came
 * from, since where nobody is known no audit trail has them: a hundred a minute, so that a flood fills no disk; the next says how many
 * were left out.
 */
export function accessLog(
  http: Http,
  deps: {
    readonly who: (request: FastifyRequest) => RequestPrincipal | undefined
    readonly onAnswer: (answered: AnsweredRequest) => void
  },
): void {
  let [minute, told, leftOut] = [0, 0, 0]
  const isTold = (): boolean => {
    const now = Math.floor(performance.now() / minuteMs)
    if (now !== minute) [minute, told] = [now, 0]
    told += 1
    if (told > mostRefusalsAMinute) leftOut += 1
    return told <= mostRefusalsAMinute
  }
  http.addHook('onResponse', (request, reply, done) => {
    const answered = {
      method: request.method,
      route: routeOf(request),
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
    }
    deps.onAnswer(answered)
    const traceId = readTraceparent(request.headers.traceparent)?.traceId
    const context = { ...answered, requestId: request.id, ...deps.who(request), ...(traceId && { traceId }) }
    if (refusals.has(reply.statusCode) && isTold()) {
      request.log.warn({ ...context, address: request.ip, ...(leftOut > 0 && { leftOut }) }, 'request refused')
      leftOut = 0
    } else request.log.info(context, 'request')
    done()
  })
}

/** The pattern of a request's route; `none` where no route answers. */
export function routeOf(request: FastifyRequest): string {
  return request.is404 ? 'none' : (request.routeOptions.url ?? 'none')
}
