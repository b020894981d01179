import { env } from 'node:process'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { detectResources, envDetector } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

// Of itself, NodeSDK alone looks at this variable.
const exporters = env.OTEL_TRACES_EXPORTER === 'none' ? [] : [new OTLPTraceExporter()]
/** To be shut down at the end. */
export const provider = new NodeTracerProvider({
  // For OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, which a provider of its own doesn't look at.
  resource: detectResources({ detectors: [envDetector] }),
  spanProcessors: exporters.map((exporter) => new BatchSpanProcessor(exporter)),
})
provider.register()
