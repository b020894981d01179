import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import OpenAI from 'openai'
import { converse } from '../conversation.mjs'

const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'openinference' }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
})
provider.register()
new OpenAIInstrumentation().manuallyInstrument(OpenAI)

const said = await converse(new OpenAI(), process.argv[2])
process.stdout.write(JSON.stringify(said))
// Rejects when nothing could be delivered, which is no reason for an app to fail.
await provider.shutdown().catch((error) => console.error(error.message))
