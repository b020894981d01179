import { env } from 'node:process'
import { LegacyOpenTelemetry, OpenTelemetry } from '@ai-sdk/otel'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { detectResources, envDetector } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { registerTelemetry } from 'ai'

// Of itself, NodeSDK alone looks at this variable.
const exporters = env.OTEL_TRACES_EXPORTER === 'none' ? [] : [new OTLPTraceExporter()]
/** To be shut down at the end. */
export const provider = new NodeTracerProvider({
  // For OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, which a provider of its own doesn't look at.
  resource: detectResources({ detectors: [envDetector] }),
  spanProcessors: exporters.map((exporter) => new BatchSpanProcessor(exporter)),
})
provider.register()
const isLegacy = process.argv[3] === 'legacy'
// Its function ids are on agents alone, so requests get their route here.
const withRoutes = { enrichSpan: ({ runtimeContext }) => ({ 'afterai.route': runtimeContext?.route }) }
registerTelemetry(isLegacy ? new LegacyOpenTelemetry() : new OpenTelemetry(withRoutes))
