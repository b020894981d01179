import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'

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

/** Whether spans are made. */
export function isTracing(): boolean {
  return tracer !== undefined
}

/** Starts a span that its caller ends, below a context; undefined where spans are off. */
export function startSpan(name: string, options: SpanOptions, below: Context): Span | undefined {
  return tracer?.startSpan(name, options, below)
}

/** Runs work with a span as the one that those below belong to. */
export function within<T>(span: Span, work: () => T): T {
  return current.run(span, work)
}
