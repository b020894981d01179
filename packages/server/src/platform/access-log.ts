import type { FastifyRequest } from 'fastify'
import type { Http } from './http.ts'
import { readTraceparent } from './trace-context.ts'

/** Whom a request was found to come from. */
export interface RequestPrincipal {
  readonly tenantId: string
  readonly principalId: string
}

/** What is known of a request once it is answered. Nothing in it is text of the client's. */
export interface AnsweredRequest {
  readonly method: string
  /** The pattern that the route was declared with, or `none`: never the address that was asked for. */
  readonly route: string
  readonly status: number
  readonly durationMs: number
}

/** One line for each request, at level info, and a call of `onAnswer`. */
export function accessLog(
  http: Http,
  deps: {
    readonly who: (request: FastifyRequest) => RequestPrincipal | undefined
    readonly onAnswer: (answered: AnsweredRequest) => void
  },
): void {
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
    request.log.info(context, 'request')
    done()
  })
}

/** The pattern of a request's route; `none` where no route answers. */
export function routeOf(request: FastifyRequest): string {
  return request.is404 ? 'none' : (request.routeOptions.url ?? 'none')
}
