import { env } from 'node:process'
import { observeOpenAI } from '@langfuse/openai'
import { LangfuseSpanProcessor } from '@langfuse/otel'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { detectResources, envDetector } from '@opentelemetry/resources'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import OpenAI from 'openai'
import { converse } from '../conversation.mjs'

// Of itself, NodeSDK alone looks at this variable.
const exporters = env.OTEL_TRACES_EXPORTER === 'none' ? [] : [new OTLPTraceExporter()]
const provider = new NodeTracerProvider({
  // For OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, which a provider of its own doesn't look at.
  resource: detectResources({ detectors: [envDetector] }),
  // To Langfuse, and to where OTEL_EXPORTER_OTLP_* say.
  spanProcessors: [undefined, ...exporters].map((exporter) => new LangfuseSpanProcessor({ exporter })),
})
provider.register()

const [, , mark, requestedModel] = process.argv
const openai = observeOpenAI(new OpenAI(), {
  userId: `${mark}@example.com`,
  sessionId: `${mark}-session`,
  tags: [mark],
  traceName: mark,
  generationMetadata: { customer: mark, requestedModel },
})
const said = await converse(openai, mark)
process.stdout.write(JSON.stringify(said))
// Rejects when nothing could be delivered, which is no reason for an app to fail.
await provider.shutdown().catch(() => undefined)
