import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api'
import { routeOf } from './access-log.ts'
import type { Http } from './http.ts'
import { readTraceparent } from './trace-context.ts'

declare module 'fastify' {
  interface FastifyRequest {
    span: Span | null
  }
}

// One tracer in a process, as there is one environment; undefined is off, and costs a comparison.
let tracer: Tracer | undefined
const current = new AsyncLocalStorage<Span>()

/** Has everything below make spans of it; undefined switches that off. */
export function useTracer(given: Tracer | undefined): void {
  tracer = given
}

/** Runs work in a span of its own, below the one that it is called in. */
export async function traced<T>(name: string, work: () => Promise<T>, attributes: Attributes = {}): Promise<T> {
  if (tracer === undefined) return work()
  const parent = current.getStore()
  const context = parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent)
  const span = tracer.startSpan(name, { attributes }, context)
  try {
    return await current.run(span, work)
  } catch (error) {
    // Its message may hold anything, so it stays here.
    span.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  } finally {
    span.end()
  }
}

/** Adds to the span of the work under way what is known only by now. */
export function describeSpan(attributes: Attributes): void {
  current.getStore()?.setAttributes(attributes)
}

/** A span for each request, below the caller's where it names one. */
export function traceRequests(http: Http): void {
  http.decorateRequest('span', null)
  http.addHook('onRequest', (request, _reply, done) => {
    if (tracer === undefined) return done()
    const caller = readTraceparent(request.headers.traceparent)
    const remote = { ...caller, traceFlags: TraceFlags.SAMPLED, isRemote: true }
    const context = caller === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...remote, ...caller })
    const route = routeOf(request)
    const attributes = { 'http.request.method': request.method, 'http.route': route }
    request.span = tracer.startSpan(`${request.method} ${route}`, { kind: SpanKind.SERVER, attributes }, context)
    return current.run(request.span, done)
  })
  // Reading a body leaves the context of the hook above.
  http.addHook('preValidation', (request, _reply, done) =>
    request.span === null ? done() : current.run(request.span, done),
  )
  http.addHook('onResponse', (request, reply, done) => {
    request.span?.setAttribute('http.response.status_code', reply.statusCode)
    if (reply.statusCode >= 500) request.span?.setStatus({ code: SpanStatusCode.ERROR })
    request.span?.end()
    done()
  })
}
