import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { useTracer } from './tracing.ts'

/** Spans that wait for a collector at most; what comes beyond is dropped, and nothing waits for it. */
const mostWaiting = 2_048
const exportTimeoutMs = 5_000
const stopTimeoutMs = 2_000

/** Sends spans of what this process does to an OTLP/HTTP collector. */
export function startOtlpTraces(url: string): { stop(): Promise<void> } {
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: exportTimeoutMs })
  const processor = new BatchSpanProcessor({
    exporter,
    maxQueueSize: mostWaiting,
    exportTimeoutMillis: exportTimeoutMs,
  })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'afterai' }),
    spanProcessors: [processor],
  })
  useTracer(provider.getTracer('afterai'))
  return {
    async stop() {
      useTracer(undefined)
      // A collector that doesn't answer keeps nobody from stopping.
      const late = new Promise((resolve) => setTimeout(resolve, stopTimeoutMs).unref())
      await Promise.race([provider.shutdown().catch(() => undefined), late])
    },
  }
}
