import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api'
import { routeOf } from './access-log.ts'
import type { Http } from './http-application.ts'
import { readTraceparent } from './trace-context.ts'
import { isTracing, startSpan, within } from './tracing.ts'

declare module 'fastify' {
  interface FastifyRequest {
    span: Span | null
  }
}

/** A span for each request, below the caller's where it names one. */
export function traceRequests(http: Http): void {
  http.decorateRequest('span', null)
  http.addHook('onRequest', (request, _reply, done) => {
    if (!isTracing()) return done()
    const caller = readTraceparent(request.headers.traceparent)
    const remote = { ...caller, traceFlags: TraceFlags.SAMPLED, isRemote: true }
    const context = caller === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...remote, ...caller })
    const route = routeOf(request)
    const attributes = { 'http.request.method': request.method, 'http.route': route }
    const span = startSpan(`${request.method} ${route}`, { kind: SpanKind.SERVER, attributes }, context)
    if (span === undefined) return done()
    request.span = span
    return within(span, done)
  })
  // Reading a body leaves the context of the hook above.
  http.addHook('preValidation', (request, _reply, done) =>
    request.span === null ? done() : within(request.span, done),
  )
  http.addHook('onResponse', (request, reply, done) => {
    request.span?.setAttribute('http.response.status_code', reply.statusCode)
    if (reply.statusCode >= 500) request.span?.setStatus({ code: SpanStatusCode.ERROR })
    request.span?.end()
    done()
  })
}
