import { env } from 'node:process'
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import OpenAI from 'openai'
import { converse } from '../conversation.mjs'

// Of itself, NodeSDK alone looks at this variable.
const exporters = env.OTEL_TRACES_EXPORTER === 'none' ? [] : [new OTLPTraceExporter()]
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'openinference' }),
  spanProcessors: exporters.map((exporter) => new BatchSpanProcessor(exporter)),
})
provider.register()
new OpenAIInstrumentation().manuallyInstrument(OpenAI)

const said = await converse(new OpenAI(), process.argv[2])
process.stdout.write(JSON.stringify(said))
// Rejects when nothing could be delivered, which is no reason for an app to fail.
const ending = provider.shutdown()
await (process.argv[3] === 'careless' ? ending : ending.catch(() => undefined))
